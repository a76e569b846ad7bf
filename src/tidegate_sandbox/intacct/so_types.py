"""SODOCUMENT with its lines and subtotals as objects that can be read (contract §6.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.erp.despatch import Despatch, DespatchLine
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.intacct.document import node, row
from tidegate_sandbox.intacct.formats import Kind, Value
from tidegate_sandbox.intacct.object_type import Field, ObjectType
from tidegate_sandbox.intacct.so_document import (
    Document,
    Line,
    Subtotal,
    document_by_docid,
    document_by_key,
    documents,
)
from tidegate_sandbox.intacct.tenant import Tenant

STATES = {
    "S": "Submitted",
    "A": "Approved",
    "X": "Partially Approved",
    "R": "Declined",
    "I": "Draft",
    "O": "Pending",
    "D": "Closed",
    "G": "In Progress",
    "C": "Converted",
    "P": "Partially Converted",
}
KEPT = (
    "VENDORDOCNO",
    "TERM.NAME",
    "MESSAGE",
    "NOTE",
    "CONTRACTID",
    "PROJECT",
    "CUSTOMERPONUMBER",
    "EXTERNALID",
    "SHIPBYDATE",
    "CANCELAFTERDATE",
    "DONOTSHIPBEFOREDATE",
    "DONOTSHIPAFTERDATE",
    "SERVICEDELIVERYDATE",
    "ORIGDOCDATE",
    "EXCHRATETYPE",
    "VSOEPRICELIST",
    "SHIPTO.CONTACTNAME",
    "BILLTO.CONTACTNAME",
)


class SoTypes:
    """The three objects of Order Entry."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.document = self._document_type()
        self.entry = self._entry_type()
        self.subtotal = self._subtotal_type()
        for one in (self.document, self.entry, self.subtotal):
            tenant.add(one)

    def _base(self, one: Document, amount: Decimal) -> Decimal:
        return rounded(amount / one.order.exchange_rate)

    def _document_type(self) -> ObjectType:
        tenant = self.tenant
        company = tenant.company

        def customer(one: Document) -> Any:
            return company.customers.table[one.order.customer_id]

        def currency(one: Document) -> str:
            return company.currencies[one.order.currency_id].code

        def paid(one: Document) -> Decimal | None:
            posted = one.posted
            return abs(posted.allocated) if posted is not None else None

        def owed(one: Document) -> Decimal | None:
            posted = one.posted
            return abs(posted.outstanding) if posted is not None else None

        def definition_key(one: Document) -> Value:
            found = tenant.store.definitions.first("name", one.definition)
            return found.id if found is not None else None

        def definition_class(one: Document) -> Value:
            found = tenant.store.definitions.first("name", one.definition)
            return found.values.get("DOCCLASS") if found is not None else None

        def created_from(one: Document) -> Value:
            source = one.source
            return source.docid if source is not None else None

        def invoice_key(one: Document) -> Value:
            posted = one.posted
            return tenant.store.invoice_keys.get(posted.id, posted.id) if posted is not None else None

        fields = {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "DOCNO": Field(lambda one: one.number),
            "DOCID": Field(lambda one: one.docid),
            "DOCPARID": Field(lambda one: one.definition),
            "DOCPARKEY": Field(definition_key),
            "DOCPARCLASS": Field(definition_class),
            "CREATEDFROM": Field(created_from),
            "STATE": Field(lambda one: one.state, codes=STATES),
            "CLOSED": Field(lambda one: one.state == "Closed", "flag"),
            "WHENCREATED": Field(lambda one: one.day, "date"),
            "AUWHENCREATED": Field(lambda one: one.record.created_at, "moment"),
            "WHENMODIFIED": Field(lambda one: one.record.updated_at, "moment"),
            "WHENDUE": Field(lambda one: one.due, "date"),
            "WHENPOSTED": Field(lambda one: one.kept("WHENPOSTED") or one.day, "date"),
            "CUSTVENDID": Field(lambda one: customer(one).code),
            "CUSTVENDNAME": Field(lambda one: customer(one).name),
            "CUSTREC": Field(lambda one: customer(one).id, "number"),
            "PONUMBER": Field(lambda one: one.kept("PONUMBER") or one.order.customer_order_no),
            "NEEDBYDATE": Field(lambda one: one.kept("NEEDBYDATE") or one.due, "date"),
            "SHIPVIA": Field(self._carrier),
            "TRACKINGNUMBER": Field(_tracking),
            "SHIPPEDDATE": Field(lambda one: one.kept("SHIPPEDDATE") or _sent(one), "date"),
            "BASECURR": Field(lambda _one: company.currency(None).code),
            "CURRENCY": Field(currency),
            "EXCHRATEDATE": Field(lambda one: one.kept("EXCHRATEDATE") or one.day, "date"),
            "EXCHRATE": Field(lambda one: rounded(1 / one.order.exchange_rate, 6), "number"),
            "SUBTOTAL": Field(lambda one: self._base(one, one.subtotal), "number"),
            "TOTAL": Field(lambda one: self._base(one, one.total), "number"),
            "TRX_SUBTOTAL": Field(lambda one: one.subtotal, "number"),
            "TRX_TOTAL": Field(lambda one: one.total, "number"),
            "TOTALENTERED": Field(lambda one: self._base(one, one.total), "number"),
            "TOTALPAID": Field(lambda one: _based(self, one, paid(one)), "number"),
            "TOTALDUE": Field(lambda one: _based(self, one, owed(one)), "number"),
            "TRX_TOTALPAID": Field(paid, "number"),
            "PRRECORDKEY": Field(invoice_key, "number"),
            "ARINVOICE.RECORDNO": Field(invoice_key, "number"),
            "MEGAENTITYID": Field(lambda one: one.entity),
            "STATUS": Field(lambda _one: "active"),
            "CREATEDBY": Field(lambda one: one.extra.get("by", "")),
            "MODIFIEDBY": Field(lambda one: one.extra.get("changed_by", one.extra.get("by", ""))),
            "CUSTOMER.NAME": Field(lambda one: customer(one).name),
            "CUSTOMER.CUSTOMERID": Field(lambda one: customer(one).code),
        }
        for name in KEPT:
            kind: Any = "date" if name.endswith("DATE") else "text"
            fields[name] = _header_field(name, kind)
        made = ObjectType("SODOCUMENT", lambda: documents(tenant), fields, "DOCID")
        made.narrow = lambda definition: documents(tenant, definition)
        made.find = lambda docid: document_by_docid(tenant, docid)
        made.by_key = lambda key: document_by_key(tenant, key)
        made.custom = lambda definition: tenant.store.custom_fields.get(f"SODOCUMENT/{definition}", ())
        made.custom_value = lambda one, name: one.custom(name)
        made.document_type = lambda one: str(one.definition)
        made.nested = self.nested
        return made

    def _carrier(self, one: Document) -> Value:
        if isinstance(one.record, Despatch) and one.record.courier_id is not None:
            return self.tenant.company.couriers[one.record.courier_id].name
        found: Value = one.kept("SHIPVIA")
        return found

    def nested(self, one: Document) -> list[Element]:
        """What a `read` has beyond a query: contacts, lines, subtotals."""
        found = [
            self._contact(tag, str(one.kept(f"{tag}.CONTACTNAME") or "")) for tag in ("SHIPTO", "BILLTO")
        ]
        lines = [row("sodocumententry", self._values(self.entry, (one, line))) for line in one.lines]
        sums = [
            row("sodocumentsubtotals", self._values(self.subtotal, (one, each))) for each in one.subtotals
        ]
        return [*found, node("SODOCUMENTENTRIES", lines), node("SUBTOTALS", sums)]

    def _values(self, type: ObjectType, record: Any) -> dict[str, Value]:
        return {name: field.getter(record) for name, field in type.fields.items()}

    def _contact(self, tag: str, name: str) -> Element:
        contact = self.tenant.store.contacts.first("name", name) if name else None
        values = contact.values if contact is not None else {}
        parts = ("ADDRESS1", "ADDRESS2", "CITY", "STATE", "ZIP", "COUNTRYCODE")
        address = [node(part, values.get(f"MAILADDRESS.{part}")) for part in parts]
        return node(
            tag,
            [node("CONTACTNAME", name), node("PRINTAS", values.get("PRINTAS")), node("MAILADDRESS", address)],
        )

    def _entry_type(self) -> ObjectType:
        tenant = self.tenant
        company = tenant.company
        Pair = tuple[Document, Line]

        def quantity(pair: Pair) -> Value:
            return pair[1].quantity

        def price(pair: Pair) -> Value:
            return pair[1].ordered.price - pair[1].ordered.discount_value

        def kept(name: str) -> Field:
            return Field(lambda pair: pair[1].ordered.extra.get("values", {}).get(name))

        def warehouse(pair: Pair) -> Value:
            record = pair[1].record
            id = record.warehouse_id if isinstance(record, DespatchLine) else pair[1].ordered.warehouse_id
            found = company.warehouses.get(id) if pair[1].ordered.is_stocked else None
            return found.name if found is not None else None

        def item(pair: Pair) -> Any:
            return company.items[pair[1].ordered.item_id or 0]

        def base(pair: Pair) -> Value:
            return self._base(pair[0], pair[1].net)

        fields = {
            "RECORDNO": Field(lambda pair: pair[1].id, "number"),
            "DOCHDRNO": Field(lambda pair: pair[0].id, "number"),
            "DOCHDRID": Field(lambda pair: pair[0].docid),
            "LINE_NO": Field(lambda pair: pair[1].number, "number"),
            "ITEMID": Field(lambda pair: item(pair).code),
            "ITEMNAME": Field(lambda pair: item(pair).name),
            "ITEMDESC": Field(lambda pair: pair[1].ordered.description),
            "UNIT": Field(lambda pair: company.units[item(pair).unit_id].name),
            "QUANTITY": Field(quantity, "number"),
            "UIQTY": Field(quantity, "number"),
            "QTY_CONVERTED": Field(lambda pair: pair[1].converted, "number"),
            "PRICE": Field(price, "number"),
            "UIPRICE": Field(lambda pair: pair[1].ordered.price, "number"),
            "TRX_PRICE": Field(price, "number"),
            "UIVALUE": Field(lambda pair: pair[1].net, "number"),
            "TRX_VALUE": Field(lambda pair: pair[1].net, "number"),
            "VALUE": Field(base, "number"),
            "TOTAL": Field(base, "number"),
            "MULTIPLIER": Field(lambda _pair: 1, "number"),
            "MEMO": kept("MEMO"),
            "WAREHOUSE.LOCATION_NO": Field(warehouse),
            "LOCATIONID": kept("LOCATIONID"),
            "DEPARTMENTID": kept("DEPARTMENTID"),
            "SOURCE_DOCLINEKEY": Field(lambda pair: pair[1].source, "number"),
            "DISCOUNTPERCENT": Field(lambda pair: pair[1].ordered.discount_percent or None, "number"),
            "STATE": Field(lambda pair: pair[0].state, codes=STATES),
            "DOCPARID": Field(lambda pair: pair[0].definition),
            "WHENMODIFIED": Field(lambda pair: pair[1].record.updated_at, "moment"),
        }

        def rows(found: Iterable[Document]) -> Iterator[Pair]:
            return ((one, line) for one in found for line in one.lines)

        made = ObjectType("SODOCUMENTENTRY", lambda: rows(documents(tenant)), fields)
        made.narrow = lambda definition: rows(documents(tenant, definition))
        made.entity = lambda pair: pair[0].entity
        made.custom = lambda definition: tenant.store.custom_fields.get(f"SODOCUMENTENTRY/{definition}", ())
        made.custom_value = lambda pair, name: pair[1].ordered.extra.get("custom", {}).get(name)
        made.document_type = lambda pair: pair[0].definition
        return made

    def _subtotal_type(self) -> ObjectType:
        tenant = self.tenant
        Pair = tuple[Document, Subtotal]
        fields = {
            "RECORDNO": Field(lambda pair: pair[1].id, "number"),
            "DOCHDRNO": Field(lambda pair: pair[0].id, "number"),
            "DESCRIPTION": Field(lambda pair: pair[1].name),
            "TOTAL": Field(lambda pair: self._base(pair[0], pair[1].total), "number"),
            "TRX_TOTAL": Field(lambda pair: pair[1].total, "number"),
        }

        def rows(found: Iterable[Document]) -> Iterator[Pair]:
            return ((one, each) for one in found for each in one.subtotals)

        made = ObjectType("SODOCUMENTSUBTOTALS", lambda: rows(documents(tenant)), fields)
        made.narrow = lambda definition: rows(documents(tenant, definition))
        made.entity = lambda pair: pair[0].entity
        return made


def _based(types: SoTypes, one: Document, amount: Decimal | None) -> Value:
    return None if amount is None else types._base(one, amount)


def _tracking(one: Document) -> Value:
    if isinstance(one.record, Despatch) and one.record.consignment:
        return one.record.consignment
    found: Value = one.extra.get("values", {}).get("TRACKINGNUMBER")
    return found


def _sent(one: Document) -> date | None:
    return one.day if isinstance(one.record, Despatch) else None


def _header_field(name: str, kind: Kind) -> Field:
    return Field(lambda one: one.kept(name), kind)
