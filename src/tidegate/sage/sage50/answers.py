"""What an answer of the platform means: its JSON object, or one of the hub's failures.

Source: contract §11. A read or a call without effect is never in doubt (`sent=False`). The error body is an
assumption, so any body or none is lived with. A 401 is the key's affair and never reaches this page.
"""

from __future__ import annotations

from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable, read
from tidegate.redaction import redact
from tidegate.transport import Answer, NoAnswer

CODE = "code"  #: key of `Failure.details`: the platform's own word


def object_of(answer: Answer) -> dict[str, Any] | None:
    """The JSON object of a body; None where it is none, as a sign-in or maintenance page."""
    if "html" in answer.content_type:
        return None
    try:
        value = read(answer.body)
    except Unreadable:
        return None
    return value if isinstance(value, dict) else None


def word_of(answer: Answer) -> str:
    """The error's code, "" where the body has none."""
    found = (object_of(answer) or {}).get("code")
    return found if isinstance(found, str) else ""


def said(answer: Answer) -> str:
    """The problem in the platform's own words, with the places that it names."""
    body = object_of(answer)
    if body is None:
        return answer.text(160)
    parts = [str(body[key]) for key in ("code", "message") if body.get(key)]
    details = body.get("details")
    for one in details if isinstance(details, list) else []:
        if isinstance(one, dict):
            parts.append(f"{one.get('path', '')}: {one.get('message', '')}".strip(": "))
    return redact(": ".join(parts[:2]) + "".join(f"; {part}" for part in parts[2:8]))[:600]


def lost(answer: NoAnswer, *, harmless: bool) -> Failure:
    """No answer: what may have left and has an effect is in doubt, everything else had none."""
    if harmless or not answer.sent:
        return Failure(Code.UNREACHABLE, f"the platform cannot be reached: {answer.text}", sent=False)
    return Failure(Code.NO_ANSWER, f"no answer from the platform: {answer.text}")


def object_or_failure(answer: Answer | NoAnswer) -> dict[str, Any] | Failure:
    """The object of a call that has no effect on orders; else why there is none."""
    if isinstance(answer, NoAnswer):
        return lost(answer, harmless=True)
    if 200 <= answer.status < 300:
        body = object_of(answer)
        return body if body is not None else _page(answer)
    return refused(answer)


def refused(answer: Answer) -> Failure:
    """What an error status means; nothing was carried out."""
    if "html" in answer.content_type and answer.status != 429:
        return _page(answer)
    text, word = said(answer), word_of(answer)
    details = {CODE: word} if word else {}
    if answer.status == 429:
        return Failure(
            Code.THROTTLED, f"the platform is busy: {text}", answer.retry_after, sent=False, details=details
        )
    if answer.status >= 500 or answer.status in (408, 423):
        return Failure(
            Code.SERVER_TROUBLE,
            f"the platform answered {answer.status}: {text}",
            answer.retry_after,
            sent=False,
            details=details,
        )
    if answer.status == 403:
        text = f"the platform does not allow it: {text} (an administrator of Sage 50 gives the consent)"
        return Failure(Code.NOT_PERMITTED, text, sent=False, details=details)
    if answer.status in (404, 405):
        text = f"the platform does not have this address: {text}"
        return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False, details=details)
    if answer.status in (409, 410):
        return Failure(
            Code.RECORD_BUSY, f"the platform answered {answer.status}: {text}", sent=False, details=details
        )
    return Failure(
        Code.REFUSED, f"the platform refused it ({answer.status}): {text}", sent=False, details=details
    )


def _page(answer: Answer) -> Failure:
    text = f"unexpected answer, not from the platform: {answer.text(120)}"
    return Failure(Code.SERVER_TROUBLE, text, sent=False)
