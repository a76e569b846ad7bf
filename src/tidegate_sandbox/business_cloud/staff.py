"""What the people of a business do in the program, beside the kernel's own actions (contract §10.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tidegate_sandbox.business_cloud.business import Business
from tidegate_sandbox.business_cloud.document_entry import DocumentEntry
from tidegate_sandbox.business_cloud.payments import Payments
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.refusal import Refusal

Action = Callable[[dict[str, Any]], Any]


class Staff:
    """The people of one business."""

    def __init__(self, business: Business, entry: DocumentEntry, payments: Payments) -> None:
        self._business = business
        self._payments = payments
        self._entry = entry

    @property
    def actions(self) -> Mapping[str, Action]:
        """By name."""
        return {
            "release": self._release,
            "convert": self._release,
            "void": self._void,
            "delete": self._delete,
            "delete-payment": self._delete_payment,
            "contact": self._contact,
            "other-app": self._other_app,
        }

    def document(self, name: str) -> Order:
        """A quote, a draft or an invoice by its number, the kernel's own or its reference."""
        for one in self._business.company.orders.table:
            invoice = self._business.invoice_of(one)
            if name in (one.number, invoice.number if invoice is not None else "", one.customer_order_no):
                return one
        raise Refusal("unknown", f"There is no document {name}.")

    def _release(self, body: dict[str, Any]) -> Any:
        """A draft is released, or a quote made an invoice."""
        order = self.document(str(body["document"]))
        if self._business.is_quote(order) and not self._business.options.conversion_names_order:
            order.extra["invoice_texts"] = {"reference": "", "notes": ""}
        self._entry.post(order)
        invoice = self._business.invoice_of(order)
        return {"invoice": invoice.number if invoice is not None else ""}

    def _void(self, body: dict[str, Any]) -> Any:
        """An invoice is voided."""
        order = self._entry.void(self.document(str(body["document"])), str(body.get("reason", "A mistake")))
        return {"status": order.status}

    def _delete(self, body: dict[str, Any]) -> Any:
        """A quote is deleted."""
        self._entry.delete_quote(self.document(str(body["document"])))
        return {}

    def _delete_payment(self, body: dict[str, Any]) -> Any:
        """A payment is deleted, by its reference."""
        for one in self._payments.all():
            if one.reference == body["payment"]:
                self._payments.delete(one)
                return {}
        raise Refusal("unknown", f"There is no payment {body['payment']}.")

    def _contact(self, body: dict[str, Any]) -> Any:
        """Texts of a contact change: notes, reference."""
        customer = self._business.company.customer(str(body["contact"]))
        customer.extra |= {name: body[name] for name in ("notes", "source_guid") if name in body}
        self._business.company.customers.changed(customer)
        return {}

    def _other_app(self, body: dict[str, Any]) -> Any:
        """Another application of the business makes so many calls."""
        self._business.allowance.take_for_others(int(body.get("calls", 1)))
        return {}
