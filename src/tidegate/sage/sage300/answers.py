"""What an answer of the Web API means: one of the hub's failures.

Source: contract §5 and its additions. The code decides, not the status, and never the text; the text only where a
code stands for anything. The list of codes is not complete. Our own values are taken out of a text before it is
looked at: an item may be called PADLOCK. Reads change nothing, so their failures are never in doubt
(`sent=False`). After a write everything is in doubt that does not say clearly that nothing was stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable, read
from tidegate.redaction import redact
from tidegate.transport import Answer, NoAnswer

TOO_MUCH = "too_much"  #: key of `Failure.details`: a smaller page may be answered
DUPLICATE = "duplicate"  #: key of `Failure.details`: a record with that key exists
GONE = "gone"  #: key of `Failure.details`: there is no record with that key
BAD_FILTER = "bad_filter"  #: key of `Failure.details`: the address was not understood

_MISSING = re.compile(r"(?i)\bdoes not exist\b|\bnot found\b|\bcannot be blank\b|\bincomplete\b")
_PERIOD = re.compile(r"(?i)\bfiscal (period|calendar|year)\b|\bperiod\b[^.]*\b(locked|closed|not open)\b")
_STALE = re.compile(r"(?i)\bmodified by another\b|\bchanged by another\b")
_SEATS = re.compile(r"(?i)\blanpaks?\b|\blicen[cs]es?\b|\bmaximum number of users\b|\ball\b[^.]*\bin use\b")
_CLOSED = re.compile(
    r"(?i)\block(ed)?\b|\bin use (by another|exclusively)\b|\bbeing processed\b|\bday end\b|\bexclusive(ly)?\b|\brestricted\b"
)
_SIGN_IN = re.compile(r"(?i)\bpassword\b|\bsign.?on\b|\bnot authorized\b")
#: Codes that stand for anything, so that the text decides (§5).
_BY_TEXT = frozenset({"General", "FieldInvalid", "RecordInvalid", "SessionError", "DBLinkError"})
_SYSTEM = frozenset({"SessionError", "DBLinkError"})
#: The address or the verb was wrong: a bug of ours, or another version.
_ADDRESS = frozenset({"InvalidParameters", "InvalidEntityKey", "InvalidAction"})


def document(answer: Answer) -> Any:
    """The JSON of an answer; None for anything else."""
    if "html" in answer.content_type:
        return None
    try:
        return read(answer.body)
    except Unreadable:
        return None


def refusal(answer: Answer) -> tuple[str, str]:
    """The error's code and text; ("", "") where the body is none of the application's."""
    found = document(answer)
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return "", ""
    message = error.get("message")
    said = message.get("value") if isinstance(message, dict) else message
    return str(error.get("code") or ""), redact(str(said or ""))[:600]


def failure_of(answer: Answer | NoAnswer, *, reading: bool, ours: Iterable[str] = ()) -> Failure | None:
    """The failure that a call met; None for a 2xx, whose body the caller reads. `ours` are texts that we sent."""
    if isinstance(answer, NoAnswer):
        return _lost(answer, reading=reading)
    if 200 <= answer.status < 300:
        return None
    code, said = refusal(answer)
    if not code:
        return _page(answer, reading=reading)
    match code:
        case "Unauthorized":
            return Failure(Code.NOT_AUTHENTICATED, f"Sage refuses user or password: {said}", sent=False)
        case "Forbidden":
            text = (
                f"the user may not do this: {said} (give its security group the right, and the Web API right)"
            )
            return Failure(Code.NOT_PERMITTED, text, sent=False)
        case "TooManyRequests":
            return Failure(Code.THROTTLED, f"Sage is throttling: {said}", answer.retry_after, sent=False)
        case "ResourceNotFound" | "MethodNotAllowed":
            text = f"this server does not have the call: {said}"
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
        case "InvalidPayload":
            return Failure(Code.MALFORMED, f"Sage cannot read the record: {said}", sent=False)
        case "RecordDuplicate":
            text = f"Sage has a record with that key: {said}"
            return Failure(Code.UNCLEAR_ANSWER, text, details={DUPLICATE: "yes"})
        case "RecordNotFound":
            text = f"Sage has no such record: {said}"
            return Failure(Code.REFUSED, text, sent=False, details={GONE: "yes"})
        case "InternalServerError":
            return _trouble(answer, said, reading=reading)
    if code in _ADDRESS:
        details = {BAD_FILTER: "yes"}
        return Failure(Code.REFUSED, f"Sage refuses the query: {said}", sent=False, details=details)
    if code in _BY_TEXT:
        return _by_text(code, said, without(said, ours), answer, reading=reading)
    if answer.status >= 500:
        return _trouble(answer, f"{code}: {said}", reading=reading)
    return Failure(Code.REFUSED, f"Sage refused it ({code}): {said}", sent=False)


def _by_text(code: str, said: str, bare: str, answer: Answer, *, reading: bool) -> Failure:
    if _PERIOD.search(bare):
        return Failure(Code.PERIOD_CLOSED, f"the period is closed: {said}", sent=False)
    if _MISSING.search(bare) and code not in _SYSTEM:
        return Failure(Code.REFUSED, f"Sage refused it: {said}", sent=False)
    if _STALE.search(bare):
        return Failure(Code.RECORD_BUSY, f"the record is in use by somebody else: {said}", sent=False)
    if _SEATS.search(bare):
        # Without a LanPak there is no session (§5, §15), so that nothing was stored; another code proves no such thing.
        stored = not reading and code not in _SYSTEM
        return Failure(Code.NO_SEAT, f"no LanPak is free: {said}", answer.retry_after, sent=stored)
    if _CLOSED.search(bare):
        # A; that nothing was stored is not proved by it: `sent` stays true, a look-up goes before a resend.
        return Failure(Code.LOCKED, f"Sage is locked: {said}", answer.retry_after, sent=not reading)
    if _SIGN_IN.search(bare):
        return Failure(Code.NOT_AUTHENTICATED, f"Sage refuses the sign-in: {said}", sent=False)
    if code in _SYSTEM:
        return Failure(Code.LOCKED, f"Sage cannot be used: {said}", answer.retry_after, sent=not reading)
    if reading:
        return Failure(Code.SERVER_TROUBLE, f"Sage refuses to read: {said}", sent=False)
    return Failure(Code.REFUSED, f"Sage refused it: {said}", sent=False)


def without(said: str, ours: Iterable[str]) -> str:
    """A text without our own values, the longest first."""
    for value in sorted({one for one in ours if len(one) > 1}, key=len, reverse=True):
        said = re.sub(re.escape(value), " ", said, flags=re.IGNORECASE)
    return said


def texts_in(payload: object) -> Iterable[str]:
    """All texts of a payload."""
    if isinstance(payload, str):
        yield payload
    elif isinstance(payload, Mapping):
        for value in payload.values():
            yield from texts_in(value)
    elif isinstance(payload, list | tuple):
        for value in payload:
            yield from texts_in(value)


def unclear(answer: Answer) -> Failure:
    """A write that was answered with success and a body that is not about this record: in doubt."""
    return Failure(
        Code.UNCLEAR_ANSWER, f"Sage sent an unexpected answer (status {answer.status}): {answer.text(120)}"
    )


def no_list(answer: Answer) -> Failure:
    """A read that was answered with success and no list."""
    return Failure(
        Code.SERVER_TROUBLE, f"unexpected answer, not from the Web API: {answer.text(120)}", sent=False
    )


def _lost(answer: NoAnswer, *, reading: bool) -> Failure:
    if reading or not answer.sent:
        details = {TOO_MUCH: "yes"} if answer.too_much else {}
        return Failure(
            Code.UNREACHABLE, f"Sage cannot be reached: {answer.text}", sent=False, details=details
        )
    return Failure(Code.NO_ANSWER, f"no answer from Sage: {answer.text}")


def _trouble(answer: Answer, said: str, *, reading: bool) -> Failure:
    text = f"Sage answered {answer.status}: {said}"
    if reading:
        return Failure(Code.SERVER_TROUBLE, text, answer.retry_after, sent=False)
    return Failure(Code.UNCLEAR_ANSWER, text)


def _page(answer: Answer, *, reading: bool) -> Failure:
    """A page of IIS or of something in between."""
    text = f"Sage answered {answer.status}: {answer.text(120)}"
    if answer.status == 429:
        return Failure(Code.THROTTLED, text, answer.retry_after, sent=False)
    if answer.status in (401, 403) and reading:
        return Failure(Code.NOT_AUTHENTICATED, text, sent=False)
    if reading:
        details = {TOO_MUCH: "yes"} if answer.status in (502, 504) else {}
        return Failure(Code.SERVER_TROUBLE, text, answer.retry_after, sent=False, details=details)
    return Failure(Code.GATEWAY_TIMEOUT if answer.status == 504 else Code.UNCLEAR_ANSWER, text)
