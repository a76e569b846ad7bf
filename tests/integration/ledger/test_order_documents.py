"""What the flows of documents ask of the ledger, on both databases."""

from __future__ import annotations

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, captured, create
from tidegate.domain.states import State
from tidegate.ledger import chain, models, order_documents
from tidegate.ledger.chain import ChainLink
from tidegate.ledger.database import transaction


def test_open_steps_are_those_of_one_order_in_these_flows(ledger: Ledger) -> None:
    first, second = captured(1, 2)
    source = models.Delivery.objects.get(pk=first).source_id
    other = models.Delivery.objects.get(pk=second).source_id
    assert source is not None
    create("a", flow="shipments", step="shipment:1", source_id=source)
    create("b", flow="shipments", step="shipment:2", source_id=source, state=State.SKIPPED)
    create("c", flow="invoices", step="invoice:1", source_id=source)
    create("d", flow="shipments", step="shipment:1", source_id=other)
    assert [step.step for step in order_documents.open_steps(source, ("shipments",))] == ["shipment:1"]
    assert [step.flow for step in order_documents.open_steps(source, ("shipments", "invoices"))] == [
        "shipments",
        "invoices",
    ]
    assert [each.key for each in order_documents.steps(source, "shipments", "shipment:")] == ["a", "b"]


def test_ties_are_by_number_kind_and_connection(ledger: Ledger) -> None:
    (first,) = captured(1)
    source = models.Delivery.objects.get(pk=first).source_id
    assert source is not None
    with transaction("test"):
        chain.add(
            [
                ChainLink(source, "sage-invoice", "7", "INV7"),
                ChainLink(source, "sage-invoice", "8", "INV8"),
                ChainLink(source, "sage-credit", "9", "INV9"),
            ],
            NOW,
        )
    found = order_documents.ties(CONNECTION, "sage-invoice", ["INV7", "INV9", ""])
    assert list(found) == ["INV7"]
    (tie,) = found["INV7"]
    assert (tie.source_id, tie.store, tie.entity_id, tie.identifier) == (source, "main", 1, "7")
    assert order_documents.ties("another", "sage-invoice", ["INV7"]) == {}
    assert order_documents.numbers(source, "sage-invoice") == ["INV7", "INV8"]
