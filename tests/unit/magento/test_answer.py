"""What answers mean: the recorded ones, and the pages of everything that stands in front of a shop."""

from __future__ import annotations

import pytest

from tidegate.domain.errors import Code, Failure, Group
from tidegate.magento.answer import body_of, fill, may_be_one_record, status_of
from tidegate.redaction import remember_secret
from tidegate.transport import Answer, NoAnswer
from unit.magento import recordings

HTML = {"content-type": "text/html; charset=UTF-8"}
JSON = {"content-type": "application/json"}


def failure(answer: Answer | NoAnswer, method: str = "GET", *, names_permission: bool = True) -> Failure:
    found = body_of(answer, method, "/V1/orders", names_permission=names_permission)
    assert isinstance(found, Failure)
    return found


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [
        ("error-503-maintenance", Code.MAINTENANCE, Code.MAINTENANCE),
        ("error-503-maintenance-post", Code.MAINTENANCE, Code.MAINTENANCE),
        ("error-406-accept", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        ("error-unknown-property", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        ("orders-list-unknown-field", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        ("error-401-limited-token-other-resource", Code.NOT_PERMITTED, Code.NOT_PERMITTED),
        ("auth-oauth1-bad-signature", Code.NOT_AUTHENTICATED, Code.NOT_AUTHENTICATED),
        ("auth-oauth1-revoked-token", Code.NOT_AUTHENTICATED, Code.NOT_AUTHENTICATED),
        ("auth-admin-token-bad-password", Code.NOT_AUTHENTICATED, Code.NOT_AUTHENTICATED),
        ("auth-oauth1-replayed-nonce", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        ("error-404-unknown-route", Code.UNKNOWN_ENDPOINT, Code.UNKNOWN_ENDPOINT),
        ("error-405-unsupported-http-method", Code.SERVER_TROUBLE, Code.UNKNOWN_ENDPOINT),
        ("orders-get-404", Code.REFUSED, Code.REFUSED),
        ("orders-get-non-numeric-id", Code.REFUSED, Code.REFUSED),
        ("error-400-malformed-json", Code.REFUSED, Code.REFUSED),
        ("error-400-unknown-store-code", Code.REFUSED, Code.REFUSED),
        ("limits-on-error-page-size-over-300", Code.REFUSED, Code.REFUSED),
    ],
)
def test_point_24_recorded_errors(name: str, read: Code, write: Code) -> None:
    answer = recordings.answer(name)
    assert failure(answer, "GET").code is read
    assert failure(answer, "GET").sent is False
    assert failure(answer, "POST").code is write
    assert status_of(failure(answer)) == answer.status


def test_point_24_placeholders_are_filled_from_an_object_or_a_list() -> None:
    assert fill("Maximum is %max", {"max": 300}) == "Maximum is 300"
    assert fill("%fieldName of %1, %2", ["a", "b"]) == "%fieldName of a, b"
    assert fill("%sku and %skuCount", {"sku": "A", "skuCount": 2}) == "A and 2"
    assert fill("%a", {"a": "100 %b", "b": "x"}) == "100 %b"
    assert fill("%1 of %10", [str(number) for number in range(1, 11)]) == "1 of 10"
    assert fill("nothing %1", None) == "nothing %1"
    assert fill("nothing %1", []) == "nothing %1"
    assert "pageSize is 300" in failure(recordings.answer("limits-on-error-page-size-over-300")).text


def test_point_24_the_errors_list_is_appended() -> None:
    body = (
        b'{"message":"Invalid: %1","parameters":["two"],'
        b'"errors":[{"message":"Quantity of %sku","parameters":{"sku":"A"}},{"message":"Source %1","parameters":["X"]}]}'
    )
    assert failure(Answer(400, JSON, body)).text.startswith(
        "Invalid: two; Quantity of A; Source X (status 400"
    )


def test_point_24_a_missing_permission_is_a_401_that_names_it() -> None:
    found = failure(recordings.answer("error-401-limited-token-other-resource"))
    assert (found.code, found.details["resource"]) == (Code.NOT_PERMITTED, "Magento_Catalog::products")
    assert "lacks the permission Magento_Catalog::products" in found.text
    assert "bearer" not in found.text


@pytest.mark.parametrize(
    "name",
    [
        "error-401-integration-bearer-disabled-default",
        "error-401-bad-token",
        "error-401-revoked-token",
        "error-401-no-token",
        "error-401-admin-token-expired",
    ],
)
def test_point_29_as_bearer_a_401_may_mean_two_things_and_says_both(name: str) -> None:
    found = failure(recordings.answer(name), names_permission=False)
    assert found.group is Group.HALT_AND_ALERT
    assert "lacks the permission Magento_Sales::actions_view" in found.text
    assert "enable_integration_as_bearer" in found.text
    assert "revoked or expired" in found.text


def test_point_24_the_report_id_of_a_500_is_kept() -> None:
    assert "webapi-6b010712bfb68" in failure(recordings.answer("error-unknown-property"), "POST").text


@pytest.mark.parametrize(
    ("status", "page", "read", "write"),
    [
        (200, b"<html><title>Log in</title>", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        (500, b"<title>There has been an error</title>", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        (500, b"Fatal error: Allowed memory size exhausted", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        (502, b"<h1>502 Bad Gateway</h1>", Code.SERVER_TROUBLE, Code.GATEWAY_TIMEOUT),
        (504, b"<h1>504 Gateway Time-out</h1>", Code.SERVER_TROUBLE, Code.GATEWAY_TIMEOUT),
        (503, b"<h1>Error 503 Backend fetch failed</h1>", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        (503, b"The site is down for maintenance.", Code.MAINTENANCE, Code.MAINTENANCE),
        (401, b"<h1>401 Authorization Required</h1>", Code.NOT_AUTHENTICATED, Code.NOT_AUTHENTICATED),
        (403, b"<h1>Request blocked</h1>", Code.NOT_PERMITTED, Code.NOT_PERMITTED),
        (404, b"<h1>Not Found</h1>", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        (405, b"<h1>Not Allowed</h1>", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        (410, b"<h1>Gone</h1>", Code.SERVER_TROUBLE, Code.UNCLEAR_ANSWER),
        (413, b"<h1>Request Entity Too Large</h1>", Code.SERVER_TROUBLE, Code.REFUSED),
        (429, b"slow down", Code.THROTTLED, Code.THROTTLED),
    ],
)
def test_point_24_the_content_type_is_looked_at_first(
    status: int, page: bytes, read: Code, write: Code
) -> None:
    answer = Answer(status, HTML, page)
    assert failure(answer, "GET").code is read
    assert failure(answer, "POST").code is write
    assert failure(answer, "GET").sent is False
    in_doubt = failure(answer, "POST").group is Group.VERIFY_FIRST
    assert failure(answer, "POST").sent or not in_doubt


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (301, Code.UNKNOWN_ENDPOINT),
        (308, Code.UNKNOWN_ENDPOINT),
        (302, Code.MAINTENANCE),
        (307, Code.MAINTENANCE),
    ],
)
def test_a_redirect_is_not_followed(status: int, code: Code) -> None:
    page = Answer(status, {**HTML, "location": "https://www.shop.example/login"}, b"")
    found = failure(page)
    assert (found.code, found.sent) == (code, False)
    assert "https://www.shop.example/login" in found.text


def test_a_temporary_redirect_of_a_write_leaves_it_in_doubt() -> None:
    """POST, redirect, GET is how the web says "done": that it was not carried out is not proved."""
    for status in (302, 303, 307):
        found = failure(Answer(status, {**HTML, "location": "https://www.shop.example/"}, b""), "POST")
        assert (found.code, found.sent) == (Code.UNCLEAR_ANSWER, True)


ODD = (402, 406, 408, 409, 411, 418, 421, 423, 425, 426, 431, 451, 499)


@pytest.mark.parametrize("status", ODD)
def test_an_odd_4xx_of_something_in_between_passes_by_itself(status: int) -> None:
    """A read was not read and is read in the next cycle; a write is in doubt. No person is asked."""
    page = Answer(status, HTML, b"<h1>I'm a teapot</h1>")
    assert failure(page).code is Code.SERVER_TROUBLE
    assert failure(page).sent is False
    assert failure(page, "POST").code is Code.UNCLEAR_ANSWER
    if status not in (406, 409):
        said = Answer(status, JSON, b'{"message": "odd"}')
        assert failure(said).code is Code.SERVER_TROUBLE
        assert failure(said, "POST").code is Code.UNCLEAR_ANSWER


@pytest.mark.parametrize(
    "page",
    [Answer(429, {**JSON, "retry-after": "17"}, b"{}"), Answer(429, {**HTML, "retry-after": "17"}, b"")],
)
def test_throttling_states_how_long(page: Answer) -> None:
    assert failure(page).retry_after == 17
    assert failure(page).group is Group.WAIT_FOR_SEAT


def test_a_product_whose_name_has_route_in_it_is_no_unknown_route() -> None:
    """The one is refused, the other halts the connection."""
    missing = Answer(
        404,
        JSON,
        b'{"message": "The Product with the \\"%1\\" ID doesn\'t exist.", "parameters": ["router-5"]}',
    )
    assert failure(missing).code is Code.REFUSED


def test_no_answer() -> None:
    unsent, sent = NoAnswer(False, "ConnectError: refused"), NoAnswer(True, "ReadTimeout: timed out")
    for method in ("GET", "POST", "PUT"):
        assert failure(unsent, method).code is Code.UNREACHABLE
        assert failure(unsent, method).sent is False
    assert (failure(sent, "GET").code, failure(sent, "GET").sent) == (Code.UNREACHABLE, False)
    assert (failure(sent, "POST").code, failure(sent, "POST").sent) == (Code.NO_ANSWER, True)


def test_which_failures_one_bad_record_can_cause() -> None:
    yes: list[Answer | NoAnswer] = [
        NoAnswer(True, "cut off"),
        recordings.answer("error-unknown-property"),
        recordings.answer("error-406-accept"),
        Answer(502, HTML, b""),
        Answer(503, HTML, b"Backend fetch failed"),
    ]
    no: list[Answer | NoAnswer] = [
        NoAnswer(False, "refused"),
        recordings.answer("error-503-maintenance"),
        recordings.answer("auth-oauth1-revoked-token"),
        Answer(200, HTML, b"<title>Login</title>"),
        Answer(302, HTML, b""),
        Answer(429, JSON, b"{}"),
        Answer(400, JSON, b"{}"),
    ]
    assert [may_be_one_record(failure(answer)) for answer in yes] == [True] * len(yes)
    assert [may_be_one_record(failure(answer)) for answer in no] == [False] * len(no)


def test_an_error_that_is_no_json_object_is_shown_as_it_came() -> None:
    assert "[1, 2]" in failure(Answer(400, JSON, b"[1, 2]")).text
    assert "half a" in failure(Answer(500, JSON, b'{"message": "half a')).text


def test_secrets_are_hidden_in_texts() -> None:
    remember_secret("sehr-geheim-0815")
    body = b'{"message": "token sehr-geheim-0815 is wrong"}'
    assert "sehr-geheim" not in failure(Answer(401, JSON, body)).text
    assert "sehr-geheim" not in failure(Answer(500, HTML, b"<title>sehr-geheim-0815</title>")).text
    assert "sehr-geheim" not in failure(Answer(301, {"location": "/?t=sehr-geheim-0815"}, b"")).text
