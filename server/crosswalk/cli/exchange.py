"""``crosswalk import`` and ``export-mappings``: mappings and catalogues in the formats of other tools."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from crosswalk.cli.program import settings_options
from crosswalk.cli.terminal import steps, tell, write, write_file
from crosswalk.errors import InputError
from crosswalk.exchange import rdf_writing
from crosswalk.exchange.formats import READABLE, WRITABLE, read
from crosswalk.exchange.gathering import gather_register, gather_sets
from crosswalk.exchange.identifiers import Register, UnknownIdentifier, resolve
from crosswalk.exchange.olir import DIRECTIONS
from crosswalk.exchange.records import Catalogue, Losses, MappingSet
from crosswalk.iris import ID, expand, is_iri, is_language
from crosswalk.settings import Settings

SUFFIXES = (".ttl", ".sssom.tsv")
LISTED = 40
"""How many unknown identifiers are named."""


@click.command("export-mappings")
@click.argument("form", metavar="FORMAT", type=click.Choice([*WRITABLE, *rdf_writing.FORMATS]))
@click.option("--set", "name", required=True, metavar="NAME", help="A mapping set, or all.")
@click.option("--out", required=True, metavar="FILE", help="The file to write; - is the standard output.")
@click.option("--report", type=click.Path(path_type=Path), help="A file for what the format cannot hold.")
@settings_options("snapshots")
def export_mappings(form: str, name: str, out: str, report: Path | None, settings: Settings) -> None:
    """Write mapping sets in a format of other tools.

    What the format cannot hold is counted in a loss report, on stderr or in the file of --report. The same
    graph gives the same bytes.

    \b
    Example:  crosswalk export-mappings sssom --set ipa-2.0--gsma-2.0 --out ipa-gsma.sssom.tsv
    Example:  crosswalk export-mappings csv --set all --out mappings.csv --report losses.txt
    """
    from crosswalk.assemble import open_store

    with steps("Exporting", 3) as progress:
        progress("opening")
        store = open_store(settings)
        progress("gathering")
        sets = gather_sets(store, name)
        register = gather_register(store)
        progress("writing")
        identifiers = [mapping_set.identifier for mapping_set in sets]
        losses: Counter[str] = Counter()
        if form in WRITABLE:
            data, losses = WRITABLE[form](sets, register)
            for mapping_set in sets:
                losses.update(mapping_set.losses)
        elif form == "turtle":
            from crosswalk.graph.turtle import serialize

            data = serialize(rdf_writing.triples(store, identifiers)).encode()
        else:
            data = rdf_writing.write(store, identifiers, form)
    lines = [f"{what}: {count}" for what, count in sorted((+losses).items())]
    if report is not None:
        write_file(report, "".join(f"{line}\n" for line in lines or ["nothing is lost"]).encode())
    else:
        for line in lines:
            tell(f"not in the file: {line}")
    if out == "-":
        write(data)
    else:
        write_file(Path(out), data)
        records = sum(len(mapping_set.records) for mapping_set in sets)
        tell(f"wrote {out}: {len(data)} bytes of {form}, from {records} records of {len(sets)} sets")


@click.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(list(READABLE)))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Ends in .ttl or .sssom.tsv.")
@click.option("--from", "source", metavar="EDITION", help="The edition of the subjects, such as uk-cop/2018.")
@click.option("--to", "target", metavar="EDITION", help="The edition of the objects, such as gsma/2.2.")
@click.option(
    "--edition", metavar="EDITION", help="The edition that a catalogue gives, such as nist-csf/2.0."
)
@click.option("--set", "name", metavar="NAME", help="The mapping set's name; by default as --out is called.")
@click.option("--license", "licence", metavar="IRI", help="The licence, where the file states none.")
@click.option("--source", "document", metavar="IRI", help="The source document, such as source/dcms-mapping.")
@click.option("--language", metavar="TAG", help="The language of the texts, such as de or pt-BR.")
@click.option("--direction", type=click.Choice(DIRECTIONS), help="OLIR: how each row is read (required).")
@click.option(
    "--select",
    metavar="TEXT",
    help="DCMS: the standards whose name holds TEXT (required). CISO Assistant: the set of that ref_id.",
)
@click.option("--with-text", is_flag=True, help="Catalogues: keep the text of elements, where rights allow.")
@click.option("--skip-unknown", is_flag=True, help="Leave out records whose identifiers the graph lacks.")
@settings_options("snapshots")
def import_file(form: str, file: Path, out: Path, settings: Settings, **options: Any) -> None:
    """Turn a file of another format into a file for review.

    Every identifier is looked up in the built graph; those that are not there are listed with their near
    misses, and then nothing is written unless --skip-unknown is given. What the graph has no place for is
    counted on stderr. The file is read in a process with little memory, little time and no network.

    \b
    Example:  crosswalk import sssom mappings.sssom.tsv --out review.ttl
    Example:  crosswalk import olir table.xlsx --direction focal-to-reference
                --from nist-csf/2.0 --to ipa/2.0 --out review.ttl
    """
    if not out.name.endswith(SUFFIXES):
        raise InputError("--out ends in .ttl or .sssom.tsv", file=out)
    if READABLE[form].holds != "mappings" and not out.name.endswith(".ttl"):
        raise InputError("what is no mapping fits a Turtle file alone", file=out)
    language = options["language"]
    if language is not None and not is_language(language):
        raise InputError(f"--language {language} is no tag of a language", hint="Such as en, de or pt-BR.")
    for option, given in (("--license", options["licence"]), ("--source", options["document"])):
        if given is not None and not is_iri(expand(given)):
            raise InputError(f"{option} {given!r} is no IRI", hint="Such as https://example.org/terms.")
    with steps("Importing", 3) as progress:
        progress("reading")
        content = read(file, form, options)
        content = replace(content, language=language or content.language)
        if content.language is None:
            tell("the file does not say in which language it is: its words get none; --language says it")
        progress("looking up")
        register = _read_register(settings)
        if isinstance(content, Catalogue):
            data, unknown = _convert_catalogue(content, register, options, file, out)
        else:
            data, unknown = _convert_mappings(content, register, options, file, out)
    for identifier in unknown[:LISTED]:
        place = f"{file}:{identifier.place}" if identifier.place else file
        tell(f"{place}: not in the graph: {identifier}")
    if len(unknown) > LISTED:
        tell(f"… and {len(unknown) - LISTED} more")
    if unknown and not options["skip_unknown"]:
        what = f"{len(unknown)} identifiers are not in the graph; nothing is written"
        raise InputError(what, file=file, hint="--skip-unknown leaves out the records that name them.")
    write_file(out, data)
    tell(f"wrote {out}: hold it against the rules with crosswalk check {out}")


def _read_register(settings: Settings) -> Register:
    from crosswalk.assemble import open_store

    return gather_register(open_store(replace(settings, store=None)))


def _convert_mappings(
    mappings: MappingSet, register: Register, options: dict[str, Any], file: Path, out: Path
) -> tuple[bytes, list[UnknownIdentifier]]:
    """Return the file for review, and the identifiers that the graph does not know."""
    name = options["name"] or out.name.removesuffix(".ttl").removesuffix(".sssom.tsv")
    subject_source = _known_edition(options["source"], mappings.subject_source, register, "--from")
    object_source = _known_edition(options["target"], mappings.object_source, register, "--to")
    own_name = mappings.identifier and not options["name"]
    completed = replace(
        mappings,
        identifier=mappings.identifier if own_name else f"{ID}mapping/{name}",
        licence=options["licence"] or mappings.licence,
        sources=(expand(options["document"]),) if options["document"] else mappings.sources,
        subject_source=subject_source,
        object_source=object_source,
        subject_version=mappings.subject_version or _version(subject_source),
        object_version=mappings.object_version or _version(object_source),
    )
    resolved, unknown = resolve(completed, register)
    _tell_losses(resolved.losses, file)
    if not resolved.licence:
        tell("the file states no licence: give --license, or add it to the file")
    if out.name.endswith(".ttl"):
        from crosswalk.exchange.triples import of_mapping_set
        from crosswalk.graph.turtle import serialize

        return serialize(of_mapping_set(resolved)).encode(), unknown
    from crosswalk.exchange.sssom_writing import write

    labels = {iri: known.label for iri, known in register.known.items() if known.label}
    data, losses = write(resolved, labels, curated=True)
    _tell_losses(losses, file)
    return data, unknown


def _convert_catalogue(
    catalogue: Catalogue, register: Register, options: dict[str, Any], file: Path, out: Path
) -> tuple[bytes, list[UnknownIdentifier]]:
    """Return the file for review, and the entries of a selection that the graph does not know."""
    from crosswalk.exchange.triples import of_catalogue, of_selection
    from crosswalk.graph.turtle import serialize

    document = expand(options["document"]) if options["document"] else None
    _tell_losses(catalogue.losses, file)
    if options["edition"] is None:
        raise InputError("--edition says which edition the file is about", hint="Such as nist-csf/2.0.")
    if catalogue.selection:
        edition = _edition(options["edition"], register, "--edition")
        name = f"{ID}collection/{options['name'] or out.name.removesuffix('.ttl')}"
        unknown = [
            UnknownIdentifier(entry.identifier, entry.place, register.near(entry.identifier, edition))
            for entry in catalogue.entries
            if register.find(entry.identifier, edition) is None
        ]
        return serialize(of_selection(catalogue, name, edition, register, document)).encode(), unknown
    edition = expand(options["edition"])
    known = sum(register.find(entry.identifier, edition) is not None for entry in catalogue.entries)
    tell(f"{len(catalogue.entries)} elements, of which the graph knows {known}")
    return serialize(of_catalogue(catalogue, edition, options["licence"], document)).encode(), []


def _known_edition(text: str | None, stated: str | None, register: Register, option: str) -> str | None:
    """Return the edition of one end: as the call says, or as the file does where the graph knows it."""
    if text is not None:
        return _edition(text, register, option)
    return stated if stated in register.editions else None


def _edition(text: str, register: Register, option: str) -> str:
    """Return the IRI of an edition. Raises InputError where the graph does not know it."""
    iri = expand(text)
    if iri not in register.editions:
        names = ", ".join(sorted(edition.removeprefix(ID) for edition in register.editions))
        raise InputError(f"{option} {text} is no edition of the graph", hint=f"Editions here: {names}.")
    return iri


def _version(edition: str | None) -> str | None:
    return edition.rpartition("/")[2] if edition else None


def _tell_losses(losses: Counter[str], file: Path) -> None:
    for line in (losses if isinstance(losses, Losses) else Losses(losses)).lines(str(file)):
        tell(f"not kept: {line}")
