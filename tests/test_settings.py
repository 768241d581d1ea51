"""Settings come from the environment or the caller, and a wrong one is named."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, dataclass, fields
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from crosswalk import folders
from crosswalk.errors import InputError
from crosswalk.settings import MEGABYTE, Settings, read_count, read_setting, setting, variable, write_size

BY_NAME = {one.name: one for one in fields(Settings)}


def test_without_variables_the_defaults_hold() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.store) == ("127.0.0.1", 8000, None)
    assert settings.base_iri.endswith("iot-security-crosswalk/")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("port", "8123", 8123),
        ("query_timeout", "2.5", 2.5),
        ("query_memory", "512 MB", 512 * 2**20),
        ("query_bytes", "64K", 65536),
        ("result_bytes", "1000", 1000),
        ("tree_memory", "1.5GiB", 3 * 2**29),
        ("base_iri", "https://example.org/graph", "https://example.org/graph/"),
        ("store", "http://localhost:3030/ds/query", "http://localhost:3030/ds/query"),
        ("store", "https://ann:secret@[::1]:3030/ds?x=1", "https://ann:secret@[::1]:3030/ds?x=1"),
        ("snapshots", "elsewhere", Path("elsewhere")),
        ("snapshots", "/nowhere/of/all/places", Path("/nowhere/of/all/places")),
        ("host", "::1", "::1"),
        ("host", "fe80::1%eth0", "fe80::1%eth0"),
        ("host", "0.0.0.0", "0.0.0.0"),
        ("host", "a-host.example.", "a-host.example."),
        ("base_iri", "http://[::1]:8000/a/b-c_d.e~f", "http://[::1]:8000/a/b-c_d.e~f/"),
        ("waiting_time", "1e2", 100.0),
        ("waiting_time", ".5", 0.5),
        ("query_memory", "16M", 16 * MEGABYTE),
        ("tree_memory", "1024G", 2**40),
        ("cache_bytes", "0", 0),
        ("client_header", "X-Real-IP", "X-Real-IP"),
        ("rate_limit", "0", 0),
        ("metrics", "ON", True),
    ],
)
def test_each_variable_is_read_into_its_type(name: str, text: str, value: object) -> None:
    assert getattr(Settings.from_environment({variable(BY_NAME[name]): text}), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("port", "eighty"),
        ("port", "65536"),
        ("port", "-1"),
        ("query_timeout", "0"),
        ("query_timeout", "inf"),
        ("query_timeout", "nan"),
        ("query_memory", "much"),
        ("workers", "-2"),
        ("store", "localhost:3030"),
        ("base_iri", "ftp://example.org/"),
    ],
)
def test_a_wrong_value_names_its_variable_and_what_is_wanted(name: str, text: str) -> None:
    with pytest.raises(InputError, match=rf"^CROSSWALK_{name.upper()} must be an? .*{text}") as fault:
        Settings.from_environment({f"CROSSWALK_{name.upper()}": text})
    assert fault.value.hint == BY_NAME[name].metadata["help"]


NINES = "9" * 400
NUMBERS = [
    NINES, "9" * 5000, "-" + NINES, "1e309", "1e300", "nan", "inf", "-inf", "Infinity", "0x10", "1_000", "½",
    "٣", "１", "1 2", "1,5", "", " ", "+", "--1", "1e", "1e9999999999", "0." + "0" * 500 + "1", "1\n2",
    "\x00", "true", "K", "1T", "-0.0001", "1M M",
]  # fmt: skip
KINDS = {name: type(one.default) for name, one in BY_NAME.items()}
WRONG = {
    "host": ["a b", "a..b", "x" * 64, "x" * 300, "a/b", "http://localhost", "a\x00b", "[::1]", "a:80",
        "é.example", "-\n", "::g", "*", "fe80::1%", " ", "@"],
    "base_iri": ["example.org", "/xw/", "http://", "http:///xw", "https://example.org/?x=1",
        "https://example.org/#x", "https://ann:secret@example.org/", "https://example.org:0/",
        "https://example.org:99999/", "https://example.org:port/", "https://exa mple.org/",
        "https://example.org/a b", "https://example.org/a//b", "https://example.org/../b",
        "https://example.org/./", "https://example.org/%2e%2e/", "https://[::1/", "https://example..org/",
        "https://example.org/<b>", "https://example.org/\x00", "https://example.org/a\\b",
        "https://example.org/é", "javascript:alert(1)", "https://" + "x" * 64 + ".org/",
        "https://example.org/a;b"],
    "store": ["localhost:3030", "ftp://localhost/", "http://", "http://localhost:port/",
        "http://localhost:99999/", "http://localhost:" + NINES, "http://localhost:-1/",
        "http://localhost:0/", "http://a..b/", "http://[::1/q", "http://a b/", "http://localhost/q#x",
        "http://localhost/\x7f", "http://localhost/a\nb", "http://:80/", "file:///etc/passwd",
        "http://" + "x" * 64 + "/", "http://localhost/q\\"],
    "snapshots": ["/etc/passwd", "/etc/passwd/below", "/dev/null", "a\x00b", "x" * 5000],
    "client_header": ["X Forwarded For", "X-Forwarded-For:", "X_Forwarded_For", "é",
        "X-Forwarded-For\r\nX: y", "a" * 65, "(x)", '"', "X-Forwarded-For, X-Real-IP", "\x00"],
    "store_user": ["ann\nbob", "\x00", "a\rb", "a\x7f"],
    "store_password": ["line\nline", "\x00"],
    "port": ["0x50", "80.0", "http", "65536", "99999999999999"],
    "workers": ["0", "257", "10000", "-1", "1.5"],
    "query_memory": ["0", "1", "15M", "1025G", "-1G", "0.0000000001G"],
    "tree_memory": ["0", "1M", "2000G"],
    "query_bytes": ["0", "1", "511"],
    "result_bytes": ["0", "1"],
    "cache_bytes": ["-1"],
    "query_timeout": ["0", "0.001", "86401", "1e-99", "1e99"],
    "waiting_time": ["0", "1e-5", "1e99"],
    "query_depth": ["0", "1001"],
    "query_tokens": ["0", "10000001"],
    "long_queries": ["-1", "1001"],
    "young_queries": ["0", "1001"],
    "waiting_queries": ["-1", "10001"],
    "rate_limit": ["-1", "100001"],
    "access_log": ["maybe", "2", "yes no"],
    "metrics": ["", "y"],
}  # fmt: skip


def test_no_setting_is_left_out_of_what_is_tried() -> None:
    assert set(WRONG) == set(BY_NAME)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_absurd_or_malformed_is_told_in_one_line(name: str) -> None:
    for text in [*WRONG[name], *(NUMBERS if KINDS[name] in (int, float) else ())]:
        if not text:
            continue  # counts as unset
        with pytest.raises(InputError) as fault:
            Settings.from_environment({variable(BY_NAME[name]): text})
        told = str(fault.value)
        assert told.startswith(f"CROSSWALK_{name.upper()} must be ") and len(told) < 300, (text, told)
        assert not re.search(r"[\x00-\x1f\x7f]", told)
        assert not BY_NAME[name].metadata["secret"] or text not in told


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"QUERY_MEMORY": "4G"}, "QUERY_MEMORY.*TREE_MEMORY"),
        ({"TREE_MEMORY": "512M"}, "QUERY_MEMORY.*TREE_MEMORY"),
        ({"CACHE_BYTES": "600M"}, "CACHE_BYTES.*TREE_MEMORY"),
        ({"WORKERS": "32"}, "32 workers .*CACHE_BYTES"),
        ({"STORE_PASSWORD": "hunter2"}, "STORE_PASSWORD is set without CROSSWALK_STORE_USER"),
    ],
)
def test_settings_that_contradict_each_other_are_named(environ: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told) as fault:
        Settings.from_environment({f"CROSSWALK_{name}": text for name, text in environ.items()})
    assert fault.value.hint and "hunter2" not in str(fault.value)


def test_the_defaults_and_the_bounds_contradict_nothing() -> None:
    assert Settings().contradiction() is None
    small = {"QUERY_MEMORY": "64M", "TREE_MEMORY": "64M", "CACHE_BYTES": "0", "WORKERS": "256"}
    Settings.from_environment({f"CROSSWALK_{name}": text for name, text in small.items()})


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0"), (1, "1"), (1024, "1K"), (1536, "1536"), (2**30 * 3, "3G"), (2**20, "1M")]
)
def test_a_size_is_written_as_it_is_read(size: int, text: str) -> None:
    assert write_size(size) == text


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_environment({"CROSSWALK_PORT": ""}).port == 8000


def test_what_the_caller_chooses_goes_before_the_environment() -> None:
    settings = Settings.from_environment({"CROSSWALK_PORT": "1", "CROSSWALK_HOST": "::1"}, port=2, host=None)
    assert (settings.port, settings.host) == (2, "::1")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1


def test_a_password_is_not_shown() -> None:
    settings = Settings(store_user="ann", store_password="hunter2")
    assert "hunter2" not in repr(settings) and "ann" not in repr(settings)


def test_every_setting_has_a_sentence_of_help() -> None:
    assert BY_NAME
    for one in BY_NAME.values():
        assert one.metadata["help"].endswith("."), one.name


def test_the_repository_is_preferred_for_content() -> None:
    assert folders.content_root() == folders.repository_root() == Path(__file__).parents[1]
    assert folders.default_output() == Path(__file__).parents[1] / "build"


def test_an_installed_package_brings_its_content_and_builds_in_the_cache(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(folders, "PACKAGE", tmp_path / "site-packages" / "crosswalk")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert folders.content_root() == tmp_path / "site-packages" / "crosswalk" / "content"
    assert folders.default_output().parent == tmp_path / "cache"


def test_a_wrong_value_that_is_secret_is_not_repeated() -> None:
    @dataclass
    class Guarded:
        key: int = setting("The number that opens it.", read_count(0, 9), 0, secret=True)

    with pytest.raises(InputError, match="CROSSWALK_KEY must be a whole number") as fault:
        read_setting(fields(Guarded)[0], "hunter2")
    assert "hunter2" not in str(fault.value)


@given(
    some.sampled_from(sorted(BY_NAME)),
    some.text(max_size=30) | some.from_regex(r"[0-9.eE+KMGTB-]{1,12}", fullmatch=True),
)
def test_any_text_is_a_value_or_named_as_wrong(name: str, text: str) -> None:
    assume("\x00" not in text)
    try:
        Settings.from_environment({f"CROSSWALK_{name.upper()}": text})
    except InputError as fault:
        assert "CROSSWALK_" in str(fault) and "\n" not in str(fault)
