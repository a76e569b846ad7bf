"""What an answer of eBusiness Web Services means that is not the one that was asked for: one of the hub's failures.

Source: contract §9, §15. A fault names its code, or else its text says what it is about. Reads change nothing, so their
failures are never in doubt; a write is in doubt unless its fault names something that Sage refused.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element

from tidegate.domain.errors import Code, Failure
from tidegate.redaction import redact
from tidegate.sage.sage100.wire_names import PERIOD_CLOSED
from tidegate.transport import Answer, NoAnswer

NOT_FOUND = "not_found"  #: key of `Failure.details`: there is no record of this number
TAKEN = "number_taken"  #: key of `Failure.details`: there is one already
NO_KEY, EXISTS = "CI_NoKey", "WS_AlreadyExists"  # P
REFUSALS: Final = frozenset({"CI_NOF", "CI_CharLength", NO_KEY})  # P: a value that Sage refused
DAY_REFUSED: Final = r"column OrderDate\b"  # A: a date that can be read is refused for its period alone
NO_ACCESS: Final = r"(?i)no access|not authori[sz]ed"  # C
LOGON: Final = r"(?i)password|log-?on"  # A


def failure_of(answer: Answer | NoAnswer, content: Element | None, *, reading: bool) -> Failure:
    """`content`: what the envelope's body holds, None where the answer is no envelope."""
    if isinstance(answer, NoAnswer):
        if reading or not answer.sent:
            return Failure(Code.UNREACHABLE, f"the web services cannot be reached: {answer.text}", sent=False)
        return Failure(Code.NO_ANSWER, f"no answer from the web services: {answer.text}")
    if content is not None and _local(content) == "Fault":
        return _refused(*_stated(content), reading=reading)
    if answer.status in (401, 403):
        return Failure(Code.NOT_AUTHENTICATED, f"the web server refuses access ({answer.status})", sent=False)
    if answer.status in (404, 405):
        text = f"this address has no web services: {answer.text(120)} (see `url` of the company's writer)"
        return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
    if answer.status == 429:
        return Failure(Code.THROTTLED, "the web server is throttling", answer.retry_after, sent=False)
    text = f"unexpected answer, not from the web services ({answer.status}): {answer.text(120)}"
    if reading and answer.status == 503:  # C: the application pool is stopped, so that the files are free
        return Failure(Code.LOCKED, f"the web services are stopped: {answer.text(120)}", sent=False)
    if reading:
        return Failure(Code.SERVER_TROUBLE, text, answer.retry_after, sent=False)
    return Failure(Code.GATEWAY_TIMEOUT if answer.status == 504 else Code.UNCLEAR_ANSWER, text)


def _stated(fault: Element) -> tuple[str, str]:
    """Code and text of a fault."""
    texts = {_local(one): (one.text or "").strip() for one in fault.iter() if not len(one)}
    code = texts.get("ErrorCode") or texts.get("faultcode", "").rpartition(":")[2]
    return code, texts.get("ErrorMessage") or texts.get("faultstring", "")


def _refused(code: str, text: str, *, reading: bool) -> Failure:
    said = redact(text)[:600]
    if code == EXISTS:
        text = f"Sage has this number already: {said}"
        return Failure(Code.UNCLEAR_ANSWER, text, sent=not reading, details={TAKEN: "yes"})
    if code in REFUSALS:
        if re.search(DAY_REFUSED, text) or re.search(PERIOD_CLOSED, text):
            return Failure(Code.PERIOD_CLOSED, f"the period is closed: {said}", sent=False)
        details = {NOT_FOUND: "yes"} if code == NO_KEY else {}
        return Failure(Code.REFUSED, f"Sage refused it ({code}): {said}", sent=False, details=details)
    if re.search(NO_ACCESS, text):
        return Failure(Code.NOT_PERMITTED, f"Sage refuses the web services' user: {said}", sent=False)
    if re.search(LOGON, text):
        return Failure(Code.NOT_AUTHENTICATED, f"Sage refuses user or password: {said}", sent=False)
    if reading:
        return Failure(Code.SERVER_TROUBLE, f"the web services failed ({code}): {said}", sent=False)
    return Failure(
        Code.UNCLEAR_ANSWER,
        (f"the web services failed, and whether the record was saved is not known ({code}): {said}"),
    )


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
