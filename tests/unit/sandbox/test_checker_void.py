"""The checker of payments: an invoice that was voided has nothing left to pay, and nobody has paid it."""

from __future__ import annotations

from typing import Any

import pytest

from tidegate_sandbox.checker import Verdict
from tidegate_sandbox.checker_documents import Case, payments_reported

SETTLED = {"id": 7, "kind": "invoice", "outstanding": "0.00"}
SAID = {"text": "Sage invoice SI-1 is paid"}


@pytest.mark.parametrize(
    ("void", "comments", "promises"),
    [
        (False, [], ["nothing is lost"]),
        (True, [], []),
        (False, [SAID], ["nothing is lost"]),  # nor is it a step of the hub
        (True, [SAID], ["reports are true"]),
    ],
)
def test_what_was_voided_is_called_paid_by_nobody(
    void: bool, comments: list[Any], promises: list[str]
) -> None:
    invoice = {"number": "SI-1", "gross": "12.00", "transaction_id": 7, "void": void}
    documents = {"shipments": {}, "invoices": {"SI-1": invoice}, "credits": {}}
    case = Case({"entity_id": 4, "comments": comments}, {"lines": []}, documents, ())
    verdict = Verdict()
    payments_reported(case, {"transactions": [SETTLED]}, verdict)
    assert [each.promise for each in verdict.violations] == promises
