"""Finds what a person means by a name: an edition, an element, a standard on a day."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches

from pyoxigraph import Literal, NamedNode

from crosswalk.errors import InputError
from crosswalk.names import PREFIXES, compact, expand
from crosswalk.relations.evidence import Ask

IN_FORCE = "questions/which-editions-were-in-force-on-a-date"


def find_edition(ask: Ask, text: str) -> str:
    """The IRI of the edition of that name; an InputError suggests near ones."""
    iri = expand(text)
    known = [row["edition"].value for row in ask("pages/editions")]
    if iri not in known:
        raise InputError(f"no edition is called {text!r}", hint=_meant(text, known))
    return iri


def find_edition_on(ask: Ask, text: str, day: date | None) -> str:
    """The edition of that name, or of the standard of that name that was in force on a day.

    InputError where an edition was not in force then, or the sources leave open which one was.
    """
    if day is None:
        return find_edition(ask, text)
    iri = expand(text)
    in_force = editions_in_force(ask, day)
    own = [edition for edition, standard in in_force.items() if iri in (edition, standard)]
    if len(own) == 1:
        return own[0]
    if own:
        names = " or ".join(map(compact, own))
        raise InputError(f"on {day} one of {names} was in force; the sources leave open which",
                         hint="Name the edition that is meant.")  # fmt: skip
    standards = {row["edition"].value: row["standard"].value for row in ask("pages/editions")}
    if iri not in standards and iri not in standards.values():
        known = [*standards, *standards.values()]
        raise InputError(f"no standard or edition is called {text!r}", hint=_meant(text, known))
    standard = standards.get(iri, iri)
    then = [compact(edition) for edition, other in in_force.items() if other == standard]
    hint = f"In force then: {' or '.join(then) or 'no edition whose dates are known'}."
    raise InputError(f"{compact(iri)} is not known to have been in force on {day}", hint=hint)


def editions_in_force(ask: Ask, day: date) -> dict[str, str]:
    """The editions in force on a day, or possibly so, each with its standard."""
    rows = ask(IN_FORCE, date=Literal(day.isoformat(), datatype=NamedNode(PREFIXES["xsd"] + "date")))
    return {row["edition"].value: row["standard"].value for row in rows}


def find_element(ask: Ask, text: str) -> str:
    """The IRI of the element or edition of that name.

    A number without its edition is refused where editions of the standard number differently: the
    InputError then says what the number means in each.
    """
    iri = expand(text)
    known = {row["element"].value: row for row in ask("pages/path-elements")}
    if iri in known:
        return iri
    same = [row for element, row in known.items() if _without_edition(element, row) == iri]
    if same:
        meanings = (f"{compact(r['element'].value)} ({r['title'].value})" if r["title"] else
                    compact(r["element"].value) for r in same)  # fmt: skip
        raise InputError(f"{text} names no edition, and a number can mean something else in each",
                         hint=f"Did you mean {' or '.join(meanings)}?")  # fmt: skip
    raise InputError(f"nothing is called {text!r}", hint=_meant(text, known))


def _without_edition(element: str, row: object) -> str | None:
    """The address of an element as it would be if the edition were left out: ipa/guideline/5."""
    edition = row["edition"]  # type: ignore[index]
    if edition is None or not element.startswith(edition.value + "/"):
        return None
    standard = edition.value.rpartition("/")[0]
    return standard + element.removeprefix(edition.value)


def _meant(text: str, known: object) -> str:
    names = [compact(iri) for iri in known]  # type: ignore[attr-defined]
    near = get_close_matches(text, names, n=3) or sorted(names)[:5]
    return f"Did you mean {' or '.join(near)}?" if near else "Nothing is here."
