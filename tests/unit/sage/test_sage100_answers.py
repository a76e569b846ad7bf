"""What the agent's answers mean by class and, where the class is of a later agent, by status (contract §12.3, §15)."""

from __future__ import annotations

import json

import pytest

from tidegate.domain.errors import Code
from tidegate.sage.sage100 import answers
from tidegate.transport import Answer
from tidegate_agent.failure import STATUS
from tidegate_sandbox.sage100.build import error_body


def answer(status: int, kind: str) -> Answer:
    body = json.dumps({"error": {"class": kind, "message": "no"}}).encode()
    return Answer(status, {"content-type": "application/json"}, body)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, "agent_auth", Code.NOT_AUTHENTICATED),
        (403, "auth", Code.NOT_PERMITTED),
        (401, "token_ended", Code.NOT_AUTHENTICATED),
        (403, "internal", Code.NOT_PERMITTED),
        (403, "locked", Code.LOCKED),
        (500, "internal", Code.SERVER_TROUBLE),
    ],
)
def test_a_refused_read_halts_whatever_its_class_is_called(status: int, kind: str, code: Code) -> None:
    failure = answers.failure_of(answer(status, kind), reading=True)
    assert failure is not None
    assert failure.code is code


@pytest.mark.parametrize(("kind", "status"), STATUS.items())
def test_the_wires_errors_have_the_class_that_belongs_to_their_status(kind: str, status: int) -> None:
    said = json.loads(error_body(status)[1])["error"]["class"]
    assert STATUS[said] == status, f"{status} is {kind}, and not {said}"
