"""The general ledger: accounts, batches, entries and the flat report view (contract §10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.erp.journal import Journal, Row
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.intacct.document import text_of
from tidegate_sandbox.intacct.failure import bad_request, general, invalid, unknown
from tidegate_sandbox.intacct.formats import Value, read_day, read_number
from tidegate_sandbox.intacct.object_type import Field, ObjectType
from tidegate_sandbox.intacct.tenant import Tenant

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session

MODULES = {"orders": "8.SO", "sales": "4.AR", "api": "4.AR", "stock": "7.INV", "cash": "2.GL", "gl": "2.GL"}
SYMBOLS = {"orders": "SJ", "sales": "SJ", "api": "CRJ", "stock": "IJ", "cash": "CRJ", "gl": "GJ"}
Pair = tuple[Journal, Row]


class GlTypes:
    """The objects of the general ledger: the kernel's journals are its batches."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        tenant.add(self._accounts())
        self.batches = self._batch_type()
        tenant.add(self.batches)
        tenant.add(self._entries("GLENTRY"))
        tenant.add(self._entries("GLDETAIL"))

    def _accounts(self) -> ObjectType:
        fields = {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "ACCOUNTNO": Field(lambda one: one.target.account),
            "TITLE": Field(lambda one: one.name),
            "STATUS": Field(lambda _one: "active"),
        }
        return ObjectType("GLACCOUNT", lambda: self.tenant.company.nominal_accounts, fields, "ACCOUNTNO")

    def _symbol(self, one: Journal) -> str:
        return str(one.extra.get("journal", SYMBOLS.get(one.source, "GJ")))

    def _title(self, one: Journal) -> str:
        found = self.tenant.store.journals.first("name", self._symbol(one))
        return str(found.values.get("TITLE", "")) if found is not None else ""

    def _entity(self, one: Journal) -> str:
        """The entity that posted it, or that of the order, invoice or customer's document behind it."""
        kept = one.extra.get("entity")
        if kept is not None:
            return str(kept)
        company = self.tenant.company
        posted = company.receivables.table.get(one.transaction_id)
        if posted is not None and "entity" in posted.extra:
            return str(posted.extra["entity"])
        made = company.invoices.table.first("posted_id", posted.id) if posted is not None else None
        if made is not None:
            return str(company.orders.table[made.order_id].extra.get("entity", ""))
        order = company.orders.table.first("number", one.reference) if one.reference else None
        return str(order.extra.get("entity", "")) if order is not None else ""

    def _batch_fields(self) -> dict[str, Field]:
        return {
            "RECORDNO": Field(lambda one: one.id, "number"),
            "BATCHNO": Field(lambda one: one.urn, "number"),
            "BATCH_TITLE": Field(self._batch_title),
            "BATCH_DATE": Field(lambda one: one.date, "date"),
            "JOURNAL": Field(self._symbol),
            "JOURNAL.SYMBOL": Field(self._symbol),
            "JOURNAL.TITLE": Field(self._title),
            "MODULE": Field(lambda one: MODULES.get(one.source, "2.GL")),
            "STATE": Field(lambda one: one.extra.get("state", "Posted" if one.is_posted else "Submitted")),
            "REFERENCENO": Field(lambda one: one.extra.get("values", {}).get("REFERENCENO") or one.reference),
            "WHENCREATED": Field(lambda one: one.created_at, "moment"),
            "MODIFIED": Field(lambda one: one.updated_at, "moment"),
            "MEGAENTITYID": Field(self._entity),
            "BASELOCATION_NO": Field(lambda one: one.extra.get("values", {}).get("BASELOCATION_NO")),
        }

    def _batch_title(self, one: Journal) -> str:
        return str(one.extra.get("values", {}).get("BATCH_TITLE") or f"{one.source}: {one.reference}")

    def _batch_type(self) -> ObjectType:
        made = ObjectType("GLBATCH", lambda: self.tenant.company.ledger.journals, self._batch_fields())
        made.entity = self._entity
        made.create = self.create
        return made

    def _rows(self) -> Iterator[Pair]:
        for journal in self.tenant.company.ledger.journals:
            for one in journal.rows:
                yield journal, one

    def _entries(self, name: str) -> ObjectType:
        company = self.tenant.company

        def title(pair: Pair) -> Value:
            found = company.nominal_accounts.get(pair[1].account_id)
            return found.name if found is not None else None

        def amount(pair: Pair) -> Value:
            return pair[1].debit or pair[1].credit

        def signed(pair: Pair) -> Value:
            return pair[1].debit - pair[1].credit

        def kept(key: str) -> Field:
            return Field(lambda pair: pair[1].extra.get(key))

        flat = name == "GLDETAIL"
        fields = {
            "RECORDNO": Field(lambda pair: pair[1].id, "number"),
            "BATCHKEY": Field(lambda pair: pair[0].id, "number"),
            "BATCHNO": Field(lambda pair: pair[0].urn, "number"),
            "BATCH_NO": Field(lambda pair: pair[0].urn, "number"),
            "BATCH_DATE": Field(lambda pair: pair[0].date, "date"),
            "BATCH_TITLE": Field(lambda pair: self._batch_title(pair[0])),
            "ENTRY_DATE": Field(lambda pair: pair[0].date, "date"),
            "SYMBOL": Field(lambda pair: self._symbol(pair[0])),
            "JOURNAL.SYMBOL": Field(lambda pair: self._symbol(pair[0])),
            "JOURNAL.TITLE": Field(lambda pair: self._title(pair[0])),
            "MODULEKEY": Field(lambda pair: MODULES.get(pair[0].source, "2.GL")),
            "LINE_NO": Field(lambda pair: pair[0].rows.index(pair[1]) + 1, "number"),
            "ACCOUNTNO": Field(lambda pair: pair[1].target.account),
            "ACCOUNTTITLE": Field(title),
            "TR_TYPE": Field(lambda pair: 1 if pair[1].debit else -1, "number"),
            "DEBITAMOUNT": Field(lambda pair: pair[1].debit, "number"),
            "CREDITAMOUNT": Field(lambda pair: pair[1].credit, "number"),
            "AMOUNT": Field(signed if flat else amount, "number"),
            "TRX_AMOUNT": Field(signed if flat else amount, "number"),
            "CURRENCY": Field(lambda pair: pair[1].extra.get("CURRENCY") or company.currency(None).code),
            "BASECURR": Field(lambda _pair: company.currency(None).code),
            "DOCUMENT": Field(lambda pair: pair[1].extra.get("DOCUMENT") or pair[0].reference),
            "RECORDID": Field(lambda pair: pair[0].reference),
            "REFERENCENO": Field(lambda pair: pair[0].reference),
            "DESCRIPTION": Field(lambda pair: pair[1].extra.get("DESCRIPTION") or pair[1].narrative),
            "LOCATION": kept("LOCATION"),
            "LOCATIONID": kept("LOCATION"),
            "DEPARTMENT": kept("DEPARTMENT"),
            "DEPARTMENTID": kept("DEPARTMENT"),
            "CUSTOMERID": kept("CUSTOMERID"),
            "MODIFIED": Field(lambda pair: pair[0].updated_at, "moment"),
            "WHENMODIFIED": Field(lambda pair: pair[0].updated_at, "moment"),
            "STATE": Field(lambda pair: pair[0].extra.get("state", "Posted")),
        }
        return ObjectType(name, self._rows, fields, entity=lambda pair: self._entity(pair[0]))

    def create(self, session: Session, given: Element) -> Journal:
        """A batch of two or more entries that balance in each entity; a draft moves nothing."""
        company = self.tenant.company
        symbol = text_of(given, "JOURNAL")
        if self.tenant.store.journals.first("name", symbol) is None:
            raise unknown("Journal", symbol)
        for name in ("BATCH_DATE", "BATCH_TITLE"):
            if not text_of(given, name):
                raise _failed(f"{name} is required.")
        day = _day(text_of(given, "BATCH_DATE"))
        entries = [self._entry(one) for one in given.findall("ENTRIES/GLENTRY")]
        if len(entries) < 2:
            raise _failed("A batch needs two or more entries.")
        sums: dict[str, Decimal] = {}
        for target, value, more in entries:
            entity = self._entity_of(str(more.get("LOCATION") or ""))
            sums[entity] = sums.get(entity, ZERO) + value
            if company.nominal_accounts.first("account", target.account) is None:
                raise unknown("Account", target.account)
        for entity, value in sums.items():
            if value:
                raise _failed(f"The entries do not balance{f' in entity {entity}' if entity else ''}.")
        is_draft = text_of(given, "STATE") == "Draft"
        company.calendar.require_open(day)
        journal = company.ledger.post(
            day,
            "gl",
            text_of(given, "REFERENCENO"),
            []
            if is_draft
            else [(target, value, str(more.get("DESCRIPTION") or "")) for target, value, more in entries],
            user=session.user,
        )
        journal.extra.update(
            {
                "journal": symbol,
                "entity": session.entity,
                "state": "Draft" if is_draft else "Posted",
                "values": {
                    name: text_of(given, name)
                    for name in (
                        "BATCH_TITLE",
                        "REFERENCENO",
                        "HISTORY_COMMENT",
                        "BASELOCATION_NO",
                        "REVERSEDATE",
                    )
                },
            }
        )
        for one, (_, _, more) in zip(
            journal.rows, [entry for entry in entries if entry[1]], strict=not is_draft
        ):
            one.extra.update(more)
        return journal

    def _entity_of(self, location: str) -> str:
        """The entity that a location belongs to: itself, or that of its parent."""
        store = self.tenant.store
        while location and store.entities.first("name", location) is None:
            found = store.locations.first("name", location)
            if found is None:
                raise unknown("Location", location)
            location = str(found.values.get("PARENTID") or "")
        return location

    def _entry(self, given: Element) -> tuple[Target, Decimal, dict[str, Any]]:
        sign = text_of(given, "TR_TYPE")
        if sign not in ("1", "-1"):
            raise _failed("TR_TYPE must be 1 (debit) or -1 (credit).")
        text = text_of(given, "TRX_AMOUNT") or text_of(given, "AMOUNT")
        try:
            value = rounded(read_number(text))
        except ValueError as error:
            raise bad_request(f"TRX_AMOUNT: {error}") from None
        if value <= 0:
            raise _failed("The amount of an entry must be greater than zero.")
        more = {
            name: text_of(given, name)
            for name in ("LOCATION", "DEPARTMENT", "CUSTOMERID", "CURRENCY", "DESCRIPTION", "DOCUMENT")
            if given.find(name) is not None
        }
        return Target(text_of(given, "ACCOUNTNO")), value * int(sign), more


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as error:
        raise bad_request(str(error)) from None


def _failed(text: str) -> Exception:
    failure = invalid(text)
    failure.errors.append(general("create", "Journal entry"))
    return failure
