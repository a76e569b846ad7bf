"""Which steps the ledger holds anything of, on both databases."""

from __future__ import annotations

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import create
from tidegate.domain.states import State
from tidegate.ledger import account, overview


@pytest.mark.usefixtures("ledger")
def test_an_empty_ledger_holds_nothing() -> None:
    assert overview.steps() == []


def test_every_step_once_and_families_by_their_name(ledger: Ledger) -> None:
    create("1/order", "2/order")
    create("1/number", flow="order-status", step="number")
    create("1/comment", flow="order-status", step="comment")
    for suffix in ("000000000000", "9f2c00000000", "ffffffffffff"):
        create(f"1/change-{suffix}", step=f"change-{suffix}", state=State.REVIEW)
    create("1/cancel", step="cancel")
    create("old/order", connection="old")
    assert overview.steps() == [
        ("main-uk", "order-status", "comment"),
        ("main-uk", "order-status", "number"),
        ("main-uk", "orders", "cancel"),
        ("main-uk", "orders", "change"),
        ("main-uk", "orders", "order"),
        ("old", "orders", "order"),
    ]


def test_a_family_has_one_account(ledger: Ledger) -> None:
    create("1/change-000000000000", step="change-000000000000", state=State.REVIEW)
    create("2/change-ffffffffffff", step="change-ffffffffffff")
    create("3/changes", step="changes")
    counted = account.account("main-uk", "orders", "change")
    assert (counted.read, counted.review, counted.waiting) == (2, 1, 1)
    assert counted.unexplained == 0


def test_documents_are_families_too(ledger: Ledger) -> None:
    for number in ("8963", "8963-8598", "9000:LONDON"):
        create(f"1/shipment:{number}", flow="shipments", step=f"shipment:{number}")
    create("1/track:8963", flow="shipments", step="track:8963:RM1")
    create("1/payment:0000000007", flow="payments", step="payment:0000000007")
    create("1/part-payment:0000000007", flow="payments", step="part-payment:0000000007:5.00")
    create("1/deposit", flow="payments", step="deposit")
    assert [(flow, step) for _, flow, step in overview.steps()] == [
        ("payments", "deposit"),
        ("payments", "part-payment"),
        ("payments", "payment"),
        ("shipments", "shipment"),
        ("shipments", "track"),
    ]
    assert account.account("main-uk", "shipments", "shipment").read == 3
    assert account.account("main-uk", "payments", "payment").read == 1
