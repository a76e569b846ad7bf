"""An error that nobody foresaw parks the record that met it, by the error's name, and nothing else."""

from __future__ import annotations

import pytest

from tidegate.domain.errors import Code, Failure, Group
from tidegate.flows.fence import fenced
from tidegate.ledger.faults import LeaseLost, LedgerError
from tidegate.redaction import remember_secret


def test_what_goes_well_is_answered() -> None:
    assert fenced("order 1", lambda: 7) == 7


def test_an_unforeseen_error_is_the_failure_of_its_record() -> None:
    remember_secret("very-secret-token")

    def act() -> int:
        raise KeyError("very-secret-token")

    failure = fenced("order 1", act)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.group) == (Code.UNFORESEEN, Group.REVIEW)
    assert "order 1" in failure.text
    assert "KeyError" in failure.text
    assert "very-secret-token" not in failure.text


@pytest.mark.parametrize("error", [LedgerError("full"), LeaseLost("gone")])
def test_what_concerns_the_whole_cycle_passes(error: Exception) -> None:
    def act() -> int:
        raise error

    with pytest.raises(type(error)):
        fenced("order 1", act)
