from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from tidegate.config.reading import ConfigurationError, load, loads
from tidegate.redaction import HIDDEN, redact
from tidegate.sage.rooms import SETTINGS
from unit.config.configuration_files import ENVIRONMENT, problems, read, warnings, whole


def test_a_whole_file_loads_without_a_word() -> None:
    loaded = read(whole())
    assert loaded.warnings == ()
    assert loaded.configuration.connections["web"].flows["orders"].every == "15m"
    assert loaded.configuration.connections["web"].rounding.tolerance == Decimal("0.05")


def test_every_problem_of_every_table_is_reported_at_once() -> None:
    text = whole(
        ('ledger = "sqlite:////srv/tidegate.db"', 'ledgr = "x"'),
        ('auth = "token"', 'auth = "tokn"\npage_size = "ten"'),
        ('company_id = "1"', 'company_id = 1\nseats = "two"'),
        ('every = "15m"', 'evry = "15m"\nbatch = 1.5'),
        ('guest_account = "WEB"', "accounts = { 17 = 4 }"),
    )
    assert {problem.key for problem in problems(text)} == {
        "hub.ledgr",
        "stores.main.auth",
        "stores.main.page_size",
        "companies.uk.company_id",
        "companies.uk.seats",
        "connections.web.flows.orders.evry",
        "connections.web.flows.orders.batch",
        "connections.web.customers.accounts.17",
    }


def test_a_wrong_value_does_not_hide_what_the_cross_checks_find() -> None:
    text = whole(('every = "15m"', 'every = "15m"\nbatch = "many"'), ('company = "uk"', 'company = "ku"'))
    assert [problem.key for problem in problems(text)] == [
        "connections.web.flows.orders.batch",
        "connections.web.company",
    ]


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('every = "15m"', 'evry = "15m"', "connections.web.flows.orders.evry", 'did you mean "every"?'),
        ("[hub]", "[hubb]", "hubb", 'did you mean "hub"?'),
        ('store = "main"', "", "connections.web.store", "give text in quotes"),
        ('auth = "token"', 'auth = "oauth"', "stores.main.auth", 'did you mean "oauth1"?'),
        (
            "[hub]",
            "zebra = 1\n[hub]",
            "zebra",
            "known keys: api, companies, connections, console, hub, notify, stores",
        ),
    ],
)
def test_a_problem_says_what_to_write(old: str, new: str, key: str, remedy: str) -> None:
    found = [problem for problem in problems(whole((old, new))) if problem.key == key]
    assert len(found) == 1
    assert remedy in found[0].remedy


def test_a_table_written_as_a_value_is_one_problem() -> None:
    assert [(p.key, p.found) for p in problems('hub = 3\nstores = "main"')][:2] == [
        ("hub", "the whole number 3 instead of a table"),
        ("stores", 'the text "main"'),
    ]


def test_money_as_a_toml_float_is_refused_with_the_quoted_amount() -> None:
    (problem,) = problems(whole(more="[connections.web.rounding]\ntolerance = 0.1"))
    assert problem.key == "connections.web.rounding.tolerance"
    assert '"0.1"' in problem.remedy
    assert problems(whole(more="[connections.web.rounding]\ntolerance = 1")) == []


@pytest.mark.parametrize("number", ["nan", "inf", "-1", "0"])
def test_a_timeout_is_a_sensible_number(number: str) -> None:
    text = whole(('auth = "token"', f'auth = "token"\ntimeout = {number}'))
    assert [problem.key for problem in problems(text)] == ["stores.main.timeout"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("[hub]\nledger = \n", 2, 10), ("[hub]\n[hub]\n", 2, 5), ('[hub]\nledger = "x', 2, None)],
)
def test_a_syntax_error_names_line_and_column(text: str, line: int, column: int | None) -> None:
    (problem,) = problems(text)
    assert (problem.line, problem.column) == (line, column)
    assert f"tidegate.toml, line {line}" in str(problem)


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="tidegate init"):
        load(tmp_path / "tidegate.toml", environment={}, settings=SETTINGS)


def test_a_directory_and_a_file_in_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path, environment={}, settings=SETTINGS)
    odd = tmp_path / "odd.toml"
    odd.write_bytes(b"[hub]\n# caf\xe9\n")
    with pytest.raises(ConfigurationError, match="line 2: not UTF-8"):
        load(odd, environment={}, settings=SETTINGS)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "tidegate.toml"
    path.write_bytes(b"\xef\xbb\xbf" + whole().replace("\n", "\r\n").encode())
    assert load(path, environment=ENVIRONMENT, settings=SETTINGS).configuration.connections


def test_a_relative_ledger_counts_from_the_configuration_file(tmp_path: Path) -> None:
    folder = tmp_path / "my hub 100%"
    text = whole(("sqlite:////srv/tidegate.db", "sqlite:///tidegate.db"))
    ledger = loads(
        text, path=folder / "tidegate.toml", environment=ENVIRONMENT, settings=SETTINGS
    ).configuration.hub.ledger
    assert ledger == f"sqlite:///{tmp_path}/my%20hub%20100%25/tidegate.db"


def test_the_ledger_may_be_a_reference_and_its_password_is_hidden() -> None:
    text = whole(("sqlite:////srv/tidegate.db", "env:LEDGER"))
    url = "postgresql://tide:pass-word-77@db/tidegate"
    assert read(text, LEDGER=url).configuration.hub.ledger == url
    assert redact("login with pass-word-77") == f"login with {HIDDEN}"
    assert problems(text)[0].key == "hub.ledger"


@pytest.mark.parametrize(
    "ledger", ["tidegate.db", "mysql://u:secret-1@h/d", "sqlite:///", "postgresql://host"]
)
def test_a_ledger_of_another_kind_is_refused_without_showing_a_password(ledger: str) -> None:
    (problem,) = problems(whole(("sqlite:////srv/tidegate.db", ledger)))
    assert problem.key == "hub.ledger"
    assert "secret-1" not in str(problem)


def test_a_ledger_password_in_the_file_is_a_warning() -> None:
    text = whole(("sqlite:////srv/tidegate.db", "postgresql://tide:geheimnis@db/tidegate"))
    assert warnings(text) == {"hub.ledger": "the file contains a password"}


def test_an_inline_secret_is_a_warning_that_names_the_key_only() -> None:
    text = whole(("env:TOKEN", "abcdef-the-secret"))
    (warning,) = read(text).warnings
    assert warning.key == "stores.main.access_token"
    assert "abcdef" not in str(warning)
    assert redact("abcdef-the-secret") == HIDDEN


def test_an_inline_secret_in_a_file_for_everybody_is_worse(tmp_path: Path) -> None:
    path = tmp_path / "tidegate.toml"
    path.write_text(whole(("env:TOKEN", "abcdef-the-secret")))
    os.chmod(path, 0o644)
    (warning,) = load(path, environment={}, settings=SETTINGS).warnings
    assert "every user of this machine" in warning.found


def test_a_reference_that_leads_nowhere_yet_is_a_warning() -> None:
    assert warnings(whole(("env:TOKEN", "env:NOT_SET"))) == {
        "stores.main.access_token": "env:NOT_SET: no such environment variable"
    }


def test_a_misspelt_reference_is_a_problem() -> None:
    (problem,) = problems(whole(("env:TOKEN", "ENV:TOKEN")))
    assert (problem.key, problem.remedy) == ("stores.main.access_token", 'write "env:..."')


def test_a_secret_of_the_wrong_type_is_not_shown() -> None:
    (problem,) = problems(whole(('"env:TOKEN"', "123456789")))
    assert problem.found == "a whole number"
