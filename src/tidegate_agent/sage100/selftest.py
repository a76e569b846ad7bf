"""The self-test on a test company: every call and answer is recorded, and what the contract assumes is asked.

Until a site has run it, the product page says: proven against our fake only (contract section 12.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tidegate_agent.caller import TablesFailed, Worker
from tidegate_agent.findings import Findings, collected
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.boi import Boi, Refused
from tidegate_agent.sage100.lookup import SUMS, Lookup
from tidegate_agent.sage100.session import Session
from tidegate_agent.settings import Sage100

KEY = "selftest:000000001"
TOO_LONG = "x" * 200
FAKE = {
    "nSetKey of a new record": "2",
    "text: too long": "The ShipToName is greater than 50 character(s)",
    "text: unknown terms": "The TermsCode is not on file.",
    "text: unknown column": "The column NoSuchColumn$ does not exist.",
    "nAddLine": "2",
    "text: unknown item": "The ItemCode is not on file.",
    "unit price after the line's write": "0",
    "InvalidTaxCalc$ before the write": "N",
    "nWrite": "1",
    "look-up by key": "found",
    "nSetKey of a stored record": "1",
    "nDelete": "1",
}
"""What the fake answers, which stands on the contract's assumptions. What a site answers otherwise is worth knowing."""


@dataclass
class Sample:
    """What the test order is made of: a customer and an item that the test company has."""

    division: str
    customer: str
    item: str


@dataclass
class SelfTest:
    """``writes``: write one order and delete it again; else nothing is stored."""

    sage: Sage100
    lookup: Lookup
    sample: Sample
    writes: bool

    def run(self, session: Session, day: date) -> Findings:
        """Open, ask, write, look up, delete, drop. Problems are collected, not raised."""
        found = Findings(FAKE)
        with collected(found, session, Refused):
            session.open()
            self._order(session, day, found)
        return found

    def _order(self, session: Session, day: date, found: Findings) -> None:
        order = session.begin(names.ORDER, day)
        number = order.by_reference("number", "nGetNextSalesOrderNo")
        found.facts["order number"] = number
        order.done("key", "nSetKeyValue", "SalesOrderNo$", number)
        found.facts["nSetKey of a new record"] = str(order.code("nSetKey"))
        order.set("ARDivisionNo$", self.sample.division)
        order.set("CustomerNo$", self.sample.customer)
        self._texts(order, found)
        order.set(f"{self.sage.udf_order}$", KEY)
        lines = order.child("oLines")
        found.facts["nAddLine"] = str(lines.code("nAddLine"))
        self._refused(lines, "unknown item", "ItemCode$", "NO-SUCH-ITEM", found)
        lines.set("ItemCode$", self.sample.item, "line.set")
        lines.set("QuantityOrdered", Decimal(1), "line.set")
        found.facts["unit price"] = str(lines.amount("UnitPrice"))
        lines.done("line.write", "nWrite")
        found.facts["unit price after the line's write"] = lines.value("UnitPrice")
        for name in (*SUMS, "InvalidTaxCalc$"):
            found.facts[f"{name} before the write"] = order.value(name)
        if self.writes:
            self._write(session, order, number, day, found)

    def _texts(self, order: Boi, found: Findings) -> None:
        self._refused(order, "too long", "ShipToName$", TOO_LONG, found)
        self._refused(order, "unknown terms", "TermsCode$", "ZZ", found)
        self._refused(order, "unknown column", "NoSuchColumn$", "x", found)

    def _refused(self, obj: Boi, what: str, field_name: str, value: str, found: Findings) -> None:
        try:
            obj.set(field_name, value)
        except Refused as refused:
            found.facts[f"text: {what}"] = refused.text
        else:
            found.problems.append(f"{what}: {field_name} took {value!r}")

    def _write(self, session: Session, order: Boi, number: str, day: date, found: Findings) -> None:
        found.facts["nWrite"] = str(order.done("write", "nWrite"))
        session.end(order)
        try:
            sight = self.lookup.by_key(KEY)
            found.facts["look-up by key"] = sight.result
            if sight.number != number:
                found.problems.append(
                    f"the order {number} was not found by its key, but {sight.number or 'nothing'}"
                )
        except TablesFailed as failed:
            found.problems.append(f"the tables cannot be read: {failed}")
        again = session.begin(names.ORDER, day)
        again.done("key", "nSetKeyValue", "SalesOrderNo$", number)
        found.facts["nSetKey of a stored record"] = str(again.code("nSetKey"))
        found.facts["nDelete"] = str(again.done("delete", "nDelete"))


def session_for(
    company: str, sage: Sage100, password: str, start_worker: Callable[[], Worker], drop_limit_s: float
) -> Session:
    """A session as the agent itself opens it."""
    return Session(
        company,
        start_worker,
        home=sage.home,
        user=sage.user,
        password=password,
        drop_limit_s=drop_limit_s,
    )
