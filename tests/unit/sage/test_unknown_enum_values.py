"""Values of Sage's enumerations that the contract does not list: kept as text, and harmless (contract, additions)."""

from __future__ import annotations

from tidegate.domain.books.bookkeeping import EntryKind
from tidegate.sage.port.orders import OrderKey
from tidegate.sage.port.session import Purpose
from tidegate.sage.sage200.ledgers import _entry
from unit.sage.scripted_api import make_world, ok


def test_an_unknown_type_of_a_ledger_entry_is_another_kind_of_entry() -> None:
    row = {
        "id": 5,
        "urn": "9",
        "trader_transaction_type": "TradingAccountEntryTypeFromTheFuture",
        "document_gross_value": "12.00",
        "document_outstanding_value": "0.00",
        "transaction_date": "2026-11-29T00:00:00",
    }
    entry = _entry(row, {"reference": "WEB", "currency_id": 1}, {1: "GBP"})
    assert entry.kind is EntryKind.OTHER
    assert entry.id == "5"


def test_an_unknown_status_of_an_order_is_no_word_of_ours_and_the_order_counts_as_live() -> None:
    world = make_world()
    row = {
        "id": 7,
        "document_no": "0000000007",
        "document_status": "EnumDocumentStatusFromTheFuture",
        "customer_document_no": "000000001",
        "spare_text_1": "magento:main:1",
        "total_gross_value": "12.00",
        "customer_id": 3,
    }
    world.api.on("GET", "/sop_orders", ok([row]))
    with world.company.session(Purpose.WRITING) as session:
        found = session.order_search.find([OrderKey("magento:main:1", "000000001")])
    assert isinstance(found, dict), found
    [one] = found["magento:main:1"]
    assert (one.status, one.ours, one.cancelled) == (None, True, False)
