"""`check`: each condition that the flows stand on, one line each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.engine.preflight import clock_finding
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.magento import InputLimits

Lines = list[dict[str, Any]]


def lines(terminal: Terminal, code: int = 0) -> Lines:
    found: Lines = terminal.json("check", code=code)["lines"]
    return found


def of(found: Lines, area: str, subject: str) -> dict[str, Any]:
    """The one line about a subject; the worst, if there are several."""
    rank = {"fail": 0, "warn": 1, "pass": 2}
    matching = [line for line in found if line["area"] == area and line["subject"] == subject]
    assert matching, (area, subject, [(line["area"], line["subject"]) for line in found])
    return min(matching, key=lambda line: rank[line["verdict"]])


def test_a_hub_that_works_has_nothing_to_object_to(terminal: Terminal) -> None:
    terminal.sell(4)
    report = terminal.json("check")
    assert report["verdict"] in ("pass", "warn")
    assert not [line for line in report["lines"] if line["verdict"] == "fail"]
    shown = terminal.run("check").stdout
    assert "store main" in shown
    assert "0 fail" in shown


def test_it_changes_nothing(terminal: Terminal) -> None:
    terminal.sell(1)
    writes = terminal.world.shop.books()["writes"]
    lines(terminal)
    assert terminal.world.shop.books()["writes"] == writes
    assert terminal.world.sage.company.books()["orders"] == []
    assert terminal.json("status")["connections"]["web"]["flows"]["orders"]["account"]["read"] == 0


def test_each_permission_is_named(terminal: Terminal) -> None:
    found = lines(terminal)
    for resource in ("Magento_Sales::actions_view", "Magento_Sales::create", "Magento_Sales::comment"):
        assert of(found, "store main", f"permission {resource}")["verdict"] == "pass"


def test_a_missing_permission_fails_by_name(terminal: Terminal) -> None:
    terminal.world.shop_wire.faults.add(
        Fault("permission", times=None, options={"resource": "Magento_Sales::comment"})
    )
    line = of(lines(terminal, 1), "store main", "permission Magento_Sales::comment")
    assert line["verdict"] == "fail"
    assert "System > Integrations" in line["remedy"]


def test_wrong_credentials_end_the_store_part(terminal: Terminal) -> None:
    terminal.world.shop.revoke_token("hub")
    found = lines(terminal, 1)
    assert of(found, "store main", "credentials")["verdict"] == "fail"
    assert [line["subject"] for line in found if line["area"] == "store main"] == ["credentials"]
    assert of(found, "connection web", "tax codes")["verdict"] == "pass"


def test_nobody_has_signed_in(fresh: Terminal) -> None:
    found = lines(fresh, 1)
    failed = [line for line in found if line["verdict"] == "fail"]
    assert failed[0]["area"] == "company sage"
    assert "tidegate sign-in" in failed[0]["remedy"]
    assert of(found, "connection web", "mappings")["verdict"] == "warn"


def test_a_closed_company_is_not_called(terminal: Terminal) -> None:
    terminal.world.clock.set(datetime(2026, 3, 24, 5, 30, tzinfo=UTC))
    terminal.world.sage_wire.faults.add(Fault("refuse", times=None))
    found = lines(terminal)
    assert of(found, "company sage", "window")["verdict"] == "warn"
    assert "was not checked" in of(found, "company sage", "company")["text"]
    assert terminal.world.sage_wire.faults.fired() == {}


MAPPINGS: list[tuple[dict[str, str], str, str, str]] = [
    ({'"20" = "1"': '"20" = "9"'}, "tax codes", "fail", "Sage has no tax code 9"),
    ({'"20" = "1"': '"20" = "5"'}, "tax codes", "fail", "20 % in the store"),
    ({'"20" = "1"': '"GB-VTA" = "1"'}, "tax codes", "warn", "the store has no tax rate of this name"),
    ({'"6" = "6"\n': ""}, "tax rates of the store", "warn", "not mapped"),
    ({'tax_code = "0"': 'tax_code = "1"'}, "rounding tax code", "fail", "not 0"),
    ({'account = "7900"\n': ""}, "rounding account", "warn", "not set"),
    (
        {'charge = "CARRIAGE"': 'charge = "CARIAGE"'},
        "charges",
        "fail",
        "Sage has no additional charge CARIAGE",
    ),
    ({'account = "1210"': 'account = "1299"'}, "accounts", "fail", "Sage has no nominal account 1299"),
    ({'"*" = "4000"': '"*" = "40000"'}, "accounts", "fail", "Sage has no nominal account 40000"),
    ({'warehouse = "HOME"': 'warehouse = "HOEM"'}, "warehouse", "fail", "Sage has no warehouse HOEM"),
    ({'warehouse = "HOME"\n': ""}, "warehouse", "warn", "Sage has several"),
    (
        {'guest_account = "WEB"': 'guest_account = "WEB9"'},
        "guest account",
        "fail",
        "no customer account WEB9",
    ),
    ({'guest_account = "WEB"\n': ""}, "guest account", "warn", "orders of guests are held"),
    ({'["base"]': '["basis"]'}, "websites", "fail", "the store has no website basis"),
    ({'currency = "USD"': 'currency = "GBP"'}, "currency", "fail", "every order would be held"),
]


@pytest.mark.parametrize(
    ("text", "subject", "verdict", "words"), MAPPINGS, ids=[f"{row[1]}: {row[3]}" for row in MAPPINGS]
)
def test_a_mapping_that_does_not_fit(
    shared: Terminal, text: dict[str, str], subject: str, verdict: str, words: str
) -> None:
    shared.write_config(text=text)
    line = of(lines(shared, 1 if verdict == "fail" else 0), "connection web", subject)
    assert line["verdict"] == verdict
    assert words in line["text"]
    assert line["remedy"]


def test_a_method_in_use_that_is_not_mapped(terminal: Terminal) -> None:
    terminal.write_config(text=ONE_PAYMENT)
    terminal.sell(1, method="banktransfer")
    line = of(lines(terminal, 1), "connection web", "payment methods")
    assert "in use and not mapped, so orders would be held: banktransfer" in line["text"]
    assert "connections.web.payments" in line["remedy"]


def test_a_halt_is_reported(terminal: Terminal) -> None:
    terminal.run("halt", "web", "--reason", "stocktaking")
    assert "stocktaking" in of(lines(terminal), "ledger", "halt")["text"]


def test_a_page_limit_of_the_shop_is_reported(terminal: Terminal) -> None:
    terminal.world.shop.configure(limits=InputLimits(page_size=50))
    line = of(lines(terminal), "store main", "page size")
    assert (line["verdict"], line["remedy"]) == ("warn", "set page_size = 50 to save one call")


@pytest.mark.parametrize(("seconds", "verdict"), [(0, "pass"), (-119, "pass"), (121, "warn"), (-700, "fail")])
def test_clocks(seconds: int, verdict: str) -> None:
    assert clock_finding(timedelta(seconds=seconds)).verdict == verdict
