"""The judge of customers: what a registration may rightly end as."""

from __future__ import annotations

import pytest

from tidegate_sandbox.checker import Verdict
from tidegate_sandbox.checker_customers import registered


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, True),
        ({"reason": "the account W0000004 is taken: already exists"}, False),
        ({"code": "too-long"}, False),
        ({"state": "confirmed", "code": ""}, False),
        ({"flow": "orders"}, False),
    ],
)
def test_a_refused_registration_is_a_broken_promise(changes: dict[str, str], broken: bool) -> None:
    told = {
        "flow": "registrations",
        "state": "review",
        "code": "refused",
        "label": "ada@example.com",
        "reason": "MAILADDRESS is not a field",
    }
    verdict = Verdict()
    registered([told | changes], verdict)
    assert bool(verdict.violations) is broken
