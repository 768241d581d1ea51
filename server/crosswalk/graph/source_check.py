"""Find the facts of the graph whose words a source document does not print."""

from __future__ import annotations

import calendar
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from pyoxigraph import Literal, NamedNode, Store
from rdflib import URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS, XSD

from crosswalk.namespaces import ID, XKOS, XW

COMPARISON = ID["source/ipa-gsma-comparison"]
"""The source document that is checked when no other is named."""

_LABELS = (SKOS.prefLabel, SKOS.altLabel)
_VERBATIM: dict[URIRef, tuple[URIRef, ...]] = {
    XW.Edition: (DCTERMS.issued, XW.pageCount, XW.declaredCount),
    XW.Document: (*_LABELS, DCTERMS.issued, XW.pageCount),
    XW.Section: _LABELS,
    XW.Provision: _LABELS,
    XW.Category: (*_LABELS, XW.goal),
    XW.Guideline: _LABELS,
    XW.Statement: (XW.text,),
    XKOS.Correspondence: (DCTERMS.description,),
    XW.Change: (DCTERMS.description,),
    XW.ComparisonSet: (XW.legend, DCTERMS.description),
    XW.Comparison: (XW.remark, XW.pages),
    XW.Mapping: (XW.asCited,),
    XW.Quotation: (XW.text,),
    XW.Reading: (XW.text,),
}
"""What of each class a source must print; every other fact is worded by a curator or follows from these."""

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ADDRESS = re.compile(r"<(https?://[^<>\s]+)>")
_RULE = re.compile(r"[-\s]+")
_QUOTES = str.maketrans("“”„‘’‚", "\"\"\"'''")
_DESCRIBED = re.compile(r"\[.*\]", re.DOTALL)


@dataclass(frozen=True, order=True)
class Unsupported:
    """A fact whose words the source does not print: of what, which property, and the words."""

    subject: str
    predicate: str
    text: str


def fold(text: str) -> str:
    """Return the bare words of a text: no tags and no marks of emphasis, plain quotes, single spaces.

    >>> fold("<p><b>Both</b> “agree”</p>")
    'Both "agree"'
    """
    untagged = _TAG.sub(" ", _ADDRESS.sub(r"\1", text)).replace("**", "")
    return " ".join(html.unescape(untagged).translate(_QUOTES).split())


def passages(source_text: str) -> list[str]:
    """Return the folded prose of a source, and each cell of its tables with its continuation.

    A line with tabs is a row. One whose second cell is empty continues the row above, column by column.
    """
    prose: list[str] = []
    rows: list[list[str]] = []
    for line in source_text.splitlines():
        if "\t" not in line:
            prose.append(line)
        elif not _RULE.fullmatch(line):
            cells = line.split("\t")
            if rows and not fold(cells[1]):
                rows[-1] = [" ".join(parts) for parts in zip_longest(rows[-1], cells, fillvalue="")]
            else:
                rows.append(cells)
    return [text for text in map(fold, (" ".join(prose), *chain.from_iterable(rows))) if text]


def unsupported(store: Store, source_text: str, source: URIRef = COMPARISON) -> list[Unsupported]:
    """Return the facts that rest on a source alone and whose words its text lacks, in the order of subjects.

    A reading in square brackets describes the source instead of quoting it, and needs no words there.
    """
    text = "\n".join(passages(source_text))
    missing = {
        Unsupported(subject.value, str(predicate), value.value)
        for subject, predicate, value in _facts(store, source)
        if not any(_holds(text, wording) for wording in _WORDINGS.get(predicate, _words)(value))
    }
    return sorted(missing)


def _facts(store: Store, source: URIRef) -> Iterator[tuple[NamedNode, URIRef, Literal]]:
    """Yield each fact that the source has to print, as subject, predicate and value."""
    for kind, predicates in _VERBATIM.items():
        members = store.quads_for_pattern(None, NamedNode(RDF.type), NamedNode(kind), None)
        for subject in {quad.subject for quad in members}:
            if set(_values(store, subject, DCTERMS.source)) != {NamedNode(source)}:
                continue
            for predicate in predicates:
                for value in set(_values(store, subject, predicate)):
                    if _is_due(store, subject, kind, predicate, value, source):
                        yield subject, predicate, value


def _is_due(
    store: Store, subject: NamedNode, kind: URIRef, predicate: URIRef, value: Literal, source: URIRef
) -> bool:
    """Return whether it is this source that has to print the words of a fact."""
    if kind == XW.Reading:
        return not _DESCRIBED.fullmatch(value.value)
    if predicate not in _LABELS:
        return True
    others = [other for other in _values(store, subject, XW.titleSource) if other.value != str(source)]
    return not any(_may_print(store, other, value) for other in others)


def _may_print(store: Store, source: NamedNode, title: Literal) -> bool:
    """Return whether a title can be from a source, which prints only titles in its own language."""
    languages = {language.value for language in _values(store, source, DCTERMS.language)}
    return not languages or not title.language or title.language in languages


def _values(store: Store, subject: NamedNode, predicate: URIRef) -> Iterator[NamedNode | Literal]:
    return (quad.object for quad in store.quads_for_pattern(subject, NamedNode(predicate), None, None))


def _words(value: Literal) -> tuple[str, ...]:
    return (fold(value.value),)


def _dates(value: Literal) -> tuple[str, ...]:
    year, month, *day = (int(part) for part in value.value.split("-"))
    name = calendar.month_name[month]
    if value.datatype.value != str(XSD.date):
        return (f"{name} {year}",)
    return f"{day[0]} {name} {year}", f"{day[0]} {name[:4]}. {year}", f"{day[0]} {name[:3]}. {year}"


_WORDINGS: dict[URIRef, Callable[[Literal], tuple[str, ...]]] = {
    DCTERMS.issued: _dates,
    XW.pageCount: lambda value: (f"{value.value}-page", f"{value.value} pages"),
    XW.declaredCount: lambda value: (f"{value.value} guidelines", f"{value.value} revised guidelines"),
}
"""The wordings in which a source may print a value, by property; any other it prints as it is."""


def _holds(text: str, words: str) -> bool:
    """Return whether a text holds words, not as a part of longer ones ("7.3" is not in "7.3.1")."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w|\.\d)", text) is not None
