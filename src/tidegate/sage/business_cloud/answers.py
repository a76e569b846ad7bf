"""What an answer of the API means: one of the hub's failures.

Source: contract §4 and its additions. Errors are an array, several entries in one; those of the sign-in are an object.
Reads change nothing, so their failures are never in doubt (`sent=False`). After a write everything is in doubt that
does not say clearly that nothing was stored: an answer without the API's own array, a 500, a 503.
"""

from __future__ import annotations

import re
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable, read
from tidegate.redaction import redact
from tidegate.transport import Answer, NoAnswer

GONE = "gone"  #: key of `Failure.details`: a record that the call names is not there
AGAIN = "again"  #: key of `Failure.details`: a read that took too long may be asked once more
TAKEN = "reference"  #: key of `Failure.details`: the reference of a contact is another's
_LOCKED = re.compile(r"(?i)\bmaint(enance|ained)\b|\block(ed|down)?\b")
_PERIOD = re.compile(
    r"(?i)\bperiod\b[^.]*\b(closed|locked|not open)\b|\bclosed\b[^.]*\bperiod\b|\block(ed)?down\b|\byear.?end\b"
)
_TAKEN = re.compile(r"(?i)\balready been taken\b|\balready (exists|in use)\b")


def document(answer: Answer) -> Any:
    """The JSON of an answer; None for anything else."""
    if "html" in answer.content_type:
        return None
    try:
        return read(answer.body)
    except Unreadable:
        return None


def entries_of(answer: Answer) -> list[dict[str, Any]]:
    """The entries of an error answer; none where the body is none of the API's."""
    found = document(answer)
    if not isinstance(found, list):
        return []
    return [one for one in found if isinstance(one, dict) and ("$dataCode" in one or "$message" in one)]


def said_of(entries: list[dict[str, Any]]) -> str:
    """All messages of an error answer."""
    texts = [str(one.get("$message") or one.get("$dataCode") or "") for one in entries]
    return redact("; ".join(dict.fromkeys(text for text in texts if text)))[:600]


def failure_of(answer: Answer | NoAnswer, *, reading: bool) -> Failure | None:
    """The failure that a call met; None for a 2xx, whose body the caller reads."""
    if isinstance(answer, NoAnswer):
        return _lost(answer, reading=reading)
    if 200 <= answer.status < 300:
        return None
    entries = entries_of(answer)
    said = said_of(entries) or answer.text(120)
    if answer.status == 401:
        return Failure(Code.NOT_AUTHENTICATED, f"Sage refuses the sign-in: {said}", sent=False)
    if answer.status == 429:
        return Failure(Code.THROTTLED, f"Sage is throttling: {said}", answer.retry_after, sent=False)
    if not entries:
        return _page(answer, reading=reading)
    match answer.status:
        case 403:
            return Failure(Code.NOT_PERMITTED, f"the user's role does not allow this: {said}", sent=False)
        case 404:
            text = f"Sage has no such record: {said}"
            return Failure(Code.REFUSED, text, sent=False, details={GONE: "yes"})
        case 405 | 415:
            return Failure(
                Code.UNKNOWN_ENDPOINT,
                (f"this version of Sage's API does not have the call: {said}"),
                sent=False,
            )
        case 400:
            return Failure(Code.MALFORMED, f"Sage cannot read the record: {said}", sent=False)
        case status if status < 500:
            return _refused(entries, said)
    return _trouble(answer, said, reading=reading)


def _refused(entries: list[dict[str, Any]], said: str) -> Failure:
    sources = {str(one.get("$source") or "") for one in entries}
    if any(one.get("$dataCode") == "IdempotencyResourceMismatch" for one in entries):
        return Failure(
            Code.MALFORMED, f"the repeat id was already used for a record of another kind: {said}", sent=False
        )
    if _PERIOD.search(said):
        return Failure(Code.PERIOD_CLOSED, f"the period is closed: {said}", sent=False)
    taken = "reference" in {source.rpartition(".")[2] for source in sources} and _TAKEN.search(said)
    return Failure(
        Code.REFUSED, f"Sage refused it: {said}", sent=False, details={TAKEN: "yes"} if taken else {}
    )


def unclear(answer: Answer) -> Failure:
    """A write that was answered with success and a body that is not about this record: in doubt."""
    text = f"Sage sent an unexpected answer (status {answer.status}): {answer.text(120)}"
    return Failure(Code.UNCLEAR_ANSWER, text)


def no_list(answer: Answer) -> Failure:
    """A read that was answered with success and no list."""
    return Failure(
        Code.SERVER_TROUBLE, f"unexpected answer, not from the API: {answer.text(120)}", sent=False
    )


def _lost(answer: NoAnswer, *, reading: bool) -> Failure:
    if reading or not answer.sent:
        details = {AGAIN: "yes"} if answer.too_much else {}
        text = f"Sage cannot be reached: {answer.text}"
        return Failure(Code.UNREACHABLE, text, sent=False, details=details)
    return Failure(Code.NO_ANSWER, f"no answer from Sage: {answer.text}")


def _trouble(answer: Answer, said: str, *, reading: bool) -> Failure:
    text = f"Sage answered {answer.status}: {said}"
    if _LOCKED.search(said):
        # That nothing was stored is not proved: `sent` stays true, and a look-up goes before a resend.
        return Failure(Code.LOCKED, text, answer.retry_after, sent=not reading)
    if reading:
        return Failure(Code.SERVER_TROUBLE, text, answer.retry_after, sent=False)
    return Failure(Code.UNCLEAR_ANSWER, text)


def _page(answer: Answer, *, reading: bool) -> Failure:
    """A page of something in between."""
    text = f"Sage answered {answer.status}: {answer.text(120)}"
    if reading:
        details = {AGAIN: "yes"} if answer.status in (502, 504) else {}
        return Failure(Code.SERVER_TROUBLE, text, answer.retry_after, sent=False, details=details)
    return Failure(Code.GATEWAY_TIMEOUT if answer.status == 504 else Code.UNCLEAR_ANSWER, text)
