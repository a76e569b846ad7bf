"""What an answer of X3 means: one of the hub's failures.

Source: contract §15 and additions. Four layers fail, each in its own way: a proxy, the web server (JSON with
`$diagnoses`), SOAP (a fault), and X3 itself (HTTP 200 with status 0 and several texts, of which all count). Our own
values are taken out of a text before it is looked at: a product may be called PERIOD. Reads change nothing, so that
their failures are never in doubt (`sent=False`). After a write everything is in doubt that does not say clearly that
nothing was stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable, read
from tidegate.redaction import redact
from tidegate.sage.x3.envelope import Returned
from tidegate.transport import Answer, NoAnswer

TOO_MUCH = "too_much"  #: key of `Failure.details`: a smaller page may be answered
DUPLICATE = "duplicate"  #: key of `Failure.details`: a record with that key exists
GONE = "gone"  #: key of `Failure.details`: there is no record with that key

# Families of texts (§15), in English and, where a folder answers in its own language all the same, in French.
_POOL = re.compile(r"(?i)no classic web service pool|no web services accepted|single.user")
_QUEUE = re.compile(r"(?i)\bqueue\b|\bpool entries are busy\b|\ball\b[^.]*\bbusy\b")
_RECORD = re.compile(
    r"(?i)locked record|change in progress on another|fiche verrouillée|modification en cours"
)
_RIGHTS = re.compile(r"(?i)\baccess rights?\b|\bfunction code\b|\bdroits? d'accès\b")
_PERIOD = re.compile(
    r"(?i)\bperiod\b[^.]*\bclosed\b|\bfiscal (period|year)\b|\bpériode\b[^.]*\b(close|clôturée)\b"
)
_EXISTS = re.compile(r"(?i)\bexists !|\brecord that already exists\b|\balready exists\b|\bexiste déjà\b")
_MISSING = re.compile(r"(?i)\bdoes not exist\b|\binexistante?\b")
_PROXY = range(520, 528)
_NEVER_CONNECTED = 522


def document(answer: Answer) -> Any:
    """The JSON of an answer; None for anything else."""
    if "html" in answer.content_type or "xml" in answer.content_type:
        return None
    try:
        return read(answer.body)
    except Unreadable:
        return None


def diagnoses(answer: Answer) -> str:
    """The texts of the web server; "" where the body is none of its own."""
    found = document(answer)
    listed = found.get("$diagnoses") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        return ""
    texts = [one.get("$message") for one in listed if isinstance(one, dict)]
    return redact("; ".join(str(text) for text in texts if text))[:600]


def failure_of(answer: Answer | NoAnswer, *, reading: bool) -> Failure | None:
    """The failure that a call met before X3 said anything; None for HTTP 200, whose body the caller reads."""
    if isinstance(answer, NoAnswer):
        return lost(answer, reading=reading)
    if answer.status == 200:
        return None
    said = diagnoses(answer)
    if answer.status == 401:
        return Failure(
            Code.NOT_AUTHENTICATED, f"X3 refuses the sign-in: {said or answer.text(120)}", sent=False
        )
    if answer.status == 403:
        return Failure(
            Code.NOT_PERMITTED, f"the user may not do this: {said or answer.text(120)}", sent=False
        )
    if answer.status == 429:
        return Failure(Code.THROTTLED, f"X3 is throttling: {said}", answer.retry_after, sent=False)
    if said:
        return _of_web_server(answer, said, reading=reading)
    text = f"X3 answered {answer.status}: {answer.text(120)}"
    if answer.status == _NEVER_CONNECTED:
        return Failure(Code.UNREACHABLE, text, answer.retry_after, sent=False)
    if reading:
        details = {TOO_MUCH: "yes"} if answer.status in (502, 504, 524) else {}
        return Failure(Code.SERVER_TROUBLE, text, answer.retry_after, sent=False, details=details)
    late = answer.status == 504 or answer.status in _PROXY
    return Failure(Code.GATEWAY_TIMEOUT if late else Code.UNCLEAR_ANSWER, text)


def _of_web_server(answer: Answer, said: str, *, reading: bool) -> Failure:
    if _POOL.search(said) or answer.status == 503:
        return Failure(Code.LOCKED, f"X3 is closed: {said}", answer.retry_after, sent=False)
    if _RIGHTS.search(said):
        return Failure(Code.NOT_PERMITTED, f"the user may not do this: {said}", sent=False)
    if answer.status in (404, 405):
        text = f"this server does not have the folder, the class or the representation: {said}"
        details = {GONE: "yes"} if _MISSING.search(said) else {}
        return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False, details=details)
    if 400 <= answer.status < 500:
        return Failure(Code.MALFORMED, f"X3 refuses the call: {said}", sent=False)
    if reading or "SOAPAction" in said:
        return Failure(
            Code.SERVER_TROUBLE, f"X3 answered {answer.status}: {said}", answer.retry_after, sent=False
        )
    return Failure(Code.UNCLEAR_ANSWER, f"X3 answered {answer.status}: {said}")


def lost(answer: NoAnswer, *, reading: bool) -> Failure:
    """No answer came."""
    if reading or not answer.sent:
        details = {TOO_MUCH: "yes"} if answer.too_much else {}
        return Failure(Code.UNREACHABLE, f"X3 cannot be reached: {answer.text}", sent=False, details=details)
    return Failure(Code.NO_ANSWER, f"no answer from X3: {answer.text}")


def unclear(answer: Answer, *, reading: bool) -> Failure:
    """HTTP 200 with a body that is none of the service's."""
    text = f"X3 sent an unexpected answer: {answer.text(120)}"
    if reading:
        return Failure(Code.SERVER_TROUBLE, text, sent=False)
    return Failure(Code.UNCLEAR_ANSWER, text)


def faulted(text: str, *, reading: bool) -> Failure:
    """The failure of a SOAP fault; after a write it is not known whether it was carried out."""
    said = f"X3 ended the call: {redact(text)[:300]}"
    return Failure(Code.SERVER_TROUBLE, said, sent=False) if reading else Failure(Code.UNCLEAR_ANSWER, said)


def refused(returned: Returned, *, reading: bool, ours: Iterable[str] = ()) -> Failure:
    """Status 0: by all texts, not the first. `ours` are texts that we sent."""
    said = redact(returned.said)[:600]
    sent_texts = {one for one in ours if len(one) > 1}
    bare = without(returned.said, sent_texts)
    if not returned.said:
        text = "X3 reports a failure without a reason"
        return (
            Failure(Code.SERVER_TROUBLE, text, sent=False) if reading else Failure(Code.UNCLEAR_ANSWER, text)
        )
    if _POOL.search(bare):
        return Failure(Code.LOCKED, f"X3 is closed: {said}", sent=False)
    if _QUEUE.search(bare):
        return Failure(Code.NO_SEAT, f"all channels of the pool are busy: {said}", sent=False)
    if _RECORD.search(bare):
        return Failure(Code.RECORD_BUSY, f"the record is in use by somebody else: {said}", sent=False)
    if _RIGHTS.search(bare):
        return Failure(Code.NOT_PERMITTED, f"the pool's user may not do this: {said}", sent=False)
    if _PERIOD.search(bare):
        return Failure(Code.PERIOD_CLOSED, f"the period is closed: {said}", sent=False)
    if _EXISTS.search(bare):
        return Failure(
            Code.UNCLEAR_ANSWER, f"X3 has a record with that key: {said}", details={DUPLICATE: "yes"}
        )
    if _MISSING.search(bare):
        return _missing(returned.said, said, sent_texts)
    if reading:
        return Failure(Code.SERVER_TROUBLE, f"X3 refuses to read: {said}", sent=False)
    return Failure(Code.REFUSED, f"X3 refused it: {said}", sent=False)


def refused_by_graph(errors: Sequence[Any], *, ours: Iterable[str]) -> Failure:
    """The failure of a mutation by all its errors; only what X3's own rules or the schema refuse was surely not done."""
    found = [one for one in errors if isinstance(one, dict)]
    codes = {str((one.get("extensions") or {}).get("code")) for one in found}
    texts = [str(one.get("message") or "") for one in found]
    for one in found:
        listed = (one.get("extensions") or {}).get("diagnoses") or ()
        texts += [str(each.get("message") or "") for each in listed if isinstance(each, dict)]
    said = tuple(("3", text) for text in dict.fromkeys(texts) if text)
    if codes == {"validation"}:
        return refused(Returned(0, said, ""), reading=False, ours=ours)
    text = redact("; ".join(text for _, text in said))[:600]
    if codes == {"GRAPHQL_VALIDATION_FAILED"}:
        return Failure(Code.MALFORMED, f"X3's GraphQL refuses the mutation: {text}", sent=False)
    return Failure(Code.UNCLEAR_ANSWER, f"X3's GraphQL answers with errors: {text}")


def _missing(whole: str, said: str, ours: Iterable[str]) -> Failure:
    """A record is missing: one that we named, or, behind a wrong alias, something that has nothing to do with it."""
    texts = whole.casefold()
    if any(one.casefold() in texts for one in ours):
        return Failure(Code.REFUSED, f"X3 refused it: {said}", sent=False, details={GONE: "yes"})
    text = f"X3 does not find a record (is the alias of the pool right?): {said}"
    return Failure(Code.LOCKED, text, sent=False)


def without(said: str, ours: Iterable[str]) -> str:
    """A text without our own values, the longest first: whole words, as they were sent. The account WEB is no "web"."""
    for value in sorted(ours, key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", " ", said)
    return said


def texts_in(payload: object) -> Iterable[str]:
    """All texts of a payload."""
    if isinstance(payload, str):
        yield payload
    elif isinstance(payload, Mapping):
        for value in payload.values():
            yield from texts_in(value)
    elif isinstance(payload, Sequence):
        for value in payload:
            yield from texts_in(value)
