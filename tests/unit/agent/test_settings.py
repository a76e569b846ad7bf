"""The agent's settings: checked key by key, with an error that says what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tidegate_agent.settings import SettingsError, load, read

GOOD: dict[str, Any] = {"journal": "journal.db", "sage100": {"companies": ["ABC"]}}


def test_the_least_settings_are_enough() -> None:
    settings = read(GOOD)
    assert (settings.seats.seats, settings.listen.address, settings.backend) == (1, "127.0.0.1", "com")
    assert settings.secrets_path == Path("secrets.json")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"journal": None}, "'journal' must be a text"),
        ({"colour": 1}, "unknown setting 'colour'"),
        ({"seats": {"seat": 1}}, "unknown setting 'seats.seat'"),
        ({"seats": {"seats": 0}}, "'seats.seats' must lie between 1 and 20"),
        ({"seats": {"seats": "1"}}, "'seats.seats' must be a whole number"),
        ({"seats": {"call_limit_s": 0}}, "must be greater than zero"),
        ({"seats": {"seats_reserved_for_people": 2}}, "needs 'seats.seats_bought'"),
        ({"seats": 3}, "'seats' must be a table"),
        ({"addresses_logged_on": "today"}, "'addresses_logged_on' must be a date"),
        ({"listen": {"address": "10.0.0.5"}}, "needs 'listen.certificate'"),
        ({"listen": {"certificate": "a.crt"}}, "belong together"),
        ({"listen": {"tokens": []}}, "'listen.tokens' names one secret, or two"),
        ({"listen": {"tokens": [1]}}, "'listen.tokens' must be a list of texts"),
        ({"sage100": {}}, "'sage100.companies' or 'sage300.companies' must name"),
        ({"sage300": {"companies": ["SAMLTD"]}}, "one agent serves one Sage"),
        (
            {"sage100": {}, "sage300": {"companies": ["SAMLTD"], "gateway_user": ""}},
            "'sage300.gateway_user' is empty",
        ),
        (
            {"sage100": {}, "sage300": {"companies": ["SAMLTD"], "time_zone": "Moon"}},
            "'sage300.time_zone' is no time zone",
        ),
        ({"sage100": {"companies": ["ABC"], "reader": "csv"}}, "'sage100.reader' must be one of odbc, sql"),
        ({"sage100": {"companies": ["ABC"], "time_zone": "Moon"}}, "'sage100.time_zone' is no time zone"),
        (
            {"sage100": {"companies": ["ABC"], "texts": {"auth": ["("]}}},
            "the pattern '(' (auth) cannot be read",
        ),
        ({"worker": "thread"}, "'worker' must be one of process, inline"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match="^.*" + re.escape(text)):
        read({**GOOD, **change})


def test_the_journal_is_needed() -> None:
    with pytest.raises(SettingsError, match="'journal' is missing"):
        read({"sage100": {"companies": ["ABC"]}})


def test_a_file_that_is_none_or_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "none.toml")
    path = tmp_path / "agent.toml"
    path.write_text("journal = ")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load(path)
