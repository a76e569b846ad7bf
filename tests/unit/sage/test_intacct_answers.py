"""What answers of Intacct's gateway mean: the level first, then the number, the text last."""

from __future__ import annotations

from typing import Any

import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.reading.xml_document import parsed
from tidegate.redaction import redact
from tidegate.sage.intacct import answers
from tidegate.sage.intacct.elements import element, rendered
from tidegate.sage.intacct.envelope import (
    Error,
    Function,
    Refused,
    Sender,
    by_session,
    login,
    request,
    response,
)
from tidegate.sage.intacct.sign_in import trusted
from tidegate.transport import Answer, NoAnswer


def refused(number: str = "", text: str = "", category: str = "") -> Refused:
    return Refused((Error(number, text, category), Error("BL01001973", "Could not create Document record.")))


@pytest.mark.parametrize(
    ("number", "text", "code", "sent"),
    [
        (
            "XL03000005",
            "Function control ID x has already been used in this company.",
            Code.UNCLEAR_ANSWER,
            True,
        ),
        (
            "XL00000000",
            "Function control ID x has already been used in this company.",
            Code.UNCLEAR_ANSWER,
            True,
        ),
        ("XL03000009", "The Service is Temporarily Off-line", Code.LOCKED, False),
        ("PL04000005", "whatever it says", Code.NOT_PERMITTED, False),
        (
            "",
            "You do not have permission for API operation CREATE on objects of type x",
            Code.NOT_PERMITTED,
            False,
        ),
        ("BL03000130", "The period is closed. Open it.", Code.PERIOD_CLOSED, False),
        ("BL03000130", "A payment was swallowed here", Code.REFUSED, False),
        ("BL03000018", "Missing unit: 'EA' is not a unit of item X.", Code.REFUSED, False),
        ("BL34000061", "Another Customer with the given value(s) X already exists", Code.REFUSED, False),
    ],
)
def test_a_refused_write(number: str, text: str, code: Code, sent: bool) -> None:
    failure = answers.function(refused(number, text), reading=False)

    assert (failure.code, failure.sent) == (code, sent)


@pytest.mark.parametrize(
    ("error", "duplicate"),
    [
        (refused("BL34000061", "Another Customer"), True),
        (refused("PL05000104", ""), True),
        (refused("BL01001973", "Duplicate account number", "Duplication Prevention"), True),
        (refused("BL01001973", "a value already exists"), True),
        (refused("BL01001973", "a value is missing"), False),
    ],
)
def test_a_duplicate_is_recognised_by_number_category_or_text(error: Refused, duplicate: bool) -> None:
    failure = answers.function(error, reading=False)

    assert (answers.DUPLICATE in failure.details) is duplicate


def test_a_read_is_never_in_doubt() -> None:
    for number, text in (("DL02000001", "X is not a field"), ("Query Failed", ""), ("", "odd")):
        assert answers.function(refused(number, text), reading=True).sent is False


@pytest.mark.parametrize(
    ("answer", "reading", "code", "sent"),
    [
        (NoAnswer(sent=True, text="timeout"), False, Code.NO_ANSWER, True),
        (NoAnswer(sent=False, text="refused"), False, Code.UNREACHABLE, False),
        (NoAnswer(sent=True, text="timeout"), True, Code.UNREACHABLE, False),
        (Answer(500, {}, b"oops"), False, Code.UNCLEAR_ANSWER, True),
        (Answer(504, {}, b""), False, Code.GATEWAY_TIMEOUT, True),
        (Answer(503, {}, b"Down for maintenance"), True, Code.MAINTENANCE, False),
        (Answer(404, {}, b"<html>"), False, Code.UNKNOWN_ENDPOINT, False),
        (Answer(429, {"retry-after": "60"}, b""), False, Code.THROTTLED, False),
    ],
)
def test_the_transport(answer: Any, reading: bool, code: Code, sent: bool) -> None:
    failure = answers.transport(answer, reading=reading)

    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (code, sent)


def test_a_short_document_is_the_gateways_own_refusal() -> None:
    body = (
        b"<response><control><status>failure</status></control><errormessage><error><errorno>GW-0011</errorno>"
        b"<description>Invalid Request [Request ID: 6F0A12:63EB]</description></error></errormessage></response>"
    )
    failure = answers.transport(Answer(400, {}, body), reading=False)

    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (Code.NOT_AUTHENTICATED, False)
    assert "Invalid Request" in failure.text


# Requests and answers

FUNCTIONS = [Function("one", element("create", "")), Function("two", element("query", ""))]


def answered(*results: tuple[str, str, str], control_id: str = "ours") -> bytes:
    listed = [
        element("result", {"status": status, "function": function, "controlid": key})
        for status, function, key in results
    ]
    control = element("control", {"status": "success", "controlid": control_id})
    operation = element("operation", [element("authentication", {"status": "success"}), *listed])
    return rendered(element("response", [control, operation]))


def test_a_result_counts_by_control_id_and_call() -> None:
    body = answered(("success", "query", "two"), ("success", "create", "one"), ("success", "create", "three"))
    said = response(body, FUNCTIONS, "ours")

    assert said is not None
    assert said.results is not None
    assert set(said.results) == {"one", "two"}


@pytest.mark.parametrize(
    "body",
    [
        answered(("success", "create", "two")),  # another call's
        answered(("success", "create", "one"), ("success", "create", "one")),  # which of the two?
    ],
)
def test_a_result_that_is_not_known_is_none(body: bytes) -> None:
    said = response(body, FUNCTIONS, "ours")

    assert said is not None
    assert said.results == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        b"<response>",
        answered(control_id="theirs"),
        b"<!DOCTYPE x>",
    ],
)
def test_what_is_no_answer_to_this_request(body: bytes) -> None:
    assert response(body, FUNCTIONS, "ours") is None


def test_an_answer_is_read_by_its_own_declaration() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-1"?><response>é</response>'.encode("latin-1")
    root = parsed(body)

    assert root is not None
    assert root.text == "é"


def test_entities_are_not_resolved() -> None:
    assert parsed(b'<!DOCTYPE x [<!ENTITY a "b">]><response>&a;</response>') is None


def test_an_empty_entity_is_left_out_of_the_login() -> None:
    assert login("C", "u", "p").find("locationid") is None
    assert login("C", "u", "p", "E100").findtext("locationid") == "E100"


def test_passwords_and_sessions_are_hidden_in_whatever_shows_a_request() -> None:
    body = request(
        Sender("HubSender", "sender<&>secret"),
        by_session("SESSION-1"),
        FUNCTIONS,
        control_id="x",
        unique=True,
    ).decode()

    shown = redact(body)
    assert "secret" not in shown
    assert "SESSION-1" not in shown
    assert "HubSender" in shown


def test_what_xml_cannot_hold_leaves_the_text_and_never_the_document() -> None:
    root = parsed(rendered(element("note", "a\x00b\x1f\ud800c & <d>")))

    assert root is not None
    assert root.text == "a b  c & <d>"


@pytest.mark.parametrize(
    ("endpoint", "ours", "good"),
    [
        ("https://node7.intacct.com/ia/xml/xmlgw.phtml", "https://api.intacct.com/ia/xml/xmlgw.phtml", True),
        ("http://node7.intacct.com/ia/xml/xmlgw.phtml", "https://api.intacct.com/ia/xml/xmlgw.phtml", False),
        ("https://intacct.com.evil.example/x", "https://api.intacct.com/x", False),
        ("https://evilintacct.com/x", "https://api.intacct.com/x", False),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", True),
        ("http://127.0.0.1:8081/x", "http://127.0.0.1:8080/x", False),
        ("https://node7.intacct.com/x", "https://proxy.example/x", False),
        ("", "https://api.intacct.com/x", False),
    ],
)
def test_a_session_goes_on_at_the_vendors_or_where_it_was_opened(
    endpoint: str, ours: str, good: bool
) -> None:
    assert trusted(endpoint, ours) is good
