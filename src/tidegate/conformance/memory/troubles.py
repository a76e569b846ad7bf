"""What a fault of the wire means for a company without a wire: the answer, and whether the call was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tidegate.conformance.memory.calls import Trouble
from tidegate.domain.errors import Code, Failure

WRITES = frozenset({"send", "cancel", "create customer", "post receipt", "allocate", "invoice"})
GATEWAY = (502, 504)  #: what a gateway answers when it has waited long enough
TROUBLE = Failure(Code.SERVER_TROUBLE, "the server is in trouble", sent=False)
#: What the company itself says of a call: nothing was done.
SAID = {
    "lock": (Code.LOCKED, "the company is locked for a backup"),
    "seats": (Code.NO_SEAT, "all seats are taken"),
    "closed_period": (Code.PERIOD_CLOSED, "the period is closed"),
    "permission": (Code.NOT_PERMITTED, "the user may not do this"),
    "busy": (Code.RECORD_BUSY, "the record is in use by PETRA"),
}


def trouble_of(
    kind: str,
    on: str,
    *,
    times: int | None = 1,
    skip: int = 0,
    containing: str = "",
    **options: Any,
) -> Trouble | None:
    """The fault with the names that the simulators' wires give it, for calls of the kind `on`; None: nothing is felt.

    Options are those of the wires: `seconds` of slow and late, `status`, `retry_after`, `body_text` and `effect` of
    answers that a proxy in between gives.
    """
    if kind == "duplicate_request":
        return None
    span = timedelta(seconds=options.get("seconds", 0))
    return Trouble(
        on,
        heard_of(kind, on, options),
        carried_out=_carried_out(kind, options),
        after=span if kind == "late" else None,
        times=times,
        skip=skip,
        containing=containing,
        takes=span if kind == "lingers" else timedelta(0),
        slow=kind == "slow" or options.get("status") in GATEWAY,
    )


def heard_of(kind: str, on: str, options: Mapping[str, Any]) -> Failure | None:
    """The failure that answers the call; None: its usual answer, however late."""
    if kind == "lingers":
        return None
    if kind in SAID:
        return Failure(*SAID[kind], sent=False)
    return _written(kind, options) if on in WRITES else _read(kind, options)


def _carried_out(kind: str, options: Mapping[str, Any]) -> bool:
    if kind in ("drop_after", "cut_body"):
        return True
    return options.get("effect", kind == "garbage") in (True, "now")


def _read(kind: str, options: Mapping[str, Any]) -> Failure:
    if options.get("status") == 503:
        return TROUBLE
    if options.get("status") == 429:
        return Failure(Code.THROTTLED, "too many requests", options.get("retry_after"), sent=False)
    return Failure(Code.UNREACHABLE, f"no answer that can be read ({kind})", sent=False)


def _written(kind: str, options: Mapping[str, Any]) -> Failure:
    status = options.get("status")
    if kind == "refuse":
        return Failure(Code.UNREACHABLE, "the connection was refused", sent=False)
    if status == 429:
        return Failure(Code.THROTTLED, "too many requests", options.get("retry_after"), sent=False)
    if status == 400:
        return Failure(Code.REFUSED, options.get("body_text", "refused"))
    if status is not None:
        return Failure(Code.GATEWAY_TIMEOUT, f"status {status}")
    if kind in ("drop_before", "drop_after", "slow", "late"):
        return Failure(Code.NO_ANSWER, "no answer came")
    return Failure(Code.UNCLEAR_ANSWER, f"the answer cannot be read ({kind})")
