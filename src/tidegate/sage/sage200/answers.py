"""What an answer of the Sage 200 API means: one row of data, or one of the hub's failures.

Source: contract §8. Two error shapes exist, the gateway's `{"statusCode", "message"}` (P) and the
application's `{"Message", "ModelState"}` (P, A); proxies and sign-in pages add HTML. Reads change
nothing, so their failures are never in doubt (`sent=False`). After a write everything is in doubt that
does not say clearly that nothing was stored.
"""

from __future__ import annotations

import re

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable, read
from tidegate.redaction import redact
from tidegate.sage.sage200.fields import Row, text_of
from tidegate.transport import Answer, NoAnswer

TOO_MUCH = "too_much"  #: key of `Failure.details`: a smaller page may be answered
TOO_LONG = "too_long"  #: key of `Failure.details`: a shorter query may be answered
TOO_LONG_STATUSES = (400, 404, 413, 414, 431)

_LOCK = re.compile(
    r"(?i)\b(locked|back-?up|backed up|exclusive(ly)?|(period|month|year)[- ]end|being (restored|upgraded))\b"
)
_SEATS = re.compile(
    r"(?i)\b(licen[cs]es?|seats?|users?)\b[^.]*\b(in use|available|exceeded|exhausted|maximum)\b"
)
_MAINTENANCE = re.compile(r"(?i)\bmaintenance\b")
_PERIOD = re.compile(
    r"(?i)\bperiods?\b[^.]*\b(closed|not open|no longer open)\b"
    r"|\bclosed\b[^.]*\bperiods?\b"
    r"|\b(outside|not (with)?in|beyond)\b[^.]*\b(open|financial|accounting)\b[^.]*\b(period|year)s?\b"
)
_RECORD_BUSY = re.compile(r"(?i)\b(record|order|account|document)\b[^.]*\b(locked|in use) by\b")
_SUBSCRIPTION = re.compile(r"(?i)subscription[ -]?key")
_ADDRESSEE = re.compile(r"(?i)\bx-(site|company)\b|\b(site|company)\b")


def rows(answer: Answer) -> list[Row] | None:
    """The rows of a read: an array, or one object where the guide prints one (§5); None if neither."""
    value = _decoded(answer)
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list) and (not value or any(isinstance(row, dict) for row in value)):
        return [
            row if isinstance(row, dict) else {} for row in value
        ]  # no record: none of its fields is there
    return None


def row(answer: Answer) -> Row | None:
    """The record that a write returns; None when the body is none."""
    found = rows(answer)
    return found[0] if found is not None and len(found) == 1 else None


def _decoded(answer: Answer) -> object:
    if "html" in answer.content_type:
        return None
    try:
        return read(answer.body)
    except Unreadable:
        return None


def message(answer: Answer) -> str:
    """The problem in the company's own words, from either shape; "" when the body has none."""
    body = _decoded(answer)
    if not isinstance(body, dict):
        return ""
    parts = [str(body[key]) for key in ("Message", "message") if body.get(key)]
    state = body.get("ModelState")
    if isinstance(state, dict):
        for field, problems in state.items():
            listed = problems if isinstance(problems, list) else [problems]
            parts.append(f"{field}: {' '.join(map(str, listed))}")
    return redact("; ".join(parts))[:600]


def names_subscription_key(answer: Answer) -> bool:
    """Whether the gateway complains of the subscription key and not of the token."""
    return answer.status in (401, 403) and bool(_SUBSCRIPTION.search(message(answer)))


def names_addressee(answer: Answer) -> bool:
    """Whether a 401 speaks of X-Site or X-Company."""
    return bool(_ADDRESSEE.search(message(answer)))


def lost(answer: NoAnswer, *, reading: bool) -> Failure:
    """What no answer means: a write that may have left is in doubt, everything else had no effect."""
    if reading or not answer.sent:
        details = {TOO_MUCH: "yes"} if answer.too_much else {}
        return Failure(
            Code.UNREACHABLE, f"Sage cannot be reached: {answer.text}", sent=False, details=details
        )
    return Failure(Code.NO_ANSWER, f"no answer from Sage: {answer.text}")


def read_failure(answer: Answer | NoAnswer) -> Failure | None:
    """The failure that a read met; None for a 2xx with JSON. 404 is left to the caller."""
    if isinstance(answer, NoAnswer):
        return lost(answer, reading=True)
    if 200 <= answer.status < 300:
        if rows(answer) is not None:
            return None
        return _page(answer)
    said = message(answer)
    text = said or answer.text(160)
    if answer.status >= 500 or answer.status in (408, 423):
        if answer.status == 503 and _SEATS.search(said):
            return Failure(Code.NO_SEAT, f"no seat is free: {said}", answer.retry_after, sent=False)
        if _LOCK.search(text):
            return Failure(Code.LOCKED, f"Sage is locked: {text}", retry_after=answer.retry_after, sent=False)
        if answer.status == 504:
            text = f"{text} (the tunnel to the customer's server, or a query that took too long)"
        return _trouble(answer, text, {TOO_MUCH: "yes"} if answer.status in (502, 504) else {})
    if answer.status == 400 and said:
        return Failure(Code.REFUSED, f"Sage refused the query: {said}", sent=False)
    if answer.status in TOO_LONG_STATUSES and not said:
        # The API's own refusals are JSON; a page is of something in between, such as IIS' 404.15.
        return _trouble(answer, f"unexpected answer, not from the API: {answer.text(120)}", {TOO_LONG: "yes"})
    if answer.status == 405:
        return _page(answer)  # the API knows GET on every path that is read
    return _refusal(answer, said) or _page(answer)


def write_failure(answer: Answer | NoAnswer) -> Failure | None:
    """The failure that a POST, PUT or DELETE met; None for a 2xx, whose body the caller reads."""
    if isinstance(answer, NoAnswer):
        return lost(answer, reading=False)
    if 200 <= answer.status < 300:
        return None
    said = message(answer)
    if answer.status == 400 and said:
        if _PERIOD.search(said):
            return Failure(Code.PERIOD_CLOSED, f"the period is closed: {said}", sent=False)
        if _RECORD_BUSY.search(said):
            return Failure(Code.RECORD_BUSY, f"the record is in use by somebody else: {said}", sent=False)
        return Failure(Code.REFUSED, f"Sage refused it: {said}", sent=False)
    if answer.status in (413, 415, 422) and said:
        return Failure(Code.REFUSED, f"Sage refused it ({answer.status}): {said}", sent=False)
    if answer.status in (423, 503) and _LOCK.search(said):
        # A; that nothing was stored is not proved by it: `sent` stays true, a look-up goes before a resend.
        return Failure(Code.LOCKED, f"Sage is locked: {said}", retry_after=answer.retry_after)
    if answer.status == 503 and _SEATS.search(said):
        return Failure(Code.NO_SEAT, f"no seat is free: {said}", answer.retry_after)  # A, as above
    if answer.status == 504:
        return Failure(
            Code.GATEWAY_TIMEOUT, f"the gateway gave up waiting for Sage: {said or answer.text(120)}"
        )
    return _refusal(answer, said) or Failure(
        Code.UNCLEAR_ANSWER, f"Sage answered {answer.status}: {said or answer.text(160)}"
    )


def no_record(answer: Answer) -> Failure:
    """A read of one record that was answered with a list of none or several."""
    return Failure(Code.SERVER_TROUBLE, f"Sage's answer is not one record: {answer.text(80)}", sent=False)


def deleted(answer: Answer, record_id: str) -> Failure | None:
    """What a DELETE's 2xx proves: None when it is the API's answer, UNCLEAR_ANSWER for anything else.

    The API answers 200 or 204 with nothing or JSON (contract, additions of 29 November); a record in it
    must be the deleted one. A web page with 200 is a page of something in between.
    """
    is_empty = not answer.body.strip()
    if answer.status not in (200, 204) or not (answer.is_json or (is_empty and not answer.content_type)):
        return unreadable(answer)
    if is_empty:
        return None
    found = row(answer)
    if rows(answer) is None and _decoded(answer) is not True:
        return unreadable(answer)
    if message(answer) or (found is not None and text_of(found, "id") not in ("", record_id)):
        return unreadable(answer)
    return None


def unreadable(answer: Answer) -> Failure:
    """A write that was answered with success and a body that says nothing of this record: in doubt."""
    what = "a web page" if "html" in answer.content_type else "a body that is not about this record"
    return Failure(Code.UNCLEAR_ANSWER, f"Sage answered {answer.status} with {what}: {answer.text(120)}")


def _refusal(answer: Answer, said: str) -> Failure | None:
    """Refusals by the gateway, before anything was carried out; only in its or the application's words."""
    match answer.status:
        case 401:
            return Failure(Code.NOT_AUTHENTICATED, f"Sage refused the credentials: {said}", sent=False)
        case 403 if said:
            return Failure(
                Code.NOT_PERMITTED,
                f"the signed-in user may not do this: {said} (give the Sage user's role the feature)",
                sent=False,
            )
        case 404 | 405 if said or answer.status == 405:
            return Failure(
                Code.UNKNOWN_ENDPOINT,
                f"this version of Sage 200 does not have the call: {said or answer.text(120)}",
                sent=False,
            )
        case 429:
            return Failure(
                Code.THROTTLED, f"Sage is throttling: {said}", retry_after=answer.retry_after, sent=False
            )
    return None


def _page(answer: Answer) -> Failure:
    """Neither data nor an error of the API: a proxy, a sign-in or maintenance page."""
    return _trouble(answer, f"unexpected answer, not from the API: {answer.text(120)}")


def _trouble(answer: Answer, text: str, details: dict[str, str] | None = None) -> Failure:
    code = Code.MAINTENANCE if _MAINTENANCE.search(text) else Code.SERVER_TROUBLE
    said = f"Sage answered {answer.status}: {text}"
    return Failure(code, said, answer.retry_after, sent=False, details=details or {})


def endless(path: str) -> Failure:
    """A read whose pages never end, whatever the company counts."""
    text = f"Sage's list {path} does not end: page after page, and none is the last"
    return Failure(Code.SERVER_TROUBLE, text, sent=False)


def lacking(path: str, failure: Failure) -> Failure:
    """Every query of this shape is refused: the version lacks a field, no record is to blame."""
    if failure.code is not Code.REFUSED:
        return failure
    remedy = "an older version without spare fields needs key_field = analysis_code_N"
    return Failure(
        Code.UNKNOWN_ENDPOINT,
        (
            f"this version of Sage 200 does not have all fields that are read from {path}: {failure.text} ("
            f"{remedy})"
        ),
        sent=False,
    )
