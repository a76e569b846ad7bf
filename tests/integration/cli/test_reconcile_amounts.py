"""`reconcile` over orders with amounts besides goods and shipping: by account, by tax code, to the cent."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from integration.cli.terminal import Terminal
from integration.cli.test_reconcile import invoiced, total_of
from tidegate.domain.books import liabilities
from tidegate.magento import order_list
from tidegate_sandbox.magento.additions import Additions

#: As the simulated weeks map them; a club card, which an extension bills as a fee, pays a part of the order.
CARD = {"custom_fees = {": 'custom_fees = { "club_card" = { account = "1210", payment = true },'}
KINDS = {
    "fixed product tax": Additions(fixed_product_tax=D("1.37")),
    "two fees and wrapping": Additions(
        commerce={"gw_price": D("2.50")},
        custom_fees=(("eco", "Eco fee", D("0.80")), ("late", "Late fee", D("1.10"))),
    ),
    "gift card": Additions(commerce={"gift_cards_amount": D("3.05")}, fixed_product_tax=D("0.20")),
    "surcharge": Additions(fields={"surcharge_amount": D("0.03")}),
}


def reconciled(terminal: Terminal, additions: Additions, code: int = 0) -> Any:
    """The report on one such order, billed and posted."""
    terminal.sell(1, lines=[("HUB-0001", 2), ("HUB-0002", 1)], additions=additions)
    terminal.cycle()
    assert terminal.state_of("000000001") == "confirmed", terminal.deliveries()
    invoiced(terminal)
    return terminal.json("reconcile", "--from", "2026-03-20", code=code)


def rows(report: Any, name: str) -> dict[str, Any]:
    (table,) = [table for table in report["tables"] if table["name"].startswith(name)]
    return {row["name"]: row for row in table["rows"]}


@pytest.mark.parametrize("kind", KINDS)
def test_amounts_of_other_kinds_agree_down_to_the_postings(terminal: Terminal, kind: str) -> None:
    report = reconciled(terminal, KINDS[kind])
    assert report["differences"] == []
    assert report["unchecked"] == []


def test_revenue_of_other_amounts_stands_under_their_own_account(terminal: Terminal) -> None:
    report = reconciled(terminal, KINDS["two fees and wrapping"])
    own = rows(report, "revenue")["4905"]
    assert (own["ledger"], own["sage"], own["count"]) == ("4.40", "4.40", 3)


def test_what_a_gift_card_pays_is_a_part_of_the_value_on_all_sides(terminal: Terminal) -> None:
    report = reconciled(terminal, KINDS["gift card"])
    (order,) = terminal.world.shop.orders.all()
    value = str(D(order.row["base_grand_total"]) + D("3.05"))
    row = total_of(report)
    assert (row["magento"], row["ledger"], row["sage"]) == (value, value, value)


def paid_by_a_fee(terminal: Terminal, code: int = 0) -> Any:
    terminal.write_config(text=CARD)
    # The extension has taken the amount off the grand total and names it as a fee.
    fee = Additions(custom_fees=(("club_card", "Club card", D(4)),), fields={"ignored_amount": D(-8)})
    return reconciled(terminal, fee, code)


def test_a_fee_that_pays_is_a_part_of_the_value_on_magento_s_side_too(terminal: Terminal) -> None:
    row = total_of(paid_by_a_fee(terminal))
    assert row["magento"] == row["ledger"] == row["sage"]


def test_bug_lines_of_amounts_taken_for_freight_are_seen(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = liabilities.kept_line

    def without_extras(invoice: Any, key: str, facts: Any) -> Any:
        return None if key.startswith("extra:") else real(invoice, key, facts)

    monkeypatch.setattr(liabilities, "kept_line", without_extras)
    with pytest.raises(AssertionError):
        test_revenue_of_other_amounts_stands_under_their_own_account(terminal)


def test_bug_a_paying_fee_forgotten_on_magento_s_side_is_seen(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = order_list.paid
    monkeypatch.setattr(order_list, "paid", lambda raw, _, **more: real(raw, {}, **more))
    with pytest.raises(AssertionError):
        test_a_fee_that_pays_is_a_part_of_the_value_on_magento_s_side_too(terminal)
