"""What answers mean: contract §8 and the errors table of the design."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tidegate.domain.errors import Code
from tidegate.sage.sage200 import answers, fields
from tidegate.transport import Answer, NoAnswer


def answer(status: int, body: str, content_type: str = "application/json", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"content-type": content_type, **named}, body.encode())


APPLICATION = '{"Message": "%s"}'
GATEWAY = '{"statusCode": 0, "message": "%s"}'
HTML = "<html><body>%s</body></html>"

READS = [
    (answer(400, APPLICATION % "Could not find a property named 'x'"), Code.REFUSED),
    (answer(400, HTML % "Bad Request", "text/html"), Code.SERVER_TROUBLE),
    (answer(401, GATEWAY % "Unauthorized"), Code.NOT_AUTHENTICATED),
    (answer(403, APPLICATION % "The requested operation is forbidden for this account."), Code.NOT_PERMITTED),
    (answer(403, HTML % "Blocked", "text/html"), Code.SERVER_TROUBLE),
    (answer(404, GATEWAY % "Resource not found"), Code.UNKNOWN_ENDPOINT),
    (answer(405, "", "text/plain"), Code.SERVER_TROUBLE),
    (answer(429, GATEWAY % "Rate limit is exceeded."), Code.THROTTLED),
    (answer(500, APPLICATION % "An error has occurred."), Code.SERVER_TROUBLE),
    (answer(500, APPLICATION % "Transaction was deadlocked on lock resources"), Code.SERVER_TROUBLE),
    (answer(503, APPLICATION % "The database is locked."), Code.LOCKED),
    (answer(503, APPLICATION % "No licences available: all user seats are in use."), Code.NO_SEAT),
    (answer(503, HTML % "The service is in backup", "text/html"), Code.LOCKED),
    (answer(503, HTML % "Down for maintenance", "text/html"), Code.MAINTENANCE),
    (answer(504, GATEWAY % "Gateway timeout"), Code.SERVER_TROUBLE),
    (answer(302, "", "text/html"), Code.SERVER_TROUBLE),
    (answer(200, HTML % "Sign in", "text/html"), Code.SERVER_TROUBLE),
    (answer(200, HTML % "Scheduled maintenance", "text/html"), Code.MAINTENANCE),
    (answer(200, '[{"id": 1'), Code.SERVER_TROUBLE),
    (NoAnswer(True, "timeout"), Code.UNREACHABLE),
    (NoAnswer(False, "refused"), Code.UNREACHABLE),
]

WRITES = [
    (answer(400, APPLICATION % "The account reference already exists."), Code.REFUSED, False),
    (
        answer(400, APPLICATION % "The document date is in a period that is closed."),
        Code.PERIOD_CLOSED,
        False,
    ),
    (answer(400, APPLICATION % "Period 3 is not open for posting"), Code.PERIOD_CLOSED, False),
    (answer(400, APPLICATION % "The date is outside the financial year"), Code.PERIOD_CLOSED, False),
    (answer(400, APPLICATION % "The account is locked by user ANNE"), Code.RECORD_BUSY, False),
    (answer(400, HTML % "Bad Request", "text/html"), Code.UNCLEAR_ANSWER, True),
    (answer(401, GATEWAY % "Unauthorized"), Code.NOT_AUTHENTICATED, False),
    (answer(403, APPLICATION % "The requested operation is forbidden."), Code.NOT_PERMITTED, False),
    (answer(403, HTML % "Request blocked", "text/html"), Code.UNCLEAR_ANSWER, True),
    (answer(404, GATEWAY % "Resource not found"), Code.UNKNOWN_ENDPOINT, False),
    (answer(409, APPLICATION % "Conflict"), Code.UNCLEAR_ANSWER, True),
    (answer(413, GATEWAY % "Too large"), Code.REFUSED, False),
    (answer(429, GATEWAY % "Rate limit is exceeded."), Code.THROTTLED, False),
    (answer(500, APPLICATION % "An error has occurred."), Code.UNCLEAR_ANSWER, True),
    (answer(500, APPLICATION % "The database is locked"), Code.UNCLEAR_ANSWER, True),
    (answer(502, HTML % "Bad gateway", "text/html"), Code.UNCLEAR_ANSWER, True),
    (answer(503, APPLICATION % "The database is locked for a backup."), Code.LOCKED, True),
    (answer(503, HTML % "The database is locked.", "text/html"), Code.UNCLEAR_ANSWER, True),
    (answer(503, APPLICATION % "No licences available: all user seats are in use."), Code.NO_SEAT, True),
    (answer(503, GATEWAY % "Service unavailable"), Code.UNCLEAR_ANSWER, True),
    (answer(504, GATEWAY % "Gateway timeout"), Code.GATEWAY_TIMEOUT, True),
    (answer(302, "", "text/html"), Code.UNCLEAR_ANSWER, True),
    (NoAnswer(True, "timeout"), Code.NO_ANSWER, True),
    (NoAnswer(False, "refused"), Code.UNREACHABLE, False),
]


@pytest.mark.parametrize(("given", "code"), READS)
def test_a_read_changes_nothing_and_is_never_in_doubt(given: Answer | NoAnswer, code: Code) -> None:
    failure = answers.read_failure(given)

    assert failure is not None
    assert failure.code is code
    assert failure.sent is False


@pytest.mark.parametrize(("given", "code", "may_have_effect"), WRITES)
def test_a_write_is_in_doubt_unless_the_answer_rules_it_out(
    given: Answer | NoAnswer, code: Code, may_have_effect: bool
) -> None:
    failure = answers.write_failure(given)

    assert failure is not None
    assert (failure.code, failure.sent) == (code, may_have_effect)


def test_retry_after_travels_with_throttling_and_locks() -> None:
    throttled = answers.write_failure(answer(429, GATEWAY % "slow down", retry_after="120"))
    locked = answers.read_failure(answer(503, APPLICATION % "locked", retry_after="600"))

    assert throttled is not None
    assert throttled.retry_after == 120
    assert locked is not None
    assert locked.retry_after == 600


def test_both_error_shapes_and_field_errors_are_read() -> None:
    body = (
        '{"Message": "The request is invalid.", "ModelState": {"order.lines[0].product_id": ["Not found."]}}'
    )

    assert answers.message(answer(400, body)) == (
        "The request is invalid.; order.lines[0].product_id: Not found."
    )
    assert answers.message(answer(401, GATEWAY % "Unauthorized")) == "Unauthorized"
    assert answers.message(answer(502, HTML % "x", "text/html")) == ""


def test_rows_come_as_array_or_as_one_object() -> None:
    assert answers.rows(answer(200, '[{"id": 1}, {"id": 2}]')) == [{"id": 1}, {"id": 2}]
    assert answers.rows(answer(200, '{"id": 1}')) == [{"id": 1}]
    assert answers.rows(answer(200, "[]")) == []
    assert answers.rows(answer(200, "[1, 2]")) is None
    assert answers.rows(answer(200, '{"id": 1}', "text/html")) is None
    assert answers.rows(answer(200, "")) is None


def test_numbers_keep_their_digits_and_absence_has_two_spellings() -> None:
    row = answers.row(answer(200, '{"id": 7, "gross": 54.10, "text": "8.20", "none": null, "empty": ""}'))

    assert row is not None
    assert fields.number_of(row, "gross") == Decimal("54.10")
    assert str(fields.number_of(row, "gross")) == "54.10"
    assert fields.number_of(row, "text") == Decimal("8.20")
    assert fields.number_of(row, "none") is None
    assert fields.number_of(row, "empty") is None
    assert fields.text_of(row, "none") == fields.text_of(row, "empty") == fields.text_of(row, "gone") == ""
    assert fields.id_of(row) == 7
    assert fields.id_of({"id": True}) is None
    assert fields.id_of({"id": 0}) is None
    assert fields.id_of({"id": "12"}) == 12
