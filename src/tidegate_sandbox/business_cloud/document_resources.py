"""`/sales_invoices`, `/sales_quotes` and `/sales_credit_notes` (contract §7, §8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tidegate_sandbox.business_cloud.business import Business, OwnCredit, shown_name
from tidegate_sandbox.business_cloud.document_entry import DocumentEntry
from tidegate_sandbox.business_cloud.documents import Documents
from tidegate_sandbox.business_cloud.resource import Done, Query, Resource
from tidegate_sandbox.business_cloud.values import number_of, uid
from tidegate_sandbox.erp.order import Order

ALLOCATIONS = frozenset({"show_payments_allocations", "has_attachments"})


def resources(business: Business, documents: Documents, entry: DocumentEntry) -> list[Resource]:
    """The sales documents of one business."""
    return [
        _invoices(business, documents, entry),
        _quotes(business, documents, entry),
        _credits(business, documents, entry),
    ]


def _filters(
    contact: Callable[[Any], int], state: Callable[[Any], str], day: Callable[[Any], Any]
) -> Mapping[str, Callable[[Any, str], bool]]:
    return {
        "contact_id": lambda one, value: uid("contact", contact(one)) == value,
        "status_id": lambda one, value: state(one) == value,
        "from_date": lambda one, value: f"{day(one)}" >= value,
        "to_date": lambda one, value: f"{day(one)}" <= value,
    }


def _sorts(
    stamps: Callable[[Any], tuple[Any, Any]], day: Callable[[Any], Any]
) -> Mapping[str, Callable[[Any], Any]]:
    return {
        "created_at": lambda one: stamps(one)[0],
        "updated_at": lambda one: stamps(one)[1],
        "date": day,
        "due_date": day,
    }


def _contact_name(business: Business, one: Any) -> str:
    return shown_name(business.company.customers.table[one.customer_id])


def _wants_allocations(query: Query) -> bool:
    return query.get("show_payments_allocations") == "true"


def _invoices(business: Business, documents: Documents, entry: DocumentEntry) -> Resource:
    def find(id: str) -> Order | None:
        found = business.company.orders.table.get(number_of("invoice", id))
        return found if found is not None and found in documents.invoices() else None

    def mark(one: Order) -> None:
        one.extra["sent"] = True
        one.updated_at = business.company.stamp()

    def remove(one: Order, query: Query) -> Done:
        return Done(entry.void(one, query.get("void_reason", "")))

    return Resource(
        path="sales_invoices",
        wrapper="sales_invoice",
        rows=documents.invoices,
        id=lambda one: uid("invoice", one.id),
        show=lambda one, query: documents.show_invoice(one, allocations=_wants_allocations(query)),
        find=find,
        searched=lambda one: (
            str(documents.texts(one, invoice=True).get("reference") or one.customer_order_no),
            _contact_name(business, one),
        ),
        stamps=documents.invoice_stamps,
        sorts=_sorts(documents.invoice_stamps, lambda one: one.date),
        filters=_filters(
            lambda one: one.customer_id,
            lambda one: str(documents.show_invoice(one)["status"]["id"]),
            lambda one: one.date,
        ),
        dressed=ALLOCATIONS,
        lists_deletions=True,
        marks_sent=mark,
        create=entry.invoice,
        change=entry.change_invoice,
        remove=remove,
        release=entry.release,
    )


def _quotes(business: Business, documents: Documents, entry: DocumentEntry) -> Resource:
    def find(id: str) -> Order | None:
        found = business.company.orders.table.get(number_of("quote", id))
        return found if found is not None and business.is_quote(found) else None

    def remove(one: Order, _query: Query) -> Done:
        entry.delete_quote(one)
        return Done()

    def change(one: Order, body: dict[str, Any]) -> Order:
        if "status_id" in body:
            one.extra["quote_status"] = str(body["status_id"])
        one.updated_at = business.company.stamp()
        return one

    return Resource(
        path="sales_quotes",
        wrapper="sales_quote",
        rows=documents.quotes,
        id=lambda one: uid("quote", one.id),
        show=lambda one, _query: documents.show_quote(one),
        find=find,
        searched=lambda one: (str(one.customer_order_no), _contact_name(business, one)),
        stamps=documents.quote_stamps,
        sorts=_sorts(documents.quote_stamps, lambda one: one.date),
        filters=_filters(
            lambda one: one.customer_id,
            lambda one: str(documents.show_quote(one)["status"]["id"]),
            lambda one: one.date,
        ),
        create=entry.quote,
        change=change,
        remove=remove,
    )


def _credits(business: Business, documents: Documents, entry: DocumentEntry) -> Resource:
    def id_of(one: Any) -> str:
        return uid("own_credit" if isinstance(one, OwnCredit) else "credit", one.id)

    def find(id: str) -> Any:
        return next((one for one in documents.credits() if id_of(one) == id), None)

    def searched(one: Any) -> tuple[str, str]:
        shown = documents.show_credit(one)
        return str(shown["reference"] or ""), _contact_name(business, one)

    def remove(one: Any, query: Query) -> Done:
        return Done(entry.void_credit(one, query.get("void_reason", "")))

    return Resource(
        path="sales_credit_notes",
        wrapper="sales_credit_note",
        rows=documents.credits,
        id=id_of,
        show=lambda one, query: documents.show_credit(one, allocations=_wants_allocations(query)),
        find=find,
        searched=searched,
        stamps=documents.credit_stamps,
        sorts=_sorts(documents.credit_stamps, lambda one: one.date),
        filters=_filters(
            lambda one: one.customer_id,
            lambda one: str(documents.show_credit(one)["status"]["id"]),
            lambda one: one.date,
        ),
        dressed=ALLOCATIONS,
        lists_deletions=True,
        create=entry.credit,
        remove=remove,
    )
