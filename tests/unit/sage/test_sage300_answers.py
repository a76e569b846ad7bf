"""What the answers of Sage 300's Web API mean: the code counts, not the status, and never our own words in the text."""

from __future__ import annotations

import json

import pytest

from tidegate.domain.errors import Code
from tidegate.sage.sage300 import answers
from tidegate.transport import Answer, NoAnswer


def answer(status: int, code: str = "", text: str = "", *, retry: str = "") -> Answer:
    body = json.dumps({"error": {"code": code, "message": {"lang": "en-US", "value": text}}}).encode()
    headers = {"content-type": "application/json", **({"retry-after": retry} if retry else {})}
    return Answer(status, headers, body) if code else Answer(status, {"content-type": "text/html"}, b"<html>")


@pytest.mark.parametrize(
    ("status", "code", "text", "reading", "writing"),
    [
        (401, "Unauthorized", "", Code.NOT_AUTHENTICATED, Code.NOT_AUTHENTICATED),
        (403, "Forbidden", "", Code.NOT_PERMITTED, Code.NOT_PERMITTED),
        (429, "TooManyRequests", "", Code.THROTTLED, Code.THROTTLED),
        (400, "InvalidParameters", "", Code.REFUSED, Code.REFUSED),
        (400, "InvalidPayload", "", Code.MALFORMED, Code.MALFORMED),
        (404, "ResourceNotFound", "", Code.UNKNOWN_ENDPOINT, Code.UNKNOWN_ENDPOINT),
        (405, "MethodNotAllowed", "", Code.UNKNOWN_ENDPOINT, Code.UNKNOWN_ENDPOINT),
        (409, "RecordDuplicate", "", Code.UNCLEAR_ANSWER, Code.UNCLEAR_ANSWER),
        (409, "General", "Customer is on hold", Code.SERVER_TROUBLE, Code.REFUSED),
        (500, "General", "Customer is on hold", Code.SERVER_TROUBLE, Code.REFUSED),
        (409, "FieldInvalid", "Document number 12 already exists", Code.SERVER_TROUBLE, Code.REFUSED),
        (409, "FieldInvalid", "Item X does not exist. It is locked.", Code.REFUSED, Code.REFUSED),
        (409, "FieldInvalid", "cannot determine the fiscal period", Code.PERIOD_CLOSED, Code.PERIOD_CLOSED),
        (400, "RecordInvalid", "the period is locked", Code.PERIOD_CLOSED, Code.PERIOD_CLOSED),
        (409, "General", "modified by another program", Code.RECORD_BUSY, Code.RECORD_BUSY),
        (503, "SessionError", "All LanPaks are in use", Code.NO_SEAT, Code.NO_SEAT),
        (409, "General", "Day End is being processed", Code.LOCKED, Code.LOCKED),
        (503, "DBLinkError", "cannot open", Code.LOCKED, Code.LOCKED),
        (500, "InternalServerError", "", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        (418, "SomethingNew", "", Code.REFUSED, Code.REFUSED),
        (500, "SomethingNew", "", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        (504, "", "", Code.SERVER_TROUBLE, Code.GATEWAY_TIMEOUT),
        (502, "", "", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
    ],
)
def test_every_row_of_the_table(status: int, code: str, text: str, reading: Code, writing: Code) -> None:
    read = answers.failure_of(answer(status, code, text), reading=True)
    wrote = answers.failure_of(answer(status, code, text), reading=False)

    assert read is not None
    assert wrote is not None
    assert (read.code, wrote.code) == (reading, writing)
    if code != "RecordDuplicate":
        assert read.sent is False, "a read changes nothing"


@pytest.mark.parametrize(
    ("code", "sent"), [("SessionError", False), ("DBLinkError", False), ("General", True)]
)
def test_without_a_session_nothing_was_stored_and_another_refusal_proves_no_such_thing(
    code: str, sent: bool
) -> None:
    failure = answers.failure_of(answer(503, code, "All LanPaks are in use"), reading=False)
    assert failure is not None
    assert (failure.code, failure.sent) == (Code.NO_SEAT, sent)


def test_a_conflict_by_status_alone_is_no_double() -> None:
    failure = answers.failure_of(answer(409, "General", "it exists"), reading=False)

    assert failure is not None
    assert answers.DUPLICATE not in failure.details


@pytest.mark.parametrize("ours", ["LOCK-1", "LanPak adapter", "Day End Lamp", "password book"])
def test_our_own_values_are_no_words_of_sages(ours: str) -> None:
    found = answer(409, "General", f"{ours.upper()} is inactive")
    payload = {"OrderDetails": [{"Item": ours}]}
    failure = answers.failure_of(found, reading=False, ours=answers.texts_in(payload))

    assert failure is not None
    assert failure.code is Code.REFUSED
    assert ours.upper() in failure.text, "people read it whole"


def test_no_answer() -> None:
    for sent, reading, code in (
        (True, False, Code.NO_ANSWER),
        (False, False, Code.UNREACHABLE),
        (True, True, Code.UNREACHABLE),
    ):
        failure = answers.failure_of(NoAnswer(sent, "gone"), reading=reading)
        assert failure is not None
        assert failure.code is code
        assert failure.sent is (code is Code.NO_ANSWER)
