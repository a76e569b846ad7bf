"""The tests of budgets and of the doorbell bite: one fault each, and the test that finds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration.console import test_bell as of_bells
from integration.flows import test_budgets as of_budgets
from integration.flows.in_memory import MemoryStage
from integration.flows.test_budgets import Build, build
from tidegate.engine import bell
from tidegate.engine.hub import Hub
from tidegate.flows import spending
from tidegate.flows.spending import Spending
from tidegate.ledger import hastened

__all__ = ["build"]

Bug = Callable[[pytest.MonkeyPatch], None]


def the_budget_is_ignored(patch: pytest.MonkeyPatch) -> None:
    """Cycles go on until the product refuses."""
    patch.setattr(Spending, "closed", lambda self, company: None)


def others_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    """Each process believes that the budget is its own."""
    patch.setattr(spending, "_used", lambda company, allowance, now: 0)


def use_is_not_kept(patch: pytest.MonkeyPatch) -> None:
    """What a process has used is forgotten with it."""
    patch.setattr(Spending, "settle", lambda self, company, now: None)


def what_is_under_way_is_not_counted(patch: pytest.MonkeyPatch) -> None:
    """Only what stands in the ledger is counted, and that is looked at once."""
    patch.setattr(spending, "SETTLED", 1e9)
    patch.setattr(
        Spending, "left", lambda self, allowance, company, now: allowance.ours - self._spent[allowance]
    )


def the_reserve_is_ours(patch: pytest.MonkeyPatch) -> None:
    """What is left to others is used, too."""
    patch.setattr(spending.Allowance, "ours", property(lambda self: self.amount))


BUGS: list[tuple[Bug, Callable[[Build], None]]] = [
    (the_budget_is_ignored, of_budgets.test_cycles_stop_before_the_budget_is_spent_and_go_on),
    (others_are_not_counted, of_budgets.test_what_others_use_counts),
    (use_is_not_kept, of_budgets.test_two_processes_share_one_budget),
    (what_is_under_way_is_not_counted, of_budgets.test_cycles_stop_before_the_budget_is_spent_and_go_on),
    (the_reserve_is_ours, of_budgets.test_what_is_reserved_for_others_is_left_to_them),
]


@pytest.mark.parametrize(("bug", "question"), BUGS, ids=[each[0].__name__ for each in BUGS])
def test_the_tests_of_budgets_find_it(
    build: Build, monkeypatch: pytest.MonkeyPatch, bug: Bug, question: Callable[[Build], None]
) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        question(build)


def a_call_is_remembered_for_ever(patch: pytest.MonkeyPatch) -> None:
    """A flow that was called once runs without a pause."""
    patch.setattr(hastened, "begun", lambda connection, flow, now: None)


def a_call_sets_every_flow_going(patch: pytest.MonkeyPatch) -> None:
    """A stranger's list of flows is taken as it is."""

    def everything(hub: Hub, company: str, flows: frozenset[str]) -> None:
        with bell.transaction("hasten"):
            for name, connection in hub.connections.items():
                hastened.hasten(name, connection.settings.flows, hub.clock.now())

    patch.setattr(bell, "_hasten", everything)


@pytest.mark.parametrize("bug", [a_call_is_remembered_for_ever, a_call_sets_every_flow_going])
def test_the_tests_of_the_bell_find_it(build: Build, monkeypatch: pytest.MonkeyPatch, bug: Bug) -> None:
    stage: MemoryStage = of_bells.let_in(build(asks_consent=True))
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        of_bells.test_a_genuine_call_makes_its_flow_due_and_a_storm_is_one(stage)
