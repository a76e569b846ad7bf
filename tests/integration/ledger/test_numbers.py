"""An order is found by every number of every document, and a number that fits several says which it was."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, captured, row
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.ledger import books, chain, database, intake, models, numbers
from tidegate.ledger.chain import ChainLink
from tidegate.ledger.delivery import NewDelivery, create_many
from tidegate.ledger.trace import trace

DAY = date(2026, 3, 2)


def entry(urn: str, kind: EntryKind, reference: str = "", second: str = "") -> LedgerEntry:
    amount = Decimal("54.00")
    return LedgerEntry(f"e{urn}", urn, kind, "A1", reference, second, DAY, amount, amount)


@pytest.fixture
def chained(ledger: Ledger) -> int:
    """Order 213 with all its documents, beside order 214 whose credit memo has 213's own number."""
    with database.transaction("test"):
        sold = intake.save_sources(
            [
                row(213, increment_id="000000213", po_number="PO-77"),
                row(214, increment_id="000000214"),
            ],
            NOW,
        )
        steps = [
            NewDelivery(
                connection=CONNECTION,
                flow="orders",
                step="order",
                key=f"magento:main:{entity}/order",
                source_id=source,
                label=f"000000{entity}",
            )
            for entity, source in sold.items()
        ]
        create_many(steps, NOW)
        ties = (
            ("sage-order", "16976", "0000016976"),
            ("sage-despatch", "8352/8298", "0000004711"),
            ("magento-shipment", "98", "000000098"),
            ("sage-invoice", "8123", "I-8123"),
            ("magento-invoice", "97", "000000097"),
            ("sage-entry", "10023", "10023"),
            ("sage-receipt", "10031", "10031"),
        )
        chain.add([ChainLink(sold[213], *tie) for tie in ties], NOW)
        chain.add([ChainLink(sold[214], "magento-credit", "5", "000000213")], NOW)
        invoice = SalesInvoice(
            "9001",
            "I-9001",
            False,
            DAY,
            "A1",
            ("16976",),
            ("magento:main:213",),
            *[Decimal(1)] * 3,
            "GBP",
            (),
        )
        books.keep_invoices(CONNECTION, [invoice], NOW)
        known = [
            entry("10023", EntryKind.INVOICE, "I-8123", "0000016976"),
            entry("10031", EntryKind.RECEIPT, "000000213", "TG-5f1c"),
            entry("10044", EntryKind.RECEIPT, "BACS 4711", "I-8123"),
            entry("10045", EntryKind.RECEIPT, "I-9001", "CHAPS 9"),
        ]
        books.keep_entries(CONNECTION, known, NOW)
        lies_in(models.Delivery.objects.get(source_id=sold[213]), "F-2026-17")
    return sold[213]


def lies_in(step: models.Delivery, tracking: str) -> None:
    """The step was handed over in a batch that the company keeps under this reference."""
    attempt = models.Attempt.objects.create(
        delivery=step, number=1, key=step.key, payload_hash="", started_at=NOW, outcome="handed over"
    )
    parcel = models.Parcel.objects.create(
        connection=CONNECTION, company="sage", scope="orders", digest="d", tracking=tracking, opened_at=NOW
    )
    models.ParcelRecord.objects.create(parcel=parcel, delivery=step, attempt=attempt, key=step.key)


NUMBERS = {
    "000000213": "order",
    "WEB-000000213": "order",
    "213": "entity id",
    "magento:main:213": "key",
    "magento:main:213/order": "key",
    "0000016976": "sage-order",
    "16976": "sage-order",
    "0000004711": "sage-despatch",
    "8352/8298": "sage-despatch",
    "8352": "sage-despatch",
    "000000098": "magento-shipment",
    "98": "magento-shipment",
    "I-8123": "sage-invoice",
    "8123": "sage-invoice",
    "000000097": "magento-invoice",
    "I-9001": "sage-invoice",
    "9001": "sage-invoice",
    "10023": "sage-entry",
    "e10023": "invoice",
    "10031": "sage-receipt",
    "e10031": "receipt",
    "TG-5f1c": "receipt",
    "BACS 4711": "receipt",
    "CHAPS 9": "receipt",
    "10044": "receipt",
    "F-2026-17": "batch",
    "PO-77": "purchase order",
    " PO-77 ": "purchase order",
}


@pytest.mark.parametrize("number", NUMBERS)
def test_an_order_is_found_by_every_number(chained: int, number: str) -> None:
    found = trace(number, ["WEB-"])
    assert found, number
    assert found[0].source is not None
    assert (found[0].source.id, found[0].found_by) == (chained, NUMBERS[number])
    if number != "000000213":
        assert len(found) == 1


def test_an_order_of_that_number_comes_before_another_ones_credit_memo(chained: int) -> None:
    found = trace("000000213")
    assert [(each.source.entity_id, each.found_by) for each in found if each.source] == [
        (213, "order"),
        (214, "magento-credit"),
    ]


def test_the_id_that_a_list_shows_is_found(chained: int) -> None:
    order = models.Delivery.objects.get(key="magento:main:214/order")
    for name in (f"id:{order.pk}", f"#{order.pk}"):
        (found,) = trace(name)
        assert found.source is not None
        assert (found.source.entity_id, found.found_by) == (214, "delivery")


def test_numbers_that_only_look_alike_find_nothing(chained: int) -> None:
    for name in ("835", "8352/829", "magento:main:21", "id:", "PO-7", "BACS", "/", "magento:main:213/"):
        assert trace(name, ["WEB-"]) == [], name


def test_documents_before_orders_would_be_noticed(chained: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate bug: the order of the hits by their ids, as before."""
    known = numbers.hits
    monkeypatch.setattr(numbers, "hits", lambda *names: reversed(list(known(*names))))
    with pytest.raises(AssertionError):
        test_an_order_of_that_number_comes_before_another_ones_credit_memo(chained)


def test_orders_captured_before_are_found_by_the_customers_number(ledger: Ledger) -> None:
    captured(1)
    models.Source.objects.update(document=json.dumps({"po_number": "OLD-1"}))
    import_module("tidegate.ledger.migrations.0006_more_numbers").learn(apps, None)
    (found,) = trace("OLD-1")
    assert found.source is not None


def test_a_number_that_begins_with_a_nought_is_no_id_of_another_order(chained: int) -> None:
    """Orders are numbered 000000214 where their ids are about as high: most numbers would name two orders."""
    assert trace("0213") == []
    assert trace("000000000213") == []
