"""The agent dies at every call that an order makes, before it and after it: nothing lost, nothing twice, no seat."""

from __future__ import annotations

from pathlib import Path

import pytest

from unit.agent.hub import Stand, order


class Killed(BaseException):
    """kill -9: from here on nothing of the agent runs, no clean-up either."""


class Death:
    """Kills the agent at one call, before or after it; every call after that is dead as well."""

    def __init__(self, stand: Stand, at: int, *, after: bool) -> None:
        self._stand = stand
        self._at = at
        self._after = after
        self.calls = 0
        self.is_dead = False
        stand.sage.before_call = self._before
        stand.sage.after_call = self._done

    def _before(self, _object: str, _method: str) -> None:
        if self.is_dead:
            raise Killed
        self.calls += 1
        if not self._after and self.calls == self._at:
            self.is_dead = True
            raise Killed

    def _done(self, _object: str, _method: str) -> None:
        if self._after and self.calls == self._at:
            self.is_dead = True
            raise Killed

    def over(self) -> None:
        """The machine starts the agent again."""
        self._stand.sage.before_call = self._stand.sage.after_call = lambda _object, _method: None


def calls_of_an_order(stand: Stand) -> int:
    """How many calls a session with one order makes, from logon to drop."""
    counting = Death(stand, 10**6, after=False)
    stand.send(order(1))
    stand.post("/v1/drain")
    stand.post("/v1/resume")
    counting.over()
    return counting.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_the_agent_dies_at_every_call(tmp_path: Path, after: bool) -> None:
    stand = Stand(tmp_path)
    calls = calls_of_an_order(stand)
    assert calls > 50
    for at in range(1, calls + 1):
        one = order(1000 + at)
        death = Death(stand, at, after=after)
        try:
            stand.send(one)
            stand.post("/v1/drain")
        except Killed:
            pass
        death.over()
        stand.restart()
        assert stand.journal.open_entries() == [], at
        assert stand.sage.licence.held == [], at  # the new agent ended what the dead one held
        results = stand.send(one)
        assert {result["outcome"] for result in results} <= {"created", "existing"}, at
        stored = {one.external_key: one.number for one in stand.sage.companies["ABC"].kernel.orders.table}
        assert [stored[result["key"]] for result in results] == [
            result["sales_order_no"] for result in results
        ], at
        stand.post("/v1/drain")
        stand.post("/v1/resume")
    assert len(stand.orders()) == len(set(stand.orders())) == 1 + calls
    assert stand.is_even()


@pytest.mark.parametrize("kind", ["die_before", "die_after", "hang", "null"])
def test_the_server_fails_at_every_call(tmp_path: Path, kind: str) -> None:
    """Death and hang, and a null answer, which counts as 0."""
    stand = Stand(tmp_path)
    calls = calls_of_an_order(stand)
    for at in range(calls):
        one = order(1000 + at)
        stand.sage.arrange(kind, skip=at)
        stand.call("POST", "/v1/companies/ABC/orders", {"batch": "b", "orders": [one]})
        stand.post("/v1/drain")
        stand.post("/v1/resume")
        assert stand.sage.licence.held == [], at
        stand.sage.faults.clear()
        assert stand.send(one)[0]["outcome"] in ("created", "existing"), at
    assert len(stand.orders()) == len(set(stand.orders())) == 1 + calls
    assert stand.is_even()
