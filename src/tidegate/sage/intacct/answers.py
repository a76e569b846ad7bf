"""What an answer of the gateway means: one of the hub's failures.

Source: contract §2, §3 and its additions. The level decides first, then the number, the text last: numbers
are shared by many causes. Reads change nothing, so their failures are never in doubt (`sent=False`). After a
write everything is in doubt that does not say clearly that nothing was stored.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tidegate.domain.errors import Code, Failure
from tidegate.redaction import redact
from tidegate.sage.intacct.envelope import Refused, short_refusal
from tidegate.transport import Answer, NoAnswer

TOO_MUCH = "too_much"  #: key of `Failure.details`: a smaller page may be answered
DUPLICATE = "duplicate"  #: key of `Failure.details`: another record has that id
DONE_BEFORE = "done_before"  #: key of `Failure.details`: this control id was executed

_MAINTENANCE = re.compile(r"(?i)\bmaintenance\b")
_OFF_LINE = re.compile(r"(?i)\btemporarily off-?line\b")
_PERIOD = re.compile(r"(?i)\bperiods?\b[^.]*\bclosed\b|\bclosed\b[^.]*\bperiods?\b")
_PERMISSION = re.compile(r"(?i)\bdo(es)? not have permission\b")
_REPEATED = re.compile(r"(?i)\bcontrol ?id\b.*\balready\b|\balready\b.*\bcontrol ?id\b")
_HELD = re.compile(r"(?i)\bcustomer\b.*\bon hold\b")
_EXISTS = re.compile(r"(?i)\balready exists\b|\bduplicate\b")
_THROTTLED = re.compile(r"(?i)\brate limit exceeded\b")

PERMISSION = "PL04000005"
REPEATED = "XL03000005"  #: (A): the text decides where the number is another
DUPLICATES = frozenset({"BL34000061", "PL05000104"})
DUPLICATION = "Duplication Prevention"
EXPIRED = "PL04000055"
SCHEMA = "XL03000003"
QUERY = frozenset({"DL02000001", "Query Failed"})


def transport(answer: Answer | NoAnswer, *, reading: bool) -> Failure | None:
    """The failure of a request that the application did not answer; None for a 200, whose body the caller reads."""
    if isinstance(answer, NoAnswer):
        return _lost(answer, reading=reading)
    if answer.status == 200:
        return None
    refused = short_refusal(answer.body)
    numbers = refused.numbers if refused is not None else frozenset()
    said = _said(refused) if refused is not None else answer.text(160)
    if answer.status == 429 or "GW-0010" in numbers or _THROTTLED.search(said):
        return Failure(Code.THROTTLED, f"Intacct is throttling: {said}", answer.retry_after, sent=False)
    if refused is not None and answer.status in (400, 401, 403):
        text = f"Intacct's gateway refuses the sender or the company: {said}"
        return Failure(Code.NOT_AUTHENTICATED, text, sent=False)
    if answer.status in (404, 405):
        text = f"this address is not Intacct's gateway: {said} (see base_url)"
        return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
    text = f"Intacct answered {answer.status}: {said}"
    if reading:
        details = {TOO_MUCH: "yes"} if answer.status in (502, 504) else {}
        code = Code.MAINTENANCE if _MAINTENANCE.search(said) else Code.SERVER_TROUBLE
        return Failure(code, text, answer.retry_after, sent=False, details=details)
    return Failure(Code.GATEWAY_TIMEOUT if answer.status == 504 else Code.UNCLEAR_ANSWER, text)


def _lost(answer: NoAnswer, *, reading: bool) -> Failure:
    if reading or not answer.sent:
        details = {TOO_MUCH: "yes"} if answer.too_much else {}
        text = f"Intacct cannot be reached: {answer.text}"
        return Failure(Code.UNREACHABLE, text, sent=False, details=details)
    return Failure(Code.NO_ANSWER, f"no answer from Intacct: {answer.text}")


def unclear(answer: Answer, *, reading: bool) -> Failure:
    """An answer that is not about this request: a page of something in between, half a document, another's."""
    text = f"Intacct's answer is about another request: {answer.text(120)}"
    if not reading:
        return Failure(Code.UNCLEAR_ANSWER, text)
    code = Code.MAINTENANCE if _MAINTENANCE.search(text) else Code.SERVER_TROUBLE
    return Failure(code, text, sent=False)


def control(refused: Refused) -> Failure:
    """Refused at the control block: nothing was executed."""
    said = _said(refused)
    if SCHEMA in refused.numbers:
        return Failure(Code.MALFORMED, f"Intacct cannot read the request: {said}", sent=False)
    if EXPIRED in refused.numbers:
        return Failure(Code.NOT_AUTHENTICATED, f"the Intacct company has expired: {said}", sent=False)
    if _OFF_LINE.search(said):
        return Failure(Code.LOCKED, f"Intacct is off-line: {said}", sent=False)
    text = f"Intacct refuses the sender: {said} (see sender_id and sender_password)"
    return Failure(Code.NOT_AUTHENTICATED, text, sent=False)


def authentication(refused: Refused) -> Failure:
    """Refused at the sign-in: nothing was executed."""
    said = _said(refused)
    if _OFF_LINE.search(said):
        return Failure(Code.LOCKED, f"Intacct is off-line: {said}", sent=False)
    text = f"Intacct refuses the sign-in: {said} (user, password, company, entity, or the sender's authorisation)"
    return Failure(Code.NOT_AUTHENTICATED, text, sent=False)


def function(refused: Refused, *, reading: bool) -> Failure:
    """One function was refused. A control id that was executed before is in doubt: only a look-up says what it made."""
    said, numbers = _said(refused), refused.numbers
    if _OFF_LINE.search(said):
        return Failure(Code.LOCKED, f"Intacct is off-line: {said}", sent=False)
    if PERMISSION in numbers or _PERMISSION.search(said):
        text = f"the Web Services user may not do this: {said} (give its role the permission)"
        return Failure(Code.NOT_PERMITTED, text, sent=False)
    if _THROTTLED.search(said):
        return Failure(Code.THROTTLED, f"Intacct is throttling: {said}", sent=False)
    if reading:
        code = Code.UNKNOWN_ENDPOINT if numbers & QUERY else Code.SERVER_TROUBLE
        return Failure(code, f"Intacct refuses to read: {said}", sent=False)
    if REPEATED in numbers or _REPEATED.search(said):
        text = f"Intacct has already executed this request: {said}"
        return Failure(Code.UNCLEAR_ANSWER, text, details={DONE_BEFORE: "yes"})
    if _PERIOD.search(said):
        return Failure(Code.PERIOD_CLOSED, f"the period is closed: {said}", sent=False)
    if _HELD.search(said):
        return Failure(
            Code.CUSTOMER_PENDING, f"Intacct refuses orders of an account that is on hold: {said}", sent=False
        )
    failure = Failure(Code.REFUSED, f"Intacct refused it: {said}", sent=False)
    return replace(failure, details={DUPLICATE: "yes"}) if is_duplicate(refused) else failure


def is_duplicate(refused: Refused) -> bool:
    """Whether another record has that id: by number or category, else by text (contract, additions)."""
    if refused.numbers & DUPLICATES or any(one.category == DUPLICATION for one in refused.errors):
        return True
    return bool(_EXISTS.search(refused.text))


def _said(refused: Refused) -> str:
    return redact(refused.text)[:600]
