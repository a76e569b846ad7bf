"""The error policy table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tidegate.domain.errors import GROUP_OF, Code, Failure, Group
from tidegate.domain.policy import Consequence, Ruling, after_absence, after_failure
from tidegate.domain.verdict import Verdict

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def rule(code: Code, *, before: int = 0, attempt: int | None = 5, **more: Any) -> Ruling:
    return after_failure(
        Failure(code, "text", **more),
        failures_before=before,
        threshold=3,
        now=NOW,
        delivery_id=7,
        attempt_id=attempt,
    )


EXPECTED = {
    Group.VERIFY_FIRST: ("d", False, Consequence()),
    Group.WAIT_FOR_WINDOW: ("g", False, Consequence(ends_cycle=True)),
    Group.WAIT_FOR_SEAT: ("g", False, Consequence(ends_cycle=True)),
    Group.HALT_AND_ALERT: ("g", False, "halt"),
    Group.REVIEW: ("h", False, Consequence()),
    Group.HOLD_FOR_FIX: ("i", False, Consequence()),
    Group.RETRY_NEXT_CYCLE: ("g", True, Consequence()),
    Group.CLOSED_PERIOD: ("h", False, Consequence()),
}


@pytest.mark.parametrize("code", Code)
def test_every_code_follows_its_group(code: Code) -> None:
    letter, counted, consequence = EXPECTED[GROUP_OF[code]]
    if consequence == "halt":
        consequence = Consequence(ends_cycle=True, halt=True, alert=code)
    ruling = rule(code)
    assert ruling.consequence == consequence
    verdict = ruling.verdict
    assert (verdict.letter, verdict.counted, verdict.code, verdict.text) == (letter, counted, code, "text")
    assert (verdict.delivery_id, verdict.attempt_id, verdict.due_at) == (7, 5, None)


def test_what_certainly_had_no_effect_is_not_in_doubt() -> None:
    assert rule(Code.NO_ANSWER, sent=False).verdict.letter == "g"
    assert not rule(Code.NO_ANSWER, sent=False).verdict.counted
    assert rule(Code.NO_ANSWER, attempt=None).verdict.letter == "g"


@pytest.mark.parametrize("code", [Code.LOCKED, Code.NO_SEAT, Code.THROTTLED])
def test_the_company_says_how_long(code: Code) -> None:
    ruling = rule(code, retry_after=90)
    assert ruling.consequence == Consequence(ends_cycle=True, closed_for=timedelta(seconds=90))
    assert ruling.verdict.due_at == NOW + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("before", "alert"),
    [(0, None), (1, None), (2, Code.TRANSIENT), (3, Code.TRANSIENT), (9, Code.TRANSIENT)],
)
def test_from_the_third_failure_on_it_is_an_alert_and_is_tried_again(before: int, alert: Code | None) -> None:
    ruling = rule(Code.TRANSIENT, before=before)
    assert ruling.consequence.alert is alert
    assert (ruling.verdict.letter, ruling.verdict.counted) == ("g", True)
    assert not ruling.consequence.ends_cycle


def test_what_is_held_waits_for_something_named() -> None:
    assert rule(Code.UNKNOWN_SKU, missing="sku:HUB-1").verdict.waits_for == "sku:HUB-1"
    assert rule(Code.UNKNOWN_SKU).verdict.waits_for == "unknown-sku:"


@pytest.mark.parametrize(("before", "alert"), [(1, None), (2, Code.NO_ANSWER), (3, None)])
def test_a_failure_in_doubt_counts_once_it_is_proved_absent(before: int, alert: Code | None) -> None:
    ruling = after_absence(Code.NO_ANSWER, failures_before=before, threshold=3, delivery_id=7)
    assert ruling.verdict == Verdict(
        7,
        "f",
        counted=True,
        code="no-answer",
        text="a look-up showed that the target does not have it; it is sent again",
    )
    assert ruling.consequence == Consequence(alert=alert)
