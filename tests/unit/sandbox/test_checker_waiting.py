"""The checker of steps that have not ended: one waits with its order, all others must go on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tidegate_sandbox.checker import Terms, Verdict, steps_finished

TERMS = Terms(
    store="main",
    store_ids=frozenset({1}),
    since=datetime(2026, 3, 1, tzinfo=UTC),
    states=frozenset({"new"}),
    statuses_never=frozenset(),
    currency="USD",
    order_currencies={1: "USD"},
)


@pytest.mark.parametrize(
    ("step", "state", "order", "of", "stuck"),
    [
        (
            "reduced-a36badd5a154",
            "queued",
            "held",
            17,
            False,
        ),  # an account on hold: the order may go out later
        ("reduced-a36badd5a154", "queued", "review", 17, False),
        ("reduced-a36badd5a154", "queued", "confirmed", 17, True),
        ("reduced-a36badd5a154", "queued", "skipped", 17, True),
        ("reduced-a36badd5a154", "queued", "held", 18, True),
        ("reduced-a36badd5a154", "sending", "held", 17, True),
        ("cancel", "queued", "held", 17, True),
    ],
)
def test_a_step_waits_only_with_its_own_order_that_says_why(
    step: str, state: str, order: str, of: int, stuck: bool
) -> None:
    rows = [
        {
            "flow": "orders",
            "step": step,
            "state": state,
            "entity_id": 17,
            "label": "16",
            "reason": "3 refunded",
        },
        {
            "flow": "orders",
            "step": "order",
            "state": order,
            "entity_id": of,
            "label": "16",
            "reason": "on hold",
        },
    ]
    verdict = Verdict()
    steps_finished(rows, TERMS, verdict)
    assert [each.promise for each in verdict.violations] == (["liveness"] if stuck else [])
