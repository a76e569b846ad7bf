"""What an answer of the store means: its JSON, or the failure that it is.

Contract point 24: errors are `{"message", "parameters"}` with placeholders; a missing permission is a
401, too; maintenance and crashes answer HTML or plain text, so the content type is looked at first.
"""

from __future__ import annotations

import re
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable, read
from tidegate.redaction import redact
from tidegate.transport import Answer, NoAnswer

READS = ("GET", "HEAD")
#: Statuses with which the store itself refuses; any other 4xx (408, 418, 425) passes by itself. A read of what
#: is there is refused in the store's own words, or not by the store.
REFUSALS = (400, 404, 406, 409, 410, 412, 413, 415, 422)
TOO_LONG_STATUSES = (400, 404, 413, 414, 431)
READ_REFUSALS = (400, 404, 413)

STATUS = "status"  #: keys of `Failure.details`
RESOURCE = "resource"
PAGE_LIMIT = "page_limit"
ARRAY_LIMIT = "array_limit"
ONE_RECORD = "maybe_one_record"
TOO_MUCH = "too_much"  #: a smaller page may be answered
SIGNATURE = "signature"
TOO_LONG = "too_long"  #: a shorter query may be answered
WEB_PAGE = (
    "web_page"  #: a 401 or 403 that something in front of the store has written, no word of the store's
)
ASTRAY = "astray"  #: no word of the store's: is its API at this address at all?

_TITLE = re.compile(r"<(?:title|h1)[^>]*>(.*?)</", re.IGNORECASE | re.DOTALL)
_MAINTENANCE = re.compile(r"maintenance|temporarily unavailable|be right back", re.IGNORECASE)


def may_be_one_record(failure: Failure) -> bool:
    """Whether one bad record can be the reason why a list could not be read."""
    return ONE_RECORD in failure.details


def status_of(failure: Failure) -> int | None:
    """The HTTP status behind a failure, when there was one."""
    text = failure.details.get(STATUS)
    return int(text) if text else None


def fill(message: str, parameters: object) -> str:
    """`message` with `%name`, `%1` filled from an object or a list, as the shop would show it."""
    if isinstance(parameters, list):
        values = {str(number): value for number, value in enumerate(parameters, 1)}
    elif isinstance(parameters, dict):
        values = {str(key): value for key, value in parameters.items()}
    else:
        return message

    # In one pass, so that a value that contains a % is left alone; the longest name counts.
    names = sorted(values, key=len, reverse=True)
    if not names:
        return message
    pattern = re.compile("%(" + "|".join(re.escape(name) for name in names) + ")")
    return pattern.sub(lambda match: str(values[match.group(1)]), message)


def error_text(body: Any) -> str:
    """The text of an error body with its placeholders filled and its `errors` list appended."""
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        return ""
    text = fill(body["message"], body.get("parameters"))
    errors = body.get("errors")
    more = [error_text(one) for one in errors] if isinstance(errors, list) else []
    return "; ".join(one for one in [text, *more] if one)


def body_of(
    answer: Answer | NoAnswer, method: str, path: str, *, names_permission: bool = True
) -> bytes | Failure:
    """The JSON body of a good answer, or what went wrong.

    A failed read has had no effect, whatever happened. A write is in doubt (`verify first`) unless
    the answer proves that the shop did not carry it out.
    """
    reads = method in READS
    call = f"{method} {path}"
    if isinstance(answer, NoAnswer):
        return _no_answer(answer, call, reads)
    if 300 <= answer.status < 400:
        return _redirect(answer, call, reads)
    if not answer.is_json:
        return _page(answer, call, reads)
    if 200 <= answer.status < 300:
        return answer.body
    try:
        body = read(answer.body)
    except Unreadable:
        body = None
    return _refusal(answer, body, call, reads, names_permission)


def garbage(call: str, reads: bool, why: str, *, of_field: bool = False) -> Failure:
    """JSON was promised and did not come, or not of the shape that the contract knows.

    `of_field`: one field of what was read cannot be; then the record is at fault and not the store.
    """
    text = redact(f"the store's answer to {call} has an unexpected form: {why}")
    if reads and of_field:
        return Failure(Code.MALFORMED, text, sent=False, details={STATUS: "200", ONE_RECORD: "yes"})
    return _doubtful(reads, text, {STATUS: "200"}, one_record=True)


def is_about(answer: Any, call: str, **expected: object) -> Failure | None:
    """None when a write's answer is the record that was written, by these values of it.

    Anything else with status 200 proves nothing: another record's answer, an echo of something in between.
    """
    if isinstance(answer, dict) and all(
        str(answer.get(name)) == str(value) for name, value in expected.items()
    ):
        return None
    text = redact(f"{call}: the store's answer is about another record ({answer!r:.80})")
    return Failure(Code.UNCLEAR_ANSWER, text, details={STATUS: "200"})


def _doubtful(
    reads: bool,
    text: str,
    details: dict[str, str],
    *,
    code: Code = Code.UNCLEAR_ANSWER,
    one_record: bool = False,
) -> Failure:
    """Nobody knows what a write did; a read did nothing."""
    if not reads:
        return Failure(code, text, details=details)
    if one_record:
        details = {**details, ONE_RECORD: "yes"}
    if code is Code.GATEWAY_TIMEOUT:
        details = {**details, TOO_MUCH: "yes"}
    return Failure(Code.SERVER_TROUBLE, text, sent=False, details=details)


def _no_answer(answer: NoAnswer, call: str, reads: bool) -> Failure:
    if not answer.sent:
        return Failure(Code.UNREACHABLE, f"the store cannot be reached ({answer.text})", sent=False)
    if reads:
        text = f"the store's answer to {call} is incomplete ({answer.text})"
        details = {ONE_RECORD: "yes", **({TOO_MUCH: "yes"} if answer.too_much else {})}
        return Failure(Code.UNREACHABLE, text, sent=False, details=details)
    return Failure(
        Code.NO_ANSWER,
        (f"no answer to {call} ({answer.text}): whether the store carried it out is not known"),
    )


def _redirect(answer: Answer, call: str, reads: bool) -> Failure:
    target = redact(answer.headers.get("location", "elsewhere"))[:200]
    details = {STATUS: str(answer.status)}
    if not reads and answer.status not in (301, 308):
        # "Done, now look there" is what a redirect after a POST means in the web's own words.
        return _doubtful(reads, f"the store redirects {call} to {target}", details)
    if answer.status in (301, 308):
        text = f"the store has moved: it redirects {call} to {target}; correct the store's `url`"
        return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False, details=details)
    # A temporary redirect is how waiting rooms and maintenance extensions turn everybody away.
    text = (
        f"the store redirects {call} to {target}, which looks like maintenance, a waiting room or a login "
        "page"
    )
    return Failure(Code.MAINTENANCE, text, sent=False, details=details)


def _page(answer: Answer, call: str, reads: bool) -> Failure:
    """A web page or plain text where JSON was expected."""
    raw = answer.body[:8000].decode("utf-8", "replace")
    found = _TITLE.search(raw)
    title = redact(" ".join((found.group(1) if found else raw).split()))[:120] or "(empty)"
    details = {STATUS: str(answer.status)}
    status = answer.status
    if reads and status in TOO_LONG_STATUSES:  # the store's own refusals are JSON
        details[TOO_LONG] = "yes"
    page = (
        f"the answer to {call} is not JSON but {answer.content_type or 'has no type'}, status {status}: "
        f"{title}"
    )
    if status == 503 and _MAINTENANCE.search(raw):
        return Failure(
            Code.MAINTENANCE,
            f"the store is in maintenance ({title})",
            answer.retry_after,
            sent=False,
            details=details,
        )
    if status in (401, 403, 407):
        details[WEB_PAGE] = "yes"
    if status in (401, 407):
        text = f"{page}; a web server in front of the store asks for a password of its own"
        return Failure(Code.NOT_AUTHENTICATED, text, sent=False, details=details)
    if status == 403:
        text = f"{page}; a firewall in front of the store refuses this machine or this request"
        return Failure(Code.NOT_PERMITTED, text, sent=False, details=details)
    if status == 429:
        return Failure(Code.THROTTLED, page, answer.retry_after, sent=False, details=details)
    if status in (404, 405, 410):
        text = (
            f"{page}; if this does not change, there is no REST API at this address: check the store's `url`"
        )
        return _doubtful(reads, text, {**details, ASTRAY: "yes"})
    if status == 413 and not reads:
        return Failure(Code.REFUSED, page, sent=False, details=details)
    if status in (502, 504):
        return _doubtful(reads, page, details, code=Code.GATEWAY_TIMEOUT, one_record=True)
    # With status 200 it is a login or maintenance page, with an odd 4xx (408, 418) the word of something in
    # between: one record cannot be the reason, and the store itself has refused nothing.
    return _doubtful(reads, page, details, one_record=status >= 500)


def _refusal(answer: Answer, body: Any, call: str, reads: bool, names_permission: bool) -> Failure:
    status = answer.status
    said = redact(error_text(body) or answer.text())
    text = f"{said} (status {status}, {call})"
    details = {STATUS: str(status)}
    match status:
        case 401:
            return _unauthorized(body, said, text, reads, details, names_permission)
        case 403:
            return Failure(Code.NOT_PERMITTED, text, sent=False, details=details)
        case 404 if "match any route" in said:  # not a SKU that has the word in it
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False, details=details)
        case 404 | 405 | 410 if reads and (status != 404 or not error_text(body)):
            return _doubtful(reads, text, {**details, ASTRAY: "yes"})  # the store knows this path and verb
        case 405:
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False, details=details)
        case 429:
            return Failure(Code.THROTTLED, text, answer.retry_after, sent=False, details=details)
        case 400:
            details |= _limits(body)
        case 503:
            return _doubtful(reads, text, details, one_record=True)
        case 502 | 504:
            return _doubtful(reads, text, details, code=Code.GATEWAY_TIMEOUT, one_record=True)
        case _ if status >= 500:
            return _doubtful(reads, text, details, one_record=True)
        case _ if status not in (READ_REFUSALS if reads else REFUSALS):
            return _doubtful(reads, text, details)
    return Failure(Code.REFUSED, text, sent=not reads, details=details)


def _unauthorized(
    body: Any, said: str, text: str, reads: bool, details: dict[str, str], names_permission: bool
) -> Failure:
    """A 401: a missing permission, a wrong token, or (bearer) either of them (point 29)."""
    parameters = body.get("parameters") if isinstance(body, dict) else None
    resource = parameters.get("resources") if isinstance(parameters, dict) else None
    if resource:
        details = {**details, RESOURCE: str(resource)}
        if names_permission:
            text = f"the integration lacks the permission {resource}: {text}"
        else:
            text = (
                f"the integration lacks the permission {resource}, or the store does not accept the token: "
                "it is wrong, revoked or expired, or bearer tokens of integrations are switched off "
                f"(oauth/consumer/enable_integration_as_bearer; OAuth 1.0a needs no such switch): {text}"
            )
        return Failure(Code.NOT_PERMITTED, text, sent=False, details=details)
    if "nonce" in said.lower():
        # Our nonces do not repeat: something on the way sent it twice, and the first may have worked.
        return _doubtful(reads, f"the request reached the store twice: {text}", details)
    if "signature is invalid" in said.lower():
        details = {**details, SIGNATURE: "invalid"}
    if "timestamp" in said.lower():
        text = f"the clocks of this machine and the store differ too much: {text}"
    return Failure(Code.NOT_AUTHENTICATED, text, sent=False, details=details)


def _limits(body: Any) -> dict[str, str]:
    """The limit that a 400 tells (point 28); the texts are Magento's own message keys."""
    message = body.get("message") if isinstance(body, dict) else None
    parameters = body.get("parameters") if isinstance(body, dict) else None
    if not isinstance(message, str) or not isinstance(parameters, dict):
        return {}
    limit = str(parameters.get("max", ""))
    if not limit.isdigit() or int(limit) < 1:
        return {}
    if "pageSize" in message:
        return {PAGE_LIMIT: limit}
    if message.startswith("Maximum items of type"):
        return {ARRAY_LIMIT: limit}
    return {}
