"""The agent as the writer: it takes a number, writes it down, builds the order, compares Sage's total with ours and only
then stores it. Source: contract §4, §5, §12.3.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.orders.keys import payload_hash
from tidegate.reading.document import Unreadable
from tidegate.redaction import redact
from tidegate.sage.port.customers import NewCustomer
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage100.accounts import account_of
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.rows import Row, number_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import DUPLICATE_PO, PERIOD_CLOSED

_STOPPED = {
    "locked": (Code.LOCKED, "Sage was locked before this order"),
    "drain": (Code.LOCKED, "the agent stopped taking orders before this one"),
    "seat_limit": (Code.NO_SEAT, "Sage had no licence for this order"),
    "unit_limit": (Code.NO_SEAT, "the agent's session reached its limit before this order"),
    "session_lost": (Code.SERVER_TROUBLE, "the agent's session ended before this order"),
}


class AgentWriter:
    """:class:`tidegate.sage.sage100.writer.Writer` through the agent."""

    def __init__(self, client: Sage100Client, company: Sage100Settings) -> None:
        self._client = client
        self._company = company

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One call, one session of Sage."""
        orders = [{**one.payload, "fingerprint": f"sha256:{one.payload_hash}"[:100]} for one in batch]
        name = hashlib.sha256("\n".join(one.order.key for one in batch).encode()).hexdigest()[:24]
        results = self._client.write("orders", {"batch": name, "dry_run": False, "orders": orders})
        if isinstance(results, Failure):
            yield from ((one.order.key, results) for one in batch)
            return
        by_key = {text_of(one, "key"): one for one in results}
        yield from ((one.order.key, _outcome(by_key.get(one.order.key))) for one in batch)

    def open_account(self, new: NewCustomer, body: Mapping[str, Any]) -> Outcome:
        """One customer a batch."""
        customer = {**body, "fingerprint": f"sha256:{payload_hash(body)}"[:100]}
        batch = hashlib.sha256(new.key.encode()).hexdigest()[:24]
        results = self._client.write("customers", {"batch": batch, "customers": [customer]})
        if isinstance(results, Failure):
            return results
        return self._account(next((one for one in results if text_of(one, "key") == new.key), None), new)

    def _account(self, result: Row | None, new: NewCustomer) -> Outcome:
        """What the agent says of one customer."""
        if result is None:
            return Failure(Code.UNCLEAR_ANSWER, "the agent's answer does not mention the customer")
        error = result.get("error")
        error = error if isinstance(error, dict) else {}
        said = text_of(error, "sage_text")
        match text_of(result, "outcome"):
            case "created" | "existing" if text_of(result, "customer"):
                division = text_of(result, "division") or self._company.division
                account = account_of(division, text_of(result, "customer"), self._company.division)
                return Accepted(account, account)
            case "rejected":
                taken = {"taken": new.account} if text_of(error, "stage") == "key" else {}
                return Failure(Code.REFUSED, f"Sage refused the account: {said}", sent=False, details=taken)
            case "deferred" | "not_attempted":
                return Failure(Code.RECORD_BUSY, f"the account is not made yet: {said}", sent=False)
            case other:
                return Failure(
                    Code.UNCLEAR_ANSWER,
                    (f"the agent's answer about the account is not known ({other!r}): {said}"),
                )

    def delete(self, number: str, key: str) -> bool | Failure:
        """The key goes along, so that the agent deletes no order but ours."""
        answer = self._client.act(f"orders/{number}/cancel", {"key": key, "reason": ""})
        if isinstance(answer, Failure):
            return answer
        error = answer.get("error")
        said = redact(text_of(error, "sage_text")) if isinstance(error, dict) else ""
        match text_of(answer, "outcome"):
            case "cancelled":
                return True
            case "absent":
                return False
            case "deferred" if isinstance(error, dict) and text_of(error, "class") == "locked":
                return Failure(Code.LOCKED, f"the company is closed: {said}", sent=False)
            case "deferred":
                return Failure(
                    Code.RECORD_BUSY, f"order {number} is in use by somebody else: {said}", sent=False
                )
            case "rejected":
                return Failure(Code.REFUSED, f"Sage refused to delete order {number}: {said}", sent=False)
            case other:
                return Failure(
                    Code.UNCLEAR_ANSWER,
                    (f"the agent's answer about order {number} is not known ({other!r}): {said}"),
                )


def _outcome(result: Row | None) -> Outcome:
    """What the agent says of one order."""
    if result is None:
        return Failure(Code.UNCLEAR_ANSWER, "the agent's answer does not mention the order")
    error: Any = result.get("error")
    error = error if isinstance(error, dict) else {}
    said = _said(error)
    match text_of(result, "outcome"):
        case "created" | "existing":
            return _accepted(result)
        case "conflict" if text_of(error, "class") == "review":
            return Failure(Code.DUPLICATE_FOUND, f"look the order up in Sage: {said}", sent=False)
        case "conflict":
            number = text_of(result, "sales_order_no")
            text = (
                f"the agent has this order with other content, under the number {number or 'not yet given'}"
            )
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        case "rejected":
            return _rejected(error, said)
        case "deferred" if text_of(error, "class") == "session_lost":
            return Failure(Code.TRANSIENT, f"the session ended, nothing was stored: {said}", sent=False)
        case "deferred":
            return Failure(Code.RECORD_BUSY, f"the record is in use by somebody else: {said}", sent=False)
        case "not_attempted":
            code, text = _STOPPED.get(
                text_of(result, "stopped"), (Code.SERVER_TROUBLE, "the agent did not get to this order")
            )
            return Failure(code, f"{text}. {said}".rstrip(". "), sent=False)
        case "in_doubt":
            return Failure(Code.UNCLEAR_ANSWER, f"the result is not known yet: {said}")
        case other:
            return Failure(Code.UNCLEAR_ANSWER, f"the agent's answer {other!r} is not known")


def _rejected(error: Row, said: str) -> Failure:
    kind = text_of(error, "class")
    if kind == "total_mismatch":
        return Failure(
            Code.TOTALS_DIFFER, f"nothing was stored: {text_of(error, 'message') or said}", sent=False
        )
    if kind == "auth":
        return Failure(Code.NOT_PERMITTED, f"Sage refuses the agent's user: {said}", sent=False)
    if re.search(PERIOD_CLOSED, said):
        return Failure(Code.PERIOD_CLOSED, f"the period is closed: {said}", sent=False)
    if re.search(DUPLICATE_PO, said):
        text = f"the customer has another order or invoice with this number: {said}"
        return Failure(Code.DUPLICATE_FOUND, text, sent=False)
    return Failure(Code.REFUSED, f"Sage refused it: {said}", sent=False)


def _said(error: Row) -> str:
    words = [text_of(error, "message"), text_of(error, "sage_text")]
    place = " ".join(text_of(error, name) for name in ("stage", "line", "field") if text_of(error, name))
    return redact(" ".join(word for word in words if word) + (f" ({place})" if place else ""))[:600]


def _accepted(result: Row) -> Outcome:
    number = text_of(result, "sales_order_no")
    if not number:
        return Failure(Code.UNCLEAR_ANSWER, "the agent's answer has no number")
    totals: Any = result.get("totals")
    warnings: Any = result.get("warnings")
    noted = [str(one) for one in warnings] if isinstance(warnings, list) else []
    details = {"warnings": redact("; ".join(noted))[:600]} if noted else {}
    return Accepted(number, number, status=SalesOrderStatus.LIVE, gross=_gross(totals), details=details)


def _gross(totals: Any) -> Decimal | None:
    try:
        return number_of(totals, "total") if isinstance(totals, dict) else None
    except Unreadable:
        return None
