"""The bands of the package depend on each other in one direction, and each thing is said in one place."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "server" / "crosswalk"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    .removesuffix(".__init__")
    .replace("__init__", ""): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "node_modules" not in path.parts and "content" not in path.parts
}
NAMES = sorted(MODULES)

# What each band may never import, by the beginning of the module's name.
FORBIDDEN = {
    "graph": ("stores", "exchange", "evaluation", "assemble", "web", "cli"),
    "stores": ("graph", "relations", "exchange", "evaluation", "assemble", "web", "cli"),
    "relations": ("graph", "stores", "exchange", "evaluation", "assemble", "web", "cli"),
    "exchange": ("assemble", "web", "cli"),
    "evaluation": ("graph", "relations", "exchange", "assemble", "web", "cli"),
    "web": ("graph", "cli", "rdflib", "pyoxigraph", "pyshacl", "owlrl"),
    "cli": (),
    "assemble": ("web", "cli"),
    "namespaces": ("graph", "stores", "relations", "exchange", "evaluation", "web", "cli"),
    "iris": ("rdflib", "namespaces", "graph", "stores", "relations", "exchange", "evaluation", "web", "cli"),
    "sparql_tokens": ("graph", "stores", "relations", "exchange", "evaluation", "web", "cli"),
    "folders": ("graph", "stores", "relations", "exchange", "evaluation", "web", "cli"),
    "structured_text": (
        "iris", "namespaces", "graph", "stores", "relations", "exchange", "evaluation", "web", "cli",
    ),  # fmt: skip
    "settings": ("graph", "stores", "relations", "exchange", "evaluation", "web", "cli"),
    "errors": ("graph", "stores", "relations", "exchange", "evaluation", "web", "cli"),
}


def imports(name: str, *, at_load: bool = False) -> set[str]:
    """The modules a module imports: ours by their name within the package, others by their full name.

    With ``at_load`` only those imported while the module itself is being loaded.
    """
    path = MODULES[name]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = _loaded(tree) if at_load else ast.walk(tree)
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*filter(None, base), *filter(None, [node.module])])
            members = (f"{module}.{alias.name}".lstrip(".") for alias in node.names)
            if node.level or module.startswith("crosswalk"):
                found.update(
                    each if each.removeprefix("crosswalk.") in MODULES else module for each in members
                )
            else:
                found.add(module)
    return {each.removeprefix("crosswalk.") for each in found if each}


def _loaded(tree: ast.Module) -> list[ast.AST]:
    def inside(node: ast.AST) -> list[ast.AST]:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) or _is_for_types(node):
            return []
        return [node, *(each for child in ast.iter_child_nodes(node) for each in inside(child))]

    return inside(tree)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def is_within(name: str, band: str) -> bool:
    return name == band or name.startswith(band + ".")


@pytest.mark.parametrize("band", FORBIDDEN)
def test_a_band_imports_nothing_of_the_bands_above_it(band: str) -> None:
    wrong = [
        f"{name} imports {found}"
        for name in NAMES
        if is_within(name, band)
        for found in sorted(imports(name))
        if any(is_within(found, other) for other in FORBIDDEN[band])
    ]
    assert not wrong


def test_one_module_alone_joins_graph_and_stores() -> None:
    joining = {
        name
        for name in NAMES
        if any(is_within(found, "graph") for found in imports(name))
        and any(is_within(found, "stores") for found in imports(name))
    }
    assert joining <= {"assemble"}


def test_imports_run_in_no_circle() -> None:
    edges = {name: {found for found in imports(name, at_load=True) if found in MODULES} for name in NAMES}

    def circle(name: str, way: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in way:
            return (*way[way.index(name) :], name)
        if name in finished:
            return None
        found = next((c for each in sorted(edges[name]) if (c := circle(each, (*way, name)))), None)
        finished.add(name)
        return found

    finished: set[str] = set()
    assert [found for name in NAMES if (found := circle(name, ()))] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [name for name in NAMES if vague & set(name.split("."))] == []


def strings(name: str) -> list[str]:
    """Every string in a module but its docstrings."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in prose)
    return [node.value for node in constants if isinstance(node.value, str)]


SPARQL = re.compile(r"\b(SELECT|CONSTRUCT|ASK|DESCRIBE|INSERT|DELETE|GRAPH|OPTIONAL)\b[^.;{}]*\{\s*[^\s}]")
PROJECT_IRI = re.compile(r"w3id\.org/iot-security-crosswalk")


@pytest.mark.parametrize("name", NAMES)
def test_sparql_stays_out_of_python(name: str) -> None:
    assert [text for text in strings(name) if SPARQL.search(text)] == []


@pytest.mark.parametrize("name", [each for each in NAMES if each != "iris"])
def test_the_projects_iris_are_written_in_one_module(name: str) -> None:
    assert [text for text in strings(name) if PROJECT_IRI.search(text)] == []


@pytest.mark.parametrize(
    "text",
    ["SELECT ?s WHERE { ?s ?p ?o }", "ASK { ?s ?p ?o }", "CONSTRUCT { ?s a ?c }\nWHERE {}", "GRAPH ?g { ?s"],
)
def test_sparql_is_recognised(text: str) -> None:
    assert SPARQL.search(text)


def test_imports_are_recognised() -> None:
    assert {"errors", "graph.line_index", "graph.rdf_files"} <= imports("graph.sources")
    assert "pyshacl" in imports("graph.validation")
    assert "graph.build" in imports("assemble") - imports("assemble", at_load=True)
