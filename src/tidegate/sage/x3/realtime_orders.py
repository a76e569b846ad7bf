"""Orders by an import template that SOAP carries, imported at once: `AOWSIMPORT` with `REALTIME`. Source: contract §8.2.

One order a call. What became of it is never taken from the log alone: it is looked up by its key. The log counts for an
order that X3 does not show and that it names, or that was alone in a text which could not be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidegate.domain.errors import Code, Failure
from tidegate.redaction import redact
from tidegate.sage.one_by_one import one_by_one
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Outcome
from tidegate.sage.x3 import answers
from tidegate.sage.x3.carried_orders import CarriedOrders
from tidegate.sage.x3.envelope import Returned
from tidegate.sage.x3.rows import text_of
from tidegate.sage.x3.template import SEPARATOR


class RealtimeOrders(CarriedOrders):
    """The order desk of a template that is imported while the call waits."""

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One call for one order. ValueError for more."""
        return one_by_one(self.about, batch, self._sent)

    def _sent(self, one: Prepared) -> Outcome:
        outputs = self._import([one], "REALTIME")
        if isinstance(outputs, Failure):
            return outputs
        key = one.order.key
        known = self._look([key])
        if isinstance(known, Failure):
            return Failure(Code.UNCLEAR_ANSWER, f"imported or not, it cannot be looked up: {known.text}")
        seen = known[key]
        if seen is not None:
            return seen
        status, log = text_of(outputs, "O_STATUS"), text_of(outputs, "O_LOG")
        named = [line.split(f" {key}: ", 1)[1] for line in log.splitlines() if f" {key}: " in line]
        whole = "" if log else text_of(outputs, "O_MESSAGE")
        texts = named or [text for text in (whole,) if text]
        if status in ("", "0") or not texts:
            said = redact(text_of(outputs, "O_MESSAGE"))[:300]
            return Failure(Code.UNCLEAR_ANSWER, f"the import names no error, and X3 shows no order: {said}")
        ours = [cell for record in one.payload["records"] for cell in record.split(SEPARATOR)]
        said_of_it = Returned(0, tuple(("3", text) for text in texts), "")
        failure = answers.refused(said_of_it, reading=False, ours=ours)
        if failure.code is Code.REFUSED:
            self._doubted(one)
        return failure
