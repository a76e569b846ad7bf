"""Orders, exactly once: journal, look-up, number, journal, build, compare, journal, write, journal, answer.

The order of these steps is the contract's (section 12.3). A number stands in the journal on the disk before
Sage hears of it, and `writing` stands there before the header's ``nWrite``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_agent.caller import CallFailed, CallHung, TablesFailed
from tidegate_agent.clock import Clock
from tidegate_agent.failure import Failure
from tidegate_agent.journal import Entry, Journal
from tidegate_agent.pool import Held
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.boi import Boi, Refused
from tidegate_agent.sage100.invoiced import Buyer
from tidegate_agent.sage100.lookup import Lookup, Sight
from tidegate_agent.sage100.order_calls import Built, OrderCalls
from tidegate_agent.sage100.order_request import Batch, OrderRequest
from tidegate_agent.sage100.session import Session

_log = logging.getLogger("tidegate_agent.orders")
Result = dict[str, Any]


class BatchStopped(Exception):
    """The batch goes no further: ``locked``, ``seat_limit``, ``drain``, ``unit_limit``, ``session_lost``."""

    def __init__(self, reason: str, result: Result | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.result = result  #: of the order in hand, where it has one


@dataclass
class OrderWriter:
    """Writes orders of one company through a leased session."""

    company: str
    journal: Journal
    lookup: Lookup
    calls: OrderCalls
    clock: Clock
    unit_limit_s: float
    is_draining: Callable[[], bool]
    today: Callable[[], date]  #: where the server is

    # A batch

    def known_before(self, batch: Batch) -> dict[str, Result]:
        """What needs no session: keys that the journal or the tables know. Open rows are settled here."""
        found = {}
        self.lookup.expect([_buyer(order) for order in batch.orders])
        for order in batch.orders:
            result = self._known(order)
            if result is not None:
                found[order.key] = result
        return found

    def write(
        self, held: Held[Session], batch: Batch, known: dict[str, Result]
    ) -> tuple[list[Result], str | None]:
        """(one result an order, in their order; why the batch stopped early)."""
        results: list[Result] = []
        stopped: str | None = None
        begun = self.clock.seconds()
        for order in batch.orders:
            if order.key in known:
                results.append(known[order.key])
                continue
            stopped = stopped or self._must_stop(begun)
            if stopped is not None:
                results.append(_result(order, "not_attempted"))
                continue
            try:
                results.append(self._one(held, batch, order))
            except BatchStopped as stop:
                stopped = stop.reason
                results.append(stop.result or _result(order, "not_attempted"))
            except Failure as failure:
                if not results:
                    raise
                stopped = failure.kind if failure.kind in ("locked", "seat_limit") else "session_lost"
                error = _error(failure.kind, "session", failure.sage_text)
                results.append(_result(order, "not_attempted", error=error))
            held.records += 1
        return results, stopped

    def _must_stop(self, begun: float) -> str | None:
        if self.is_draining():
            return "drain"
        if self.clock.seconds() - begun >= self.unit_limit_s:
            return "unit_limit"
        return None

    # What is known already

    def _known(self, order: OrderRequest) -> Result | None:
        entry = self.journal.find(self.company, order.key)
        if entry is not None:
            if entry.fingerprint != order.fingerprint and entry.state != "given_up":
                return _result(order, "conflict", number=entry.number)
            if entry.state == "written" and entry.result is not None:
                return {**entry.result, "outcome": "existing"}
            if entry.state in ("reserved", "writing"):
                return self._settled(order, entry)
        return self._seen(order, self.lookup.by_key(order.key, entry, _buyer(order)))

    def _settled(self, order: OrderRequest, entry: Entry) -> Result | None:
        sight = settle(self.journal, self.lookup, entry)
        if sight.result == "absent":
            return None
        return self._seen(order, sight)

    def _seen(self, order: OrderRequest, sight: Sight) -> Result | None:
        """A result from what looking has shown; None: it is not there, write it."""
        if sight.result == "absent":
            return None
        if sight.result == "unknown":
            return _result(order, "in_doubt", error=_error("unavailable", "lookup", sight.reason))
        if sight.result == "review":
            return _result(
                order, "conflict", number=sight.number, error=_error("review", "lookup", sight.reason)
            )
        result = _result(order, "existing", number=sight.number)
        if sight.row is not None:
            result["totals"] = sight.shown(order.key)["totals"]
            expected = order.expected
            if (
                expected is not None
                and abs(Decimal(result["totals"]["total"]) - expected.total) > expected.tolerance
            ):
                result["warnings"] = [
                    f"the order's total in Sage is {result['totals']['total']}, not {expected.total}"
                ]
        return result

    # One order

    def _one(self, held: Held[Session], batch: Batch, order: OrderRequest) -> Result:
        try:
            business = held.session.begin(names.ORDER, self.today())
        except CallFailed as failed:
            held.spoil()
            raise BatchStopped("session_lost", _lost(order, failed, "session")) from failed
        try:
            result = self._with(business, batch, order)
        except CallFailed as failed:
            held.spoil()
            raise BatchStopped("session_lost", self._after_death(order, failed)) from failed
        except BatchStopped:
            self._end(held, business)
            raise
        self._end(held, business)
        return result

    def _end(self, held: Held[Session], business: Boi) -> None:
        """Drop the order's object. The order is settled by now: a failure here costs the session, not the answer."""
        try:
            held.session.end(business)
        except CallFailed as failed:
            _log.warning("the object of an order could not be dropped: %s", failed.text)
            held.spoil()

    def _with(self, business: Boi, batch: Batch, order: OrderRequest) -> Result:
        try:
            number = self.calls.reserve(business)
        except Refused as refused:
            return self._refused(order, refused, "")
        if not batch.dry_run:
            self.journal.reserve(self.company, order.key, order.fingerprint, number, batch.name)
        try:
            built = self.calls.build(business, number, order)
        except Refused as refused:
            self._give_up(batch, order)
            return self._refused(order, refused, number)
        mismatch = self._mismatch(order, built) if built.tax_is_known else None
        if mismatch is not None:
            self._give_up(batch, order)
            return _result(order, "rejected", totals=built.shown(), warnings=built.warnings, error=mismatch)
        if batch.dry_run:
            return _result(
                order, "not_attempted", totals=built.shown(), lines=built.lines, warnings=built.warnings
            )
        return self._write(business, order, number, built)

    def _write(self, business: Boi, order: OrderRequest, number: str, built: Built) -> Result:
        self.journal.change(self.company, order.key, "writing")
        business.warnings.clear()
        try:
            business.done("write", "nWrite")
        except Refused as refused:
            self.journal.change(self.company, order.key, "given_up")
            return self._refused(order, refused, number)
        warnings = [*built.warnings, *business.warnings]
        totals = built.shown()
        if not built.tax_is_known:
            totals, more = self._after_write(order, number, totals)
            warnings += more
        result = _result(order, "created", number=number, totals=totals, lines=built.lines, warnings=warnings)
        self.journal.change(self.company, order.key, "written", result)
        return result

    def _after_write(self, order: OrderRequest, number: str, totals: Any) -> tuple[Any, list[str]]:
        """The sums of the stored order, where Sage had not worked out the tax before."""
        try:
            row = self.lookup.by_number(number).shown(order.key)["totals"]
        except TablesFailed:
            row = None
        if row is None:
            return totals, ["total_not_compared"]
        expected = order.expected
        if expected is not None and abs(Decimal(row["total"]) - expected.total) > expected.tolerance:
            return row, ["total_mismatch_after_write"]
        return row, []

    def _mismatch(self, order: OrderRequest, built: Built) -> Result | None:
        expected = order.expected
        if expected is None or abs(built.total - expected.total) <= expected.tolerance:
            return None
        shown = built.shown()
        return {
            **_error("total_mismatch", "compare", ""),
            "message": f"Sage's total is {shown['total']} (tax {shown['tax']}), "
            f"but the order's total is {expected.total} (tax {expected.tax})",
        }

    def _give_up(self, batch: Batch, order: OrderRequest) -> None:
        if not batch.dry_run:
            self.journal.change(self.company, order.key, "given_up")

    def _refused(self, order: OrderRequest, refused: Refused, number: str) -> Result:
        error = _error(refused.meaning, refused.stage, refused.text, refused.field, refused.code)
        if refused.meaning == "record_locked":
            return _result(order, "deferred", error=error)
        if refused.meaning in ("locked", "seat_limit"):
            raise BatchStopped(refused.meaning, _result(order, "not_attempted", error=error))
        return _result(order, "rejected", error=error)

    def _after_death(self, order: OrderRequest, failed: CallFailed) -> Result:
        """The session died with this order in hand: look by primary key, now."""
        entry = self.journal.find(self.company, order.key)
        if entry is None or entry.state not in ("reserved", "writing"):
            return _lost(order, failed, "build")
        was_writing = entry.state == "writing"
        if was_writing and isinstance(failed, CallHung) and not failed.server_ended:
            self.journal.change(
                self.company, order.key, "review"
            )  # the server may write it yet: a person looks
            return _result(
                order, "in_doubt", number=entry.number, error=_error("session_lost", "write", failed.text)
            )
        sight = settle(self.journal, self.lookup, entry)
        if sight.result == "found":
            result = {
                **_result(order, "created", number=sight.number),
                "totals": sight.shown(order.key)["totals"],
            }
            self.journal.change(self.company, order.key, "written", result)
            return result
        if sight.result == "absent":
            return _lost(order, failed, "write" if was_writing else "build")
        return _result(
            order, "in_doubt", number=entry.number, error=_error("session_lost", "write", failed.text)
        )


def settle(journal: Journal, lookup: Lookup, entry: Entry) -> Sight:
    """Find out what became of an open row, and note it. ``unknown`` leaves the row open."""
    sight = lookup.settle(entry)
    if sight.result == "found":
        result = {"key": entry.key, "outcome": "created", "sales_order_no": sight.number}
        shown = sight.shown(entry.key)["totals"]
        journal.change(
            entry.company,
            entry.key,
            "written",
            {**result, "totals": shown, "lines": [], "warnings": [], "error": None},
        )
    elif sight.result == "absent":
        journal.change(entry.company, entry.key, "given_up")
    elif sight.result == "review":
        journal.change(entry.company, entry.key, "review")
    return sight


def _buyer(order: OrderRequest) -> Buyer:
    expected = order.expected
    return Buyer(
        order.division,
        order.customer,
        order.customer_po,
        order.order_date,
        expected.total if expected is not None else None,
    )


def _lost(order: OrderRequest, failed: CallFailed, stage: str) -> Result:
    return _result(order, "deferred", error=_error("session_lost", stage, failed.text))


def _error(kind: str, stage: str, text: str, field: str = "", line: str = "") -> Result:
    return {
        "class": kind,
        "stage": stage,
        "line": line or None,
        "field": field or None,
        "sage_text": text,
        "code": None,
    }


def _result(
    order: OrderRequest,
    outcome: str,
    *,
    number: str = "",
    totals: Any = None,
    lines: list[dict[str, Any]] | None = None,
    warnings: list[str] | None = None,
    error: Result | None = None,
) -> Result:
    return {
        "key": order.key,
        "outcome": outcome,
        "sales_order_no": number or None,
        "totals": totals,
        "lines": lines or [],
        "warnings": warnings or [],
        "error": error,
    }
