"""What an answer of the agent means: one of the hub's failures.

Source: contract §12.3, §15. The class in the body decides; a body that has none is not the agent's. Reads change
nothing, so their failures are never in doubt. A write is in doubt unless its answer says that nothing was begun.
"""

from __future__ import annotations

import re
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable, read
from tidegate.redaction import redact
from tidegate.sage.sage100.wire_names import PERIOD_CLOSED
from tidegate.transport import LONGEST_PAUSE, Answer, NoAnswer

TOO_MUCH = "too_much"  #: key of `Failure.details`: a smaller question may be answered
_REFUSALS = {
    "format": (Code.MALFORMED, "the agent cannot read the request"),
    "agent_auth": (Code.NOT_AUTHENTICATED, "the agent refuses the token or the address"),
    "auth": (Code.NOT_PERMITTED, "Sage refuses the agent's user, the company or the task"),
    "not_found": (Code.UNKNOWN_ENDPOINT, "the agent does not know the company or the call"),
    "busy_company": (Code.NO_SEAT, "another batch of this company is running"),
    "locked": (Code.LOCKED, "the company is closed"),
    "pool_busy": (Code.THROTTLED, "all seats of the agent are in use"),
    "seat_limit": (Code.NO_SEAT, "Sage has no licence left"),
}
"""Classes that say that nothing was begun."""
REFUSED = {401: Code.NOT_AUTHENTICATED, 403: Code.NOT_PERMITTED}
"""By status, where the class is of a later agent: who is refused is not asked again (contract §15)."""


def document(answer: Answer) -> Any:
    """The JSON of an answer; None for anything else."""
    if "html" in answer.content_type:
        return None
    try:
        return read(answer.body)
    except Unreadable:
        return None


def failure_of(answer: Answer | NoAnswer, *, reading: bool) -> Failure | None:
    """The failure that a call met; None for a 2xx, whose body the caller reads."""
    if isinstance(answer, NoAnswer):
        return _lost(answer, reading=reading)
    if 200 <= answer.status < 300:
        return None
    found = document(answer)
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return _page(answer, reading=reading)
    kind = str(error.get("class") or "")
    said = redact(" ".join(str(error[name]) for name in ("message", "sage_text") if error.get(name)))[:600]
    pause = answer.retry_after if answer.retry_after is not None else _pause(error.get("retry_after_s"))
    if kind in _REFUSALS:
        code, text = _REFUSALS[kind]
        return Failure(code, f"{text}: {said}", pause, sent=False)
    if kind == "unavailable" and re.search(PERIOD_CLOSED, said):  # the session's date was refused
        return Failure(Code.PERIOD_CLOSED, f"the period is closed: {said}", sent=False)
    return _trouble(answer, said, pause, reading=reading)


def _pause(value: object) -> int | None:
    """Seconds that the body states, with the limit of a Retry-After header."""
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return min(int(str(value)), int(LONGEST_PAUSE)) if good else None


def unclear(answer: Answer) -> Failure:
    """A write that was answered with success and a body that says nothing: in doubt."""
    return Failure(
        Code.UNCLEAR_ANSWER,
        (f"the agent sent an unexpected answer (status {answer.status}): {answer.text(120)}"),
    )


def no_list(answer: Answer) -> Failure:
    """A read that was answered with success and no list."""
    return Failure(
        Code.SERVER_TROUBLE, f"unexpected answer, not from the agent: {answer.text(120)}", sent=False
    )


def _lost(answer: NoAnswer, *, reading: bool) -> Failure:
    if reading or not answer.sent:
        details = {TOO_MUCH: "yes"} if answer.too_much else {}
        text = f"the agent cannot be reached: {answer.text}"
        return Failure(Code.UNREACHABLE, text, sent=False, details=details)
    return Failure(Code.NO_ANSWER, f"no answer from the agent: {answer.text}")


def _trouble(answer: Answer, said: str, pause: float | None, *, reading: bool) -> Failure:
    """`unavailable`, `timeout`, `internal`, and classes of a later agent."""
    text = f"the agent answered {answer.status}: {said}"
    if reading and answer.status in REFUSED:
        return Failure(REFUSED[answer.status], text, pause, sent=False)
    if reading:
        details = {TOO_MUCH: "yes"} if answer.status in (502, 504) else {}
        return Failure(Code.SERVER_TROUBLE, text, pause, sent=False, details=details)
    return Failure(Code.GATEWAY_TIMEOUT if answer.status == 504 else Code.UNCLEAR_ANSWER, text, pause)


def _page(answer: Answer, *, reading: bool) -> Failure:
    """A page of something between us and the agent."""
    text = answer.text(120)
    if answer.status == 429:
        return Failure(Code.THROTTLED, f"answered 429: {text}", answer.retry_after, sent=False)
    if answer.status in (401, 403) and reading:
        return Failure(Code.NOT_AUTHENTICATED, f"answered {answer.status}: {text}", sent=False)
    return _trouble(answer, text, answer.retry_after, reading=reading)
