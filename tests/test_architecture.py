"""The package keeps its shape: what may import what, how large a module is, and what things are called."""

from __future__ import annotations

import ast
import builtins
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "server" / "crosswalk"
FILES = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "node_modules" not in path.parts and "content" not in path.parts
]
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    .removesuffix(".__init__")
    .replace("__init__", ""): path
    for path in FILES
}
"""Each module's file by the module's name within the package; the package itself is the empty name."""
NAMES = sorted(MODULES)
PACKAGES = {name for name, path in MODULES.items() if path.stem == "__init__"}

MOST_LINES_OF_A_MODULE = 320

# The parts of the package from the ground up: what each may import of the others, and nothing else.
# "web" stands for the modules that lie directly in that folder.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "errors": (),
    "folders": ("errors",),
    "structured_text": ("errors", "folders"),
    "json_document": ("errors", "structured_text"),
    "sparql_context": (),
    "sparql_tokens": ("sparql_context",),
    "query_header": ("sparql_context", "sparql_tokens"),
    "iris": ("errors", "folders"),
    "settings": ("errors", "folders", "iris"),
    "namespaces": ("iris",),
    "serialization": ("errors", "iris"),
    "relations": ("errors", "iris"),
    "graph": ("errors", "folders", "iris", "namespaces", "query_header", "relations", "serialization",
              "sparql_tokens", "structured_text"),
    "stores": ("errors", "folders", "iris", "query_header", "serialization", "sparql_context",
               "sparql_tokens"),
    "evaluation": ("errors", "settings", "sparql_tokens", "stores"),
    "exchange": ("errors", "evaluation", "folders", "graph", "iris", "json_document", "namespaces",
                 "relations", "settings", "stores", "structured_text"),
    "assemble": ("errors", "folders", "graph", "settings", "stores"),
    "web.http": ("errors", "iris", "stores", "web"),
    "web.endpoint": ("errors", "evaluation", "iris", "settings", "stores", "web.http"),
    "web.diagrams": ("iris", "stores", "web"),
    "web.views": ("errors", "exchange", "iris", "relations", "query_header", "stores",
                  "web", "web.diagrams", "web.http"),
    "web": ("assemble", "errors", "evaluation", "folders", "iris", "relations", "settings", "stores",
            "web.endpoint", "web.http", "web.views"),
    "cli": ("assemble", "errors", "exchange", "folders", "graph", "iris", "relations", "settings",
            "sparql_tokens", "stores", "web"),
    "__main__": ("cli",),
    "": (),
}  # fmt: skip

# Packages of others that are heavy, or that only one part of this one shall know.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "click": ("cli",),
    "flask": ("web",),
    "granian": ("web.server",),
    "httpcore": ("stores",),
    "httpx": ("stores",),
    "numpy": ("relations",),
    "owlrl": ("graph.inference",),
    "pyoxigraph": ("evaluation", "exchange", "graph", "iris", "relations", "serialization", "stores"),
    "pyshacl": ("graph",),
    "rdflib": ("exchange", "graph", "namespaces", "stores.syntax_errors"),
    "SPARQLWrapper": ("stores",),
    "werkzeug": ("web",),
}
AT_FIRST_USE: dict[str, tuple[str, ...]] = {
    "httpcore": ("stores.connections", "stores.graph_store", "stores.http_client", "stores.remote"),
    "httpx": ("stores.connections", "stores.graph_store", "stores.http_client", "stores.remote"),
    "numpy": (),
}
"""What takes long to import, and the modules that import it when they are loaded themselves."""

# One idea in two parts of the package may bear one name.
SAME_IDEA: dict[str, tuple[set[str], str]] = {
    "build": ({"cli.build", "graph.build"}, "the command and the steps it runs"),
    "derivation": (
        {"graph.derivation", "relations.derivation"},
        "derived mappings: as facts, and by rules",
    ),
    "exchange": ({"cli.exchange", "exchange"}, "the commands and the formats they read and write"),
    "remote": ({"evaluation.remote", "stores.remote"}, "another server's endpoint: asked, and read"),
    "sssom": ({"exchange.sssom", "graph.sssom"}, "SSSOM: as a format of exchange, and its table reader"),
}

# What the first house called its rooms: pictures, which have to be decoded. Words of names, one by one.
PICTURES = {
    "band", "bands", "board", "boxes", "broker", "desk", "desks", "dress", "exhibit", "exhibits", "heap",
    "keeper", "ledger", "loose", "onward", "post", "ration", "rationing", "shelf", "shelves", "squeeze",
    "stories", "story", "upkeep", "watcher",
}  # fmt: skip
# Names of modules for which the field has a standard term.
FORMER = {
    "answers", "asking", "closures", "compiled", "confined", "confinement", "drawings", "evidence",
    "glossary", "guard", "heat", "jobs", "locations", "messages", "naming", "neighbourhood", "nesting",
    "outcomes", "premises", "reads", "register", "reports", "support", "texts",
}  # fmt: skip
VAGUE = {
    "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils",
}  # fmt: skip

# Each private name of another package that is used here: where, and the test that tells when it changes.
PRIVATE: dict[tuple[str, str], str] = {
    ("namespaces", "_NS"): "tests/test_namespaces.py::test_a_name_that_is_no_term_raises",
    ("namespaces", "_fail"): "tests/test_namespaces.py::test_a_name_that_is_no_term_raises",
    ("stores.remote", "_createRequest"): "tests/test_remote.py::test_sparqlwrapper_builds_requests",
    ("web.server", "_respawn_workers"):
        "tests/web/test_web_server.py::test_granian_has_what_the_server_overrides",
    ("web.server", "_spawn_worker"):
        "tests/web/test_web_server.py::test_granian_has_what_the_server_overrides",
    ("web.urls", "_compile_builder"):
        "tests/web/test_web_first_requests.py::test_no_start_waits_for_what_builds_addresses",
}  # fmt: skip
PUBLIC_THOUGH_UNDERSCORED = {"_asdict", "_exit", "_fields", "_make", "_replace"}
"""Documented names of the standard library."""
PUT_THERE_BY_PYTHON = {"_abc_impl", "_is_protocol", "_is_runtime_protocol"}
BOUNDED = ("granian", "pyoxigraph", "pyshacl", "SPARQLWrapper", "Werkzeug")
"""Packages whose private or undocumented parts are used, so that their versions have an upper bound."""


@cache
def tree(name: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(name: str, *, at_load: bool = False) -> set[str]:
    """Return the modules a module imports: ours by their name within the package, others by their full name.

    With ``at_load`` only those imported while the module itself is being loaded.
    """
    nodes = _loaded(tree(name)) if at_load else ast.walk(tree(name))
    package = name.split(".") if name in PACKAGES else name.split(".")[:-1]
    imported: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*filter(None, base), *filter(None, [node.module])])
            members = (f"{module}.{alias.name}".lstrip(".") for alias in node.names)
            if node.level or module.startswith("crosswalk"):
                imported.update(
                    member if member.removeprefix("crosswalk.") in MODULES else module for member in members
                )
            else:
                imported.add(module)
    return {module.removeprefix("crosswalk.") for module in imported if module}


def _loaded(tree: ast.AST) -> list[ast.AST]:
    """Return the nodes that run while a module is loaded: no bodies of functions, nothing for types alone."""
    if isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) or _is_for_types(tree):
        return []
    return [tree, *(node for child in ast.iter_child_nodes(tree) for node in _loaded(child))]


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def is_within(name: str, part: str) -> bool:
    return name == part or name.startswith(part + ".")


def part_of(name: str) -> str:
    """Return the row of the table that a module belongs to: the longest one that fits."""
    return max((part for part in MAY_IMPORT if is_within(name, part)), key=len, default=name)


def words(name: str) -> list[str]:
    """Return the words of a module's, a class's or a function's name, in small letters.

    >>> words("GraphUpload"), words("_open_store")
    (['graph', 'upload'], ['open', 'store'])
    """
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def definitions(name: str, *kinds: type[ast.AST]) -> list[str]:
    """Return the names of the classes or functions of a module, wherever in it they are defined."""
    return [node.name for node in ast.walk(tree(name)) if isinstance(node, kinds)]  # type: ignore[attr-defined]


# What may import what


def test_every_package_and_every_module_at_the_root_has_a_row() -> None:
    at_the_root = {name for name in NAMES if "." not in name}
    assert at_the_root | PACKAGES == set(MAY_IMPORT), "add a row to MAY_IMPORT, or take it away"


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_part_imports_only_what_its_row_allows(part: str) -> None:
    wrong = [
        f"{name} imports {module}"
        for name in NAMES
        if part_of(name) == part
        for module in sorted(imports(name))
        if module in MODULES and part_of(module) not in (part, *MAY_IMPORT[part])
    ]
    assert not wrong


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_package_of_others_is_known_only_where_it_belongs(package: str) -> None:
    knowing = [name for name in NAMES if any(is_within(module, package) for module in imports(name))]
    allowed = ONLY_IN[package]
    assert [name for name in knowing if not any(is_within(name, part) for part in allowed)] == []


@pytest.mark.parametrize("package", AT_FIRST_USE)
def test_a_slow_import_waits_for_its_first_use(package: str) -> None:
    loading = {name for name in NAMES for module in imports(name, at_load=True) if is_within(module, package)}
    while grown := {name for name in NAMES if imports(name, at_load=True) & loading} - loading:
        loading |= grown
    assert loading <= set(AT_FIRST_USE[package])


def test_one_module_alone_joins_graph_and_stores() -> None:
    joining = {
        name
        for name in NAMES
        if any(is_within(module, "graph") for module in imports(name))
        and any(is_within(module, "stores") for module in imports(name))
    }
    assert joining <= {"assemble"}


def test_imports_run_in_no_circle() -> None:
    edges = {name: imports(name, at_load=True) & MODULES.keys() for name in NAMES}
    finished: set[str] = set()

    def circle(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in path:
            return (*path[path.index(name) :], name)
        if name in finished:
            return None
        closed = next((c for after in sorted(edges[name]) if (c := circle(after, (*path, name)))), None)
        finished.add(name)
        return closed

    assert [closed for name in NAMES if (closed := circle(name, ()))] == []


def test_imports_are_absolute() -> None:
    relative = [
        f"{name}, line {node.lineno}"
        for name in NAMES
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


# Sizes


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_longer_than_a_person_can_hold_in_mind() -> None:
    assert {name: lines(path) for name, path in MODULES.items() if lines(path) > MOST_LINES_OF_A_MODULE} == {}


# Names


def test_no_two_classes_share_a_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for name in NAMES:
        for defined in definitions(name, ast.ClassDef):
            places[defined].append(name)
    assert {defined: modules for defined, modules in places.items() if len(modules) > 1} == {}


def test_a_name_of_a_module_stands_for_one_idea() -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for name in filter(None, NAMES):
        places[name.rpartition(".")[2]].add(name)
    shared = {last: modules for last, modules in places.items() if len(modules) > 1}
    assert shared == {last: modules for last, (modules, _) in SAME_IDEA.items()}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name for name in NAMES if VAGUE & set(name.split("."))] == []


def test_no_module_has_its_former_name_again() -> None:
    assert [name for name in NAMES if FORMER & set(name.split("."))] == []


@pytest.mark.parametrize("name", NAMES)
def test_names_tell_a_content_and_no_picture(name: str) -> None:
    named = [name.rpartition(".")[2], *definitions(name, ast.ClassDef, ast.FunctionDef)]
    assert [defined for defined in named if PICTURES & set(words(defined))] == []


# What is written in one place


def strings(name: str) -> list[str]:
    """Return every string in a module but its docstrings."""
    prose = {id(node.value) for node in ast.walk(tree(name)) if isinstance(node, ast.Expr)}
    constants = (
        node for node in ast.walk(tree(name)) if isinstance(node, ast.Constant) and id(node) not in prose
    )
    return [node.value for node in constants if isinstance(node.value, str)]


SPARQL = re.compile(r"\b(SELECT|CONSTRUCT|ASK|DESCRIBE|INSERT|DELETE|GRAPH|OPTIONAL)\b[^.;{}]*\{\s*[^\s}]")
HTML = re.compile(r"</[a-z][a-z0-9]*>|<[a-z][a-z0-9]* [a-z-]+=|<(br|hr|li|p|td|tr|ul|div|span)>")
PROJECT_IRI = re.compile(r"w3id\.org/iot-security-crosswalk")


@pytest.mark.parametrize("name", NAMES)
def test_sparql_stays_out_of_python(name: str) -> None:
    assert [text for text in strings(name) if SPARQL.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_html_stays_out_of_python(name: str) -> None:
    assert [text for text in strings(name) if HTML.search(text)] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "iris"])
def test_the_projects_iris_are_written_in_one_module(name: str) -> None:
    assert [text for text in strings(name) if PROJECT_IRI.search(text)] == []


# Private parts of other packages


def is_private(name: str) -> bool:
    return bool(re.fullmatch(r"_[A-Za-z]\w*[A-Za-z0-9]", name)) and name not in PUBLIC_THOUGH_UNDERSCORED


@cache
def own_names() -> frozenset[str]:
    """Return every name that some module of ours gives to something, wherever it stands."""
    nodes = [node for name in NAMES for node in ast.walk(tree(name))]
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = {node.name for node in nodes if isinstance(node, kinds)}
    defined |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assigned = (node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return frozenset(
        defined | {node.attr for node in assigned if getattr(node.value, "id", None) in ("self", "cls")}
    )


def accessed(name: str) -> Iterator[str]:
    """Yield the private names that a module takes from objects that are not of its own making."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            inherited = isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "super"
            if inherited or node.attr not in own_names() or _is_module(name, node.value):
                yield node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "setattr", "hasattr"):
            arguments = (argument for argument in node.args if isinstance(argument, ast.Constant))
            yield from (str(argument.value) for argument in arguments if is_private(str(argument.value)))
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("crosswalk"):
            imported = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from filter(is_private, imported)


def _is_module(name: str, node: ast.AST) -> bool:
    """Whether an expression is a module of others that is imported under this name."""
    foreign = imports(name) - MODULES.keys()
    return ast.unparse(node) in foreign | {module.rpartition(".")[2] for module in foreign}


def getannotations(kind: type) -> dict[str, object]:
    return vars(kind).get("__annotations__", {})


def overridden(name: str) -> Iterator[str]:
    """Yield the private names that the classes of a module replace in classes of others."""
    module = import_module(f"crosswalk.{name}" if name else "crosswalk")
    for _, kind in getmembers(module, isclass):
        if kind.__module__ != module.__name__:
            continue
        bases = (*kind.__mro__, *type(kind).__mro__)
        others = [base for base in bases if not base.__module__.startswith(("crosswalk", "builtins"))]
        theirs = {attribute for base in others for attribute in (*vars(base), *getannotations(base))}
        yield from filter(is_private, vars(kind).keys() & theirs - PUT_THERE_BY_PYTHON)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "__main__"])
def test_private_parts_of_others_are_touched_only_where_it_is_known(name: str) -> None:
    touched = {*accessed(name), *overridden(name)}
    assert touched == {private for module, private in PRIVATE if module == name}


@pytest.mark.parametrize(("place", "test"), PRIVATE.items(), ids=lambda item: str(item[-1]))
def test_who_touches_a_private_part_says_so_and_has_a_test(place: tuple[str, str], test: str) -> None:
    file, _, function = test.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    assert f"def {function}(" in text, f"{place}: no test tells when this private part changes"


def test_packages_whose_private_parts_are_used_have_an_upper_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {re.split(r"[^\w-]", line)[0].lower(): line for line in project["dependencies"]}
    assert [name for name in BOUNDED if "<" not in required.get(name.lower(), "")] == []


# The rules see what they are to see


@pytest.mark.parametrize(
    "text",
    ["SELECT ?s WHERE { ?s ?p ?o }", "ASK { ?s ?p ?o }", "CONSTRUCT { ?s a ?c }\nWHERE {}", "GRAPH ?g { ?s"],
)
def test_sparql_is_recognised(text: str) -> None:
    assert SPARQL.search(text)


@pytest.mark.parametrize("text", ["<p>", "</td>", '<a href="/x">', "x<br>y", "<div class='c'>"])
def test_html_is_recognised(text: str) -> None:
    assert HTML.search(text)


def test_imports_are_recognised() -> None:
    assert {"errors", "graph.line_index", "graph.rdf_files"} <= imports("graph.sources")
    assert "pyshacl" in imports("graph.validation")
    assert "graph.build" in imports("assemble") - imports("assemble", at_load=True)


def test_words_are_recognised() -> None:
    assert words("PublishableSnapshot") == ["publishable", "snapshot"]
    assert words("_shelf_of") == ["shelf", "of"] and words("RDFShelf") == ["rdf", "shelf"]
    assert not any(word in dir(builtins) for word in PICTURES | FORMER)
