"""A record that cannot be read, or that meets an error nobody foresaw, is parked; the cycle goes on without it."""

from __future__ import annotations

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from integration.flows.test_invoices_and_payments import prepaid, shipped
from integration.flows.test_unreadable_records import HOUR, breaking, left_out
from tidegate.config.accounts import Accounts
from tidegate.config.products import Products
from tidegate.domain.states import State
from tidegate.flows.fulfilment import invoices
from tidegate.flows.masters import customer_records, products, registrations
from tidegate.flows.payments import deposits, settlements

UNREAD = ("unreadable-rows", "registrations: the store")


def registered(build: Build) -> tuple[Stage, int, int]:
    """The flow makes accounts by itself, and two people have registered."""
    stage = build()
    stage.reopen(accounts=Accounts(approval="provisional"), flows={"registrations": HOUR})
    first, second = stage.world.register(2)
    for customer in (first, second):
        row = stage.shop.customers.get(customer)
        at = stage.now.strftime("%Y-%m-%d %H:%M:%S")
        stage.shop.customers.put({**row, "created_at": at, "updated_at": at})
    return stage, first, second


def made(stage: Stage) -> set[str]:
    """The keys of the accounts that were made."""
    return {one.key for one in stage.company.kept.accounts.values() if one.key}


def keys(*customers: int) -> set[str]:
    return {f"magento:main:customer:{customer}" for customer in customers}


# Registrations


@pytest.mark.parametrize("what", ["its reading", "whose account it is"])
def test_one_newcomer_who_meets_an_error_is_asked_for_again_and_the_other_gets_an_account(
    build: Build, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    stage, first, second = registered(build)
    with monkeypatch.context() as patch:
        if what == "its reading":
            broken = breaking(registrations.person_of, lambda connection, each, *rest: each.id == first)
            patch.setattr(registrations, "person_of", broken)
        else:
            desk = registrations.RegistrationDesk
            patch.setattr(desk, "decide", breaking(desk.decide, lambda desk, people: first in people))
        for _ in range(2):  # the second moves the cursor behind both
            assert stage.cycle("registrations", after=SETTLED * 6).outcome == "done"
            assert made(stage) == keys(second)
            assert ("unforeseen", f"registrations: customer {first}") in stage.alerts()
    stage.cycle("registrations", after=SETTLED * 6)
    assert made(stage) == keys(first, second)


def test_a_newcomer_who_cannot_be_read_is_named_and_asked_for_again(build: Build) -> None:
    stage, first, second = registered(build)
    stage.break_shop(
        "unreadable", None, path="customers/search$", field="group_id", figure="text", record=first
    )
    for _ in range(2):  # the second moves the cursor behind both
        assert stage.cycle("registrations", after=SETTLED * 6).outcome == "done"
        assert made(stage) == keys(second)
        assert UNREAD in stage.alerts()
    stage.mend()
    stage.cycle("registrations", after=SETTLED * 6)
    assert made(stage) == keys(first, second)
    assert UNREAD not in stage.alerts()


def test_whoever_could_not_be_read_would_be_forgotten(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate bug: nobody keeps who could not be read, and the cursor moves on."""
    monkeypatch.setattr(registrations, "keep_unread", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_newcomer_who_cannot_be_read_is_named_and_asked_for_again(build)


# Customers and products


def test_one_customer_whose_account_breaks_the_rules(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = build()
    stage.reopen(
        accounts=Accounts(attributes={}),
        customers=stage.customers(accounts={"1": "WANDA01"}),
        flows={"customers": HOUR},
    )
    (other,) = stage.world.register(1)
    broken = breaking(customer_records.account_of, lambda customer, *rest: customer.id == other)
    monkeypatch.setattr(customer_records, "account_of", broken)
    assert stage.cycle("customers").outcome == "done"
    named = left_out("customers")
    assert "ZeroDivisionError" in named[str(other)]
    assert "1" not in named, "the other is written"


def test_one_product_that_cannot_be_compared(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = build()
    stage.reopen(products=Products(weight=True), flows={"products": HOUR})
    monkeypatch.setattr(
        products,
        "seen",
        breaking(products.seen, lambda product, *rest: product and product.sku == "HUB-0002"),
    )
    assert stage.cycle("products").outcome == "done"


# Receipts


@pytest.mark.parametrize("step", ["paid_at_checkout", "prepaid"])
def test_one_receipt_that_cannot_be_posted_is_a_review(
    build: Build, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    shop = prepaid(build)
    first, second = shop.sent(), shop.sent()
    struck: list[object] = []

    def once(*_: object) -> bool:
        struck.append(None)
        return len(struck) == 1

    monkeypatch.setattr(deposits, step, breaking(getattr(deposits, step), once))
    shop.run("payments")
    states = [shop.item(placed, "payments", "deposit").state for placed in (first, second)]
    assert states == [State.REVIEW, State.CONFIRMED]


def test_one_allocation_that_breaks_is_a_review(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = prepaid(build)
    placed = [shop.sent(), shop.sent()]
    shop.run("payments")
    for each in placed:
        shop.despatch(each)
    shop.run("shipments")
    for each in placed:
        shop.invoice(each)
    struck: list[object] = []

    def once(*_: object) -> bool:
        struck.append(None)
        return len(struck) == 1

    monkeypatch.setattr(deposits, "read_allocation", breaking(deposits.read_allocation, once))
    shop.run("payments")
    shop.run("payments", after=SETTLED)
    states = [shop.item(each, "payments", "allocation:").state for each in placed]
    assert sorted(states) == [State.CONFIRMED, State.REVIEW]


# Sage's documents


def test_an_invoice_that_meets_an_error_is_taken_in_by_a_later_cycle(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Fulfilled(stage)
    placed = [shipped(shop), shipped(shop)]
    bad, _ = [shop.invoice(each) for each in placed]
    with monkeypatch.context() as patch:
        patch.setattr(
            invoices,
            "take",
            breaking(invoices.take, lambda cycle, flow, row, *rest: row.number == bad.number),
        )
        (report,) = shop.run("invoices")
    assert report.outcome == "done"
    assert [len(shop.documents(each)["invoices"]) for each in placed] == [0, 1]
    assert ("unforeseen", f"invoices: {bad.number}") in stage.alerts()
    shop.run("invoices")
    assert [len(shop.documents(each)["invoices"]) for each in placed] == [1, 1]


def test_a_ledger_entry_that_meets_an_error_is_taken_in_by_a_later_cycle(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Fulfilled(stage)
    placed = [shipped(shop), shipped(shop)]
    documents = [shop.invoice(each) for each in placed]
    shop.run("invoices")
    for each in documents:
        shop.pay(each)
    told = [f"Sage invoice {each.number} is paid" for each in documents]
    with monkeypatch.context() as patch:
        broken = breaking(settlements.take, lambda cycle, row, *rest: row.reference == documents[0].number)
        patch.setattr(settlements, "take", broken)
        (report,) = shop.run("payments")
    assert report.outcome == "done"
    assert [text in shop.texts(each) for text, each in zip(told, placed, strict=True)] == [False, True]
    shop.run("payments")
    assert [text in shop.texts(each) for text, each in zip(told, placed, strict=True)] == [True, True]
