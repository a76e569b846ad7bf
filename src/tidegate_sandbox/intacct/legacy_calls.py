"""Functions with a schema of their own: Order Entry, AR invoices, price lists, sessions, events (contract §4, §6-§10, §14)."""

from __future__ import annotations

import base64
from typing import Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.intacct.ar_types import ArTypes
from tidegate_sandbox.intacct.call import Call, Function, Outcome
from tidegate_sandbox.intacct.document import node, text_of
from tidegate_sandbox.intacct.failure import (
    AuthenticationFailure,
    ErrorItem,
    FunctionFailure,
    general,
    unknown,
)
from tidegate_sandbox.intacct.object_type import ObjectType
from tidegate_sandbox.intacct.so_asked import day_of, read_document
from tidegate_sandbox.intacct.so_change import DocumentChange
from tidegate_sandbox.intacct.so_document import Document, document_by_docid, documents
from tidegate_sandbox.intacct.so_entry import DocumentEntry
from tidegate_sandbox.intacct.tenant import Tenant


class LegacyCalls:
    """The legacy functions of one company."""

    def __init__(
        self, tenant: Tenant, entry: DocumentEntry, change: DocumentChange, receivables: ArTypes
    ) -> None:
        self._tenant = tenant
        self._entry = entry
        self._change = change
        self._receivables = receivables

    def functions(self) -> dict[str, Function]:
        """The functions by name."""
        return {
            "getAPISession": self.open_session,
            "create_sotransaction": self.create_document,
            "update_sotransaction": self.update_document,
            "delete_sotransaction": self.delete_document,
            "retrievepdf": self.retrieve_pdf,
            "create_invoice": self.create_invoice,
            "reverse_invoice": self.reverse_invoice,
            "apply_arpayment": self.apply_payment,
            "create_sopricelist": self.create_price_list,
            "update_sopricelist": self.update_price_list,
            "delete_sopricelist": self.delete_price_list,
            "delete_customer": self.delete_customer,
            "getDimensions": self.dimensions,
        }

    def open_session(self, call: Call) -> Outcome:
        """A session: the one of the login, or from a running one for another entity or the top level."""
        found = call.element.find("locationid")
        entity = call.session.entity if found is None else (found.text or "").strip()
        if entity and self._tenant.store.entities.first("name", entity) is None:
            raise AuthenticationFailure([ErrorItem("XL03000006", "Sign-in information is incorrect")])
        made = self._tenant.sessions.open(call.session.user, entity)
        call.session.until = made.until
        api = node(
            "api", [node("sessionid", made.id), node("endpoint", call.endpoint), node("locationid", entity)]
        )
        return Outcome([node("data", [api])])

    def create_document(self, call: Call) -> Outcome:
        """An Order Entry transaction; its DOCID is the key."""
        self._may(call, "SODOCUMENT")
        try:
            made = self._entry.enter(call.session, read_document(call.element))
        except FunctionFailure as failure:
            failure.errors.append(general("create", "Document"))
            raise
        return Outcome([node("key", made.docid)])

    def _document(self, call: Call) -> Document:
        key = call.element.get("key", "")
        if call.element.get("externalkey", "").lower() == "true":
            found = next(
                (
                    one
                    for one in documents(self._tenant)
                    if one.extra.get("values", {}).get("EXTERNALID") == key
                ),
                None,
            )
        else:
            found = document_by_docid(self._tenant, key)
        if found is None or not self._tenant.type("SODOCUMENT").sees(call.session, found, private=True):
            raise unknown("document", key)
        return found

    def update_document(self, call: Call) -> Outcome:
        """A change of a document."""
        self._may(call, "SODOCUMENT")
        one = self._document(call)
        try:
            self._change.change(call.session, one, read_document(call.element))
        except FunctionFailure as failure:
            failure.errors.append(general("update", "Document"))
            raise
        return Outcome([node("key", one.docid)])

    def delete_document(self, call: Call) -> Outcome:
        """The end of an order of which nothing was converted."""
        self._may(call, "SODOCUMENT")
        self._change.delete(call.session, self._document(call))
        return Outcome()

    def _may(self, call: Call, name: str) -> None:
        self._tenant.allow(call.name, name)

    def retrieve_pdf(self, call: Call) -> Outcome:
        """A document on paper, in base64."""
        docid = text_of(call.element, "SODOCUMENT/DOCID")
        found = document_by_docid(self._tenant, docid)
        if found is None:
            raise unknown("document", docid)
        document = base64.b64encode(f"%PDF-1.4\n% {found.docid} {found.total}\n%%EOF\n".encode()).decode()
        return Outcome([node("data", [node("pdfdata", document)])])

    def create_invoice(self, call: Call) -> Outcome:
        """A direct AR invoice; its RECORDNO is the key. A draft is kept and posted nowhere."""
        given = call.element
        self._may(call, "ARINVOICE")
        day = day_of(given, "datecreated") or self._tenant.company.today()
        made = self._receivables.enter_invoice(call.session, given, day, day_of(given, "datedue"))
        return Outcome([node("key", made.id)])

    def reverse_invoice(self, call: Call) -> Outcome:
        """Take an unpaid AR invoice back."""
        key = call.element.get("key", "")
        one = self._receivables.invoice(key)
        if one is None:
            raise unknown("AR invoice", key)
        day = day_of(call.element, "datereversed") or self._tenant.company.today()
        self._receivables.reverse(call.session, one, day)
        return Outcome([node("key", key)])

    def apply_payment(self, call: Call) -> Outcome:
        """Set a payment on account, or a credit, against invoices; its RECORDNO is the key."""
        self._may(call, "ARPYMT")
        self._receivables.apply(call.element, day_of(call.element, "paymentdate"))
        return Outcome([node("key", text_of(call.element, "arpaymentkey"))])

    def create_price_list(self, call: Call) -> Outcome:
        """A price list; its name is the key."""
        made = self._price_list().make(call.session, self._list_values(call))
        return Outcome([node("key", made.name)])

    def update_price_list(self, call: Call) -> Outcome:
        """A change of a price list."""
        self._price_list().change(call.session, self._named_list(call), self._list_values(call))
        return Outcome([node("key", self._named_list(call).name)])

    def delete_price_list(self, call: Call) -> Outcome:
        """The end of a price list without entries."""
        self._price_list().drop(call.session, self._named_list(call))
        return Outcome()

    def _price_list(self) -> ObjectType:
        return self._tenant.type("SOPRICELIST")

    def _named_list(self, call: Call) -> Any:
        name = call.element.get("key") or call.element.get("name") or text_of(call.element, "name")
        found = self._price_list().named(call.session, name)
        if found is None:
            raise unknown("Price list", name)
        return found

    def _list_values(self, call: Call) -> Element:
        given = node("SOPRICELIST")
        for name in ("name", "datefrom", "dateto", "status"):
            found = call.element.find(name)
            if found is None:
                continue
            day = day_of(call.element, name) if name.startswith("date") else None
            given.append(node(name.upper(), day if day is not None else (found.text or "").strip()))
        return given

    def delete_customer(self, call: Call) -> Outcome:
        """The end of a customer, as the official SDKs ask for it: by its own id."""
        type, code = self._tenant.type("CUSTOMER"), call.element.get("customerid", "")
        found = type.named(call.session, code)
        if found is None:
            raise unknown("Customer", code)
        type.drop(call.session, found)
        return Outcome()

    def dimensions(self, _call: Call) -> Outcome:
        """The dimensions of the company."""
        found = [
            node(
                "dimension",
                [
                    node("objectName", name),
                    node("objectLabel", name.title()),
                    node("termLabel", name.title()),
                ],
            )
            for name in ("DEPARTMENT", "LOCATION", "CUSTOMER", "ITEM", "WAREHOUSE")
        ]
        return Outcome([node("data", [node("dimensions", found)])])
