"""One unit of a synthetic catalogue: two standards side by side, and all that is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from bench.words import japanese, sentence, title
from crosswalk.iris import PREFIXES
from crosswalk.namespaces import ID

KEPT = ((1, 1), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (8, 8), (9, 9), (10, 10), (11, 11), (12, 12),
        (13, 13), (18, 15), (19, 17))  # fmt: skip
"""Which guideline of the first edition became which of the second."""

CATEGORIES = ("policy", "analysis", "design", "maintenance", "operation")
FILLED = (3, 4, 5, 2, 3)
"""How many guidelines each category of the second edition has."""
OLD_FILLED = (3, 4, 5, 5, 4)
PAPERS = ("CLP.11", "CLP.12", "CLP.13", "CLP.14")
_USED = ("dcat", "dcterms", "foaf", "prov", "semapv", "skos", "sssom", "void", "xkos", "xsd", "xw")
_ROMAN = ("i", "ii")


class Row(NamedTuple):
    """One row of the comparison: the guideline, its colour, and the parts of the other side that it cites."""

    number: int
    colour: str
    cited: tuple[tuple[str, str], ...]


class Unit:
    """The files of one unit."""

    def __init__(self, number: int, random: Random) -> None:
        self.random = random
        first = number == 1
        self.left, self.right = ("ipa", "gsma") if first else (f"left-{number}", f"right-{number}")
        self.source = "source/ipa-gsma-comparison" if first else f"source/comparison-{number}"
        self.note = "note/guideline-6-empty-cell" if first else f"note/empty-cell-{number}"
        self.said = f"dcterms:source <{self.source}>"
        self.certain = f"xw:certainty xw:ReadInDocument ; {self.said}"
        self.sections = self._sections()

    def name(self, part: str) -> str:
        """What this unit calls its standard that plays a part, which is called as in the first unit."""
        return {"ipa": self.left, "gsma": self.right}[part]

    def files(self) -> Iterator[tuple[str, str]]:
        """The path under ``data/`` and the text of each file."""
        left, right = self.left, self.right
        parts = {
            f"{left}/1.0": [*self._standard(left), *self._left("1.0", OLD_FILLED, ())],
            f"{left}/2.0": self._left("2.0", FILLED, (1, 2, 2, 2)),
            f"{left}/1.0--2.0": self._lineage(),
            f"{right}/2.0": [*self._standard(right), *self._right()],
            f"comparisons/{left}-1.0--{right}-1.0": self._silent_comparison(),
            f"comparisons/{left}-2.0--{right}-2.0": self._comparison(),
        }
        for name, blocks in parts.items():
            prologue = [f"@prefix {prefix}: <{PREFIXES[prefix]}> ." for prefix in _USED]
            yield f"{name}.ttl", "\n".join([f"@base <{ID}> .", *prologue, "", self._graph(name), *blocks, ""])

    def _graph(self, name: str) -> str:
        return (
            f'<../graph/{name}> a void:Dataset ; dcterms:title "Synthetic: {name}"@en ; '
            f'dcterms:description "Invented for measuring."@en ; {self.said} ; '
            "dcterms:license <https://creativecommons.org/licenses/by/4.0/> ; "
            'dcterms:rights "Free."@en ; dcterms:rightsHolder <body/crosswalk> ; '
            'dcterms:creator <body/crosswalk> ; dcterms:modified "2026-11-22"^^xsd:date .'
        )

    def _standard(self, name: str) -> Iterator[str]:
        if name == self.left:
            yield (
                f'<{self.source}> a dcterms:BibliographicResource ; dcterms:title "Comparison of {name}"@en ; '
                'dcterms:language "en" ; dcterms:rights "Free."@en .'
            )
            yield '<body/crosswalk> a foaf:Organization ; foaf:name "The curators" .'
        yield f'<body/{name}> a foaf:Organization ; foaf:name "The makers of {name}" .'
        yield (
            f'<{name}> a xw:Standard ; skos:prefLabel "Standard {name}"@en ; '
            f"dcterms:publisher <body/{name}> ; {self.said} ."
        )

    def _edition(self, standard: str, version: str, more: str = "") -> str:
        day = "2016-07-29" if version == "1.0" else "2017-09-28"
        return (
            f'<{standard}/{version}> a xw:Edition ; skos:prefLabel "Standard {standard}, edition {version}"@en ; '
            f'xw:editionOf <{standard}> ; dcat:version "{version}" ; dcterms:issued "{day}"^^xsd:date ; '
            f'xw:issuedFrom "{day}"^^xsd:date ; xw:issuedUntil "{day}"^^xsd:date ; dcterms:language "en" ; '
            f"{more}xw:textCoverage xw:Partial ; {self.said} ."
        )

    def _left(self, version: str, filled: tuple[int, ...], statements: tuple[int, ...]) -> list[str]:
        edition = f"{self.left}/{version}"
        before = f"dcat:previousVersion <{self.left}/1.0> ; xw:pageCount 106 ; " if version == "2.0" else ""
        blocks = [self._edition(self.left, version, f"{before}xw:declaredCount {sum(filled)} ; ")]
        number = 0
        for place, (name, count) in enumerate(zip(CATEGORIES, filled, strict=True), 1):
            category = f"{edition}/category/{name}"
            blocks.append(
                f"<{category}> a xw:Category ; xw:inEdition <{edition}> ; dcterms:isPartOf <{edition}> ; "
                f'skos:notation "{place}" ; xw:ordinal {place} ; skos:prefLabel "{name.capitalize()}"@en ; '
                f'xw:goal "{sentence(self.random)}"@en ; {self.certain} .'
            )
            for _ in range(count):
                number += 1
                blocks += self._guideline(edition, category, number, statements)
        return blocks

    def _guideline(
        self, edition: str, category: str, number: int, statements: tuple[int, ...]
    ) -> Iterator[str]:
        guideline = f"{edition}/guideline/{number}"
        yield (
            f"<{guideline}> a xw:Guideline ; xw:inEdition <{edition}> ; xw:inCategory <{category}> ; "
            f'skos:notation "{number}" ; xw:ordinal {number} ; skos:prefLabel "{title(self.random)}"@en , '
            f'"{japanese(self.random)}"@ja ; {self.certain} .'
        )
        for place in range(1, 1 + (statements[number % len(statements)] if statements else 0)):
            yield (
                f"<{guideline}/statement/{place}> a xw:Statement ; xw:inEdition <{edition}> ; "
                f'dcterms:isPartOf <{guideline}> ; skos:notation "{_ROMAN[place - 1]}" ; xw:ordinal {place} ; '
                f'xw:text "{sentence(self.random)}"@en ; {self.certain} .'
            )

    def _lineage(self) -> list[str]:
        change = f"change/{self.left}-1.0--{self.left}-2.0"
        old, new = f"{self.left}/1.0/guideline", f"{self.left}/2.0/guideline"
        kept_old, kept_new = {a for a, _ in KEPT}, {b for _, b in KEPT}
        steps = {
            f"{a}--{b}": f"xw:changeKind xw:{'Continued' if a == b else 'Renumbered'} ; "
            f"xw:changeFrom <{old}/{a}> ; xw:changeTo <{new}/{b}> ; xw:approximate {str(a == 1).lower()}"
            for a, b in KEPT
        }
        added = sorted(set(range(1, sum(FILLED) + 1)) - kept_new)
        removed = sorted(set(range(1, sum(OLD_FILLED) + 1)) - kept_old)
        steps |= {f"added-{b}": f"xw:changeKind xw:Added ; xw:changeTo <{new}/{b}>" for b in added}
        steps |= {f"removed-{a}": f"xw:changeKind xw:Removed ; xw:changeFrom <{old}/{a}>" for a in removed}
        made = " , ".join(f"<{change}/{name}>" for name in steps)
        return [
            f"<{change}> a xkos:Correspondence ; xkos:compares <{self.left}/1.0> , <{self.left}/2.0> ; "
            f'skos:prefLabel "From {self.left} 1.0 to 2.0"@en ; xkos:madeOf {made} ; {self.said} .',
            *(f"<{change}/{name}> a xw:Change ; {said} ; {self.said} ." for name, said in steps.items()),
            *(f"<{new}/{b}> prov:wasRevisionOf <{old}/{a}> ." for a, b in KEPT),
        ]

    def _sections(self) -> dict[str, list[str]]:
        """Paper → the numbers of its sections, in reading order; some are always there."""
        numbers = {}
        for paper in PAPERS:
            found = []
            for chapter in range(1, 8):
                found.append(str(chapter))
                depth = {"3": 4, "5": 9, "6": 3}.get(str(chapter), self.random.randint(0, 3))
                found += [f"{chapter}.{part}" for part in range(1, depth + 1)]
                if chapter == 5:
                    found.insert(found.index("5.8") + 1, "5.8.1")
            numbers[paper] = found
        return numbers

    def _right(self) -> list[str]:
        edition = f"{self.right}/2.0"
        before = f"dcat:previousVersion <{self.right}/1.0> ; xw:pageCount 217 ; "
        blocks = [self._edition(self.right, "1.0"), self._edition(self.right, "2.0", before)]
        for place, paper in enumerate(PAPERS, 1):
            blocks.append(
                f"<{edition}/{paper}> a xw:Document ; xw:inEdition <{edition}> ; dcterms:isPartOf <{edition}> ; "
                f'skos:notation "{paper}" ; xw:ordinal {place} ; skos:prefLabel "{title(self.random)}"@en ; '
                f"xw:pageCount {20 + place} ; {self.certain} ."
            )
            blocks += [
                self._section(edition, paper, number, ordinal)
                for ordinal, number in enumerate(self.sections[paper], 1)
            ]
        return blocks

    def _section(self, edition: str, paper: str, number: str, ordinal: int) -> str:
        above = number.rpartition(".")[0]
        parent = f"{edition}/{paper}/section/{above}" if above else f"{edition}/{paper}"
        titled = f'skos:prefLabel "{title(self.random)}"@en ; {self.certain}'
        return (
            f"<{edition}/{paper}/section/{number}> a xw:Section ; xw:inEdition <{edition}> ; "
            f'dcterms:isPartOf <{parent}> ; skos:notation "{number}" ; xw:ordinal {ordinal} ; '
            f"{titled if self.random.random() < 0.9 else self.said} ."
        )

    def _set(self, version: str) -> str:
        return f"{self.left}-{version}--{self.right}-{version}"

    def _silent_comparison(self) -> list[str]:
        """The first editions: for one guideline nothing was found, for the others nothing is named."""
        name = f"comparison/{self._set('1.0')}"
        blocks = [
            f'<{name}> a xw:ComparisonSet ; skos:prefLabel "First editions of {self.left} and {self.right}"@en ; '
            f'dcterms:creator <body/crosswalk> ; xw:legend "Green, yellow, red."@en ; {self.said} .'
        ]
        none = 'xw:outcome xw:AssertedNone ; xw:alignment xw:Red ; xw:alignmentBasis xw:InferredFromProse ; xw:rationale "The prose says so."@en'
        for number in range(1, sum(OLD_FILLED) + 1):
            outcome = none if number == 15 else "xw:outcome xw:CounterpartNotNamed"
            blocks.append(
                f"<{name}/{number}> a xw:Comparison ; xw:inComparisonSet <{name}> ; "
                f"xw:focus <{self.left}/1.0/guideline/{number}> ; xw:against <{self.right}/1.0> ; {outcome} ; {self.said} ."
            )
        return blocks

    def _rows(self) -> Iterator[Row]:
        """Every row of the second comparison; row 9 cites a section that is always there."""
        for number in range(1, sum(FILLED) + 1):
            cited = {("CLP.12", "5.7")} if number == 9 else set()
            for _ in range(self.random.choice((1, 2, 3))):
                paper = self.random.choice(PAPERS)
                cited.add((paper, self.random.choice(["", *self.sections[paper]])))
            yield Row(number, "Yellow" if number in (1, 2, 3, 8, 12, 16) else "Green", tuple(sorted(cited)))

    def _comparison(self) -> list[str]:
        name, mapping = f"comparison/{self._set('2.0')}", f"mapping/{self._set('2.0')}"
        blocks = [
            f'<{name}> a xw:ComparisonSet ; skos:prefLabel "{self.left} compared with {self.right}"@en ; '
            f"dcterms:creator <body/crosswalk> ; xw:declaresComplete <{self.left}/2.0> ; "
            f'xw:legend "Green, yellow, red."@en ; {self.said} .',
            f'<{mapping}> a xw:MappingSet ; skos:prefLabel "References from {self.left} to {self.right}"@en ; '
            f'sssom:mapping_set_id "{ID}{mapping}"^^xsd:anyURI ; sssom:subject_source <{self.left}/2.0> ; '
            f'sssom:subject_source_version "2.0" ; sssom:object_source <{self.right}/2.0> ; '
            'sssom:object_source_version "2.0" ; '
            f"dcterms:license <https://creativecommons.org/licenses/by/4.0/> ; {self.said} .",
        ]
        for row in self._rows():
            blocks += self._row(name, mapping, row)
        blocks.append(
            f'<{self.note}> a xw:CurationNote ; skos:prefLabel "A cell of {self.left} is empty"@en ; '
            f"xw:about <{name}/6> ; xw:irregularity xw:EmptyCell ; xw:hasReading <{self.note}/reading/1> ; "
            f'xw:followedReading <{self.note}/reading/1> ; xw:reason "{sentence(self.random)}"@en ; {self.said} .'
        )
        blocks.append(f'<{self.note}/reading/1> a xw:Reading ; xw:text "(empty)"@en ; {self.said} .')
        return blocks

    def _row(self, name: str, mapping: str, row: Row) -> Iterator[str]:
        focus = f"{self.left}/2.0/guideline/{row.number}"
        fuller = f"xw:fullerSide <{self.left}/2.0> ; " if row.colour == "Yellow" else ""
        pages = f'xw:pages "{30 + row.number}-{32 + row.number}" ; ' if row.number % 3 == 0 else ""
        yield (
            f"<{name}/{row.number}> a xw:Comparison ; xw:inComparisonSet <{name}> ; xw:focus <{focus}> ; "
            f"xw:against <{self.right}/2.0> ; xw:outcome xw:Mapped ; xw:alignment xw:{row.colour} ; "
            f'xw:alignmentBasis xw:InferredFromRemark ; xw:rationale "{sentence(self.random)}"@en ; {fuller}{pages}'
            f'xw:remark "{sentence(self.random)}"@en ; {self.said} .'
        )
        for paper, section in row.cited:
            part = f"{self.right}/2.0/{paper}" + (f"/section/{section}" if section else "")
            record = f"{mapping}/{row.number}-{paper}" + (f"-{section}" if section else "")
            cited = f"{paper}, Chapter {section}" if section else paper
            yield (
                f"<{record}> a xw:Mapping ; xw:subject <{focus}> ; xw:predicate skos:mappingRelation ; "
                f"xw:object <{part}> ; sssom:mapping_justification semapv:ManualMappingCuration ; "
                f"xw:inComparison <{name}/{row.number}> ; xw:inMappingSet <{mapping}> ; "
                f'xw:asCited "{cited}"@en ; {self.said} .'
            )
            if section:
                yield self._quotation(record, part, paper, section)

    def _quotation(self, record: str, part: str, paper: str, section: str) -> str:
        other = self.random.choice(self.sections[paper])
        refers = self.random.random() < 0.1 and other != section
        more = f"xw:crossReference <{self.right}/2.0/{paper}/section/{other}> ; " if refers else ""
        return (
            f"<{record}/quotation/1> a xw:Quotation ; xw:inMapping <{record}> ; xw:quotedFrom <{part}> ; "
            f'xw:ordinal 1 ; xw:text "{sentence(self.random)}"@en ; {more}{self.said} .'
        )
