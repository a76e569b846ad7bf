"""What a seeded week once found, told in a few lines so that it stays found."""

from __future__ import annotations

from pathlib import Path

from simulation.script import Script, Scripted
from tidegate.simulation.run import ledger_folder

SAGE = "sage200"


def run(script: Script) -> Scripted:
    """The script, which must end well."""
    with ledger_folder() as folder:
        scripted = Scripted(script, Path(folder))
        scripted.run()
    assert scripted.findings == []
    return scripted


def state(scripted: Scripted, step: str, place: int = 0) -> str:
    """Where the step number `place` of that name stands."""
    assert scripted.evidence is not None
    return [str(each["state"]) for each in scripted.evidence.deliveries if each["step"] == step][place]


def test_an_account_whose_order_has_gone_is_not_waited_for() -> None:
    refused = {"system": SAGE, "kind": "seats", "times": 1, "method": "POST", "path": "customers$"}
    scripted = run(
        Script(events=((5, "register", {}), (6, "strike", refused), (70, "cancel-order", {"place": 0})))
    )
    assert state(scripted, "customer") == "cancelled"
    assert state(scripted, "order") == "cancelled"


def test_the_same_shopper_gets_the_account_with_the_next_order() -> None:
    refused = {"system": SAGE, "kind": "seats", "times": 1, "method": "POST", "path": "customers$"}
    scripted = run(
        Script(
            events=(
                (5, "register", {}),
                (6, "strike", refused),
                (70, "cancel-order", {"place": 0}),
                (200, "order-again", {"place": 0}),
            ),
            minutes=300,
        )
    )
    assert state(scripted, "customer") == "confirmed"
    assert state(scripted, "order", 1) == "confirmed"


def test_an_order_cancelled_while_the_ledger_has_forgotten_it_is_cancelled_in_the_company() -> None:
    scripted = run(
        Script(
            events=(
                (5, "backup", {}),
                (6, "place", {"kind": "guest"}),
                (70, "cancel-order", {"place": 0}),
                (75, "restore", {}),
            )
        )
    )
    assert state(scripted, "cancel") == "confirmed"
