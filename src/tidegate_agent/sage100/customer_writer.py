"""Customers: looked up by key first, then number, journal, write, journal (contract section 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tidegate_agent.caller import CallFailed, TablesFailed
from tidegate_agent.journal import OPEN, Entry, Journal
from tidegate_agent.pool import Held
from tidegate_agent.request import Body
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.boi import Boi, Refused
from tidegate_agent.sage100.reader import Reader, Where
from tidegate_agent.sage100.session import Session
from tidegate_agent.settings import Sage100

NEW = 2
FIELDS = {
    "name": "CustomerName$",
    "address1": "AddressLine1$",
    "address2": "AddressLine2$",
    "address3": "AddressLine3$",
    "zip": "ZipCode$",
    "city": "City$",
    "state": "State$",
    "country": "CountryCode$",
    "email": "EmailAddress$",
    "telephone": "TelephoneNo$",
    "terms": "TermsCode$",
    "tax_schedule": "TaxSchedule$",
    "price_level": "PriceLevel$",
    "salesperson_division": "SalespersonDivisionNo$",
    "salesperson": "SalespersonNo$",
    "credit_hold": "CreditHold$",
}
"""Fields of a request and the columns they go to, in the order in which they are set."""


@dataclass(frozen=True)
class CustomerRequest:
    """A customer. ``number`` empty: the next automatic one."""

    key: str
    fingerprint: str
    division: str
    number: str
    values: dict[str, str]


def read_customers(given: object) -> tuple[str, list[CustomerRequest]]:
    """(name of the batch, customers). Failure ``format``."""
    body = Body(given)
    batch = body.text("batch", most=60)
    customers = body.each("customers", _customer, least=1)
    body.done()
    return batch, customers


def _customer(body: Body) -> CustomerRequest:
    key, fingerprint = body.text("key", most=40), body.text("fingerprint", most=100)
    division, number = body.text("division", most=2), body.text("customer", "", most=20)
    values = {name: body.text(name, "") for name in FIELDS}
    if not values["name"]:
        raise body.wrong("name", "is missing")
    body.done()
    return CustomerRequest(key, fingerprint, division, number, values)


class CustomerWriter:
    """Writes customers of one company."""

    def __init__(
        self, company: str, journal: Journal, reader: Reader, sage: Sage100, today: Callable[[], date]
    ) -> None:
        self._company = company
        self._journal = journal
        self._reader = reader
        self._sage = sage
        self._today = today

    def write(
        self, held: Held[Session], batch: str, customers: list[CustomerRequest]
    ) -> tuple[list[dict[str, Any]], str | None]:
        """(one result a customer, why the batch stopped early)."""
        results: list[dict[str, Any]] = []
        stopped: str | None = None
        for customer in customers:
            if stopped is not None:
                results.append(_result(customer, "not_attempted"))
                continue
            try:
                results.append(self._one(held, batch, customer))
            except CallFailed as failed:
                held.spoil()
                stopped = "session_lost"
                results.append(self._after_death(customer, failed))
            held.records += 1
        return results, stopped

    def _one(self, held: Held[Session], batch: str, customer: CustomerRequest) -> dict[str, Any]:
        try:
            found = self._stored(customer.key)
        except TablesFailed as failed:
            return _result(customer, "in_doubt", error=_error("unavailable", "lookup", str(failed)))
        if found:
            return _result(customer, "existing", found)
        business = held.session.begin(names.CUSTOMER, self._today())
        try:
            return self._new(business, batch, customer)
        except Refused as refused:
            if self._journal.find(self._company, customer.key, "customer") is not None:
                self._journal.change(self._company, customer.key, "given_up", kind="customer")
            outcome = "deferred" if refused.meaning in ("record_locked", "locked") else "rejected"
            return _result(
                customer, outcome, error=_error(refused.meaning, refused.stage, refused.text, refused.field)
            )
        finally:
            held.session.end(business)

    def _stored(self, key: str) -> str:
        """The number of the customer that carries this key; empty: none does."""
        rows = self._reader.rows(
            "AR_Customer", ("ARDivisionNo", "CustomerNo"), [Where(self._sage.udf_customer, "=", key)]
        )
        return str(rows[0]["CustomerNo"]) if rows else ""

    def _new(self, business: Boi, batch: str, customer: CustomerRequest) -> dict[str, Any]:
        number = customer.number or business.by_reference("number", "nGetNextCustomerNo")
        self._journal.reserve(
            self._company, customer.key, customer.fingerprint, number, batch, kind="customer"
        )
        business.done("key", "nSetKeyValue", "ARDivisionNo$", customer.division, field="ARDivisionNo$")
        business.done("key", "nSetKeyValue", "CustomerNo$", number, field="CustomerNo$")
        code = business.code("nSetKey")
        if code == 0:
            raise business.refusal("key", "CustomerNo$")
        if code != NEW:
            raise Refused(
                "key", f"the customer {number} exists without this key", "validation", field="CustomerNo$"
            )
        for name, column in FIELDS.items():
            if customer.values[name]:
                business.set(column, customer.values[name])
        business.set(f"{self._sage.udf_customer}$", customer.key)
        self._journal.change(self._company, customer.key, "writing", kind="customer")
        business.done("write", "nWrite")
        result = _result(customer, "created", number, warnings=business.warnings)
        self._journal.change(self._company, customer.key, "written", result, kind="customer")
        return result

    def _after_death(self, customer: CustomerRequest, failed: CallFailed) -> dict[str, Any]:
        error = _error("session_lost", "write", failed.text)
        entry = self._journal.find(self._company, customer.key, "customer")
        if entry is None or entry.state not in OPEN:
            return _result(customer, "deferred", error=error)
        number = settle_customer(self._journal, self._reader, self._sage, entry)
        if number is None:
            return _result(customer, "in_doubt", error=error)
        return _result(customer, "created", number) if number else _result(customer, "deferred", error=error)


def settle_customer(journal: Journal, reader: Reader, sage: Sage100, entry: Entry) -> str | None:
    """What became of an open row: the customer's number, empty where he is not there, None: not readable."""
    where = [Where(sage.udf_customer, "=", entry.key)]
    try:
        rows = reader.rows("AR_Customer", ("ARDivisionNo", "CustomerNo"), where)
    except TablesFailed:
        return None
    number = str(rows[0]["CustomerNo"]) if rows else ""
    result = {"key": entry.key, "outcome": "created", "customer": number} if number else None
    journal.change(entry.company, entry.key, "written" if number else "given_up", result, kind="customer")
    return number


def _error(kind: str, stage: str, text: str, field: str = "") -> dict[str, Any]:
    return {
        "class": kind,
        "stage": stage,
        "line": None,
        "field": field or None,
        "sage_text": text,
        "code": None,
    }


def _result(
    customer: CustomerRequest,
    outcome: str,
    number: str = "",
    *,
    warnings: list[str] | None = None,
    error: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "key": customer.key,
        "outcome": outcome,
        "division": customer.division,
        "customer": number or None,
        "warnings": warnings or [],
        "error": error,
    }
