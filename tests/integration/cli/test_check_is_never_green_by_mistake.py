"""`check` and the dry run say no where something cannot work, however quiet everything else is."""

from __future__ import annotations

import pytest

from integration.cli.terminal import Terminal
from integration.cli.test_check import lines, of
from tidegate_sandbox.erp.customers import NewCustomer


def test_a_company_in_another_currency_than_configured(terminal: Terminal) -> None:
    terminal.write_config(text={'currency = "USD"': 'currency = "GBP"'})
    found = lines(terminal, 1)
    assert of(found, "company sage", "currency")["verdict"] == "fail"
    assert of(found, "company sage", "currency")["remedy"] == 'set currency = "USD" in [companies.sage]'
    line = of(found, "connection web", "currency")
    assert line["verdict"] == "fail"
    assert "base currency is USD, but the company's is GBP: every order would be held" in line["text"]


def test_an_account_in_another_currency(terminal: Terminal) -> None:
    company = terminal.world.sage.company
    with company.system():
        euro = next(each for each in company.currencies if each.code == "EUR")
        company.customers.open(NewCustomer(code="WEBEUR", name="Web orders in euro", currency_id=euro.id))
    terminal.write_config(text={'guest_account = "WEB"': 'guest_account = "WEBEUR"'})
    line = of(lines(terminal, 1), "connection web", "guest account")
    assert line["verdict"] == "fail"
    assert line["text"] == "account WEBEUR is in EUR, but the orders are in USD"


def test_windows_that_never_open(terminal: Terminal) -> None:
    terminal.write_config(text={"minutes = 120": "minutes = 1440"})  # every day, the whole day
    line = of(lines(terminal, 1), "company sage", "window")
    assert line["verdict"] == "fail"
    assert "never open" in line["text"]


def test_since_in_the_future(terminal: Terminal) -> None:
    before = next(line for line in terminal.config.read_text().splitlines() if line.startswith("since = "))
    terminal.write_config(text={before: "since = 2099-01-01T00:00:00Z"})
    line = of(lines(terminal, 1), "connection web", "capture")
    assert line["verdict"] == "fail"
    assert "2098-12-31 19:00 EST" in line["text"]


def test_one_account_in_roles_that_exclude_each_other(terminal: Terminal) -> None:
    terminal.write_config(text={'account = "7900"': 'account = "1210"'})
    line = of(lines(terminal), "configuration", "connections.web")
    assert line["verdict"] == "warn"
    assert line["text"] == "the account 1210 is used for clearing and for rounding"


@pytest.mark.parametrize("written", ["$SECRET", "${SECRET}", "$env:SECRET", "%SECRET%", "{{ SECRET }}"])
def test_a_shells_variable_is_no_secret(terminal: Terminal, written: str) -> None:
    terminal.write_config(text={'"env:SHOP_CONSUMER_SECRET"': f'"{written}"'})
    shown = terminal.run("check", code=3).stderr
    assert 'write "env:SECRET"' in shown
    assert "stores.main.consumer_secret" in shown


def test_a_dry_run_that_is_refused_fails(fresh: Terminal) -> None:
    fresh.sell(1)
    assert "sign-in" in fresh.run("cycle", "orders", "--dry-run", code=6).stdout


def test_a_dry_run_shows_both_totals_and_fails_for_an_order_that_would_not_go(terminal: Terminal) -> None:
    terminal.sell(1)
    (entry,) = terminal.json("cycle", "orders", "--dry-run")["would_send"]
    assert entry["magento_total"] == entry["sage_total"]
    terminal.write_config(text={'"6" = "6"\n': ""})
    entry = terminal.json("cycle", "orders", "--dry-run", code=1)["would_send"][0]
    assert entry["not_sent"] == "unmapped-tax"
    assert entry["magento_total"].endswith(" USD")
