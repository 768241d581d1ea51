"""Settings come from the environment or the caller, and a wrong one is named."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, fields
from pathlib import Path

import pytest

from crosswalk import folders
from crosswalk.errors import InputError
from crosswalk.settings import Settings, read_count, read_setting, setting, variable

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
        ("snapshots", "elsewhere", Path("elsewhere")),
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
        key: int = setting("The number that opens it.", read_count, 0, secret=True)

    with pytest.raises(InputError, match="CROSSWALK_KEY must be a whole number") as fault:
        read_setting(fields(Guarded)[0], "hunter2")
    assert "hunter2" not in str(fault.value)
