"""Compares both systems, the hub's reports and the chains of the demonstration."""

from __future__ import annotations

from itertools import islice

from tidegate.demo.figures import Figures, check
from tidegate.demo.life import differences, incomplete_chains
from tidegate.demo.setup import Setup

MOST = 5  #: disagreements reported at a time


class Agreement:
    """The comparison for one connection, made once after each cycle, because only a cycle changes its result."""

    def __init__(self, setup: Setup) -> None:
        self.chains = 0  #: number of complete chains
        self._setup = setup
        self._compared_after = -1  #: number of cycles
        self._found: list[str] = []

    def disagreements(self, figures: Figures, cycles: int) -> list[str]:
        """Up to `MOST` disagreements, one text each; `cycles` is the number of cycles that the hub has reported.

        The checker's violations; without any, differences of the books; without any, incomplete chains.
        """
        if self._compared_after != cycles:
            self._compared_after, self._found = cycles, self._compare(figures)[:MOST]
        return self._found

    def _compare(self, figures: Figures) -> list[str]:
        verdict = check(figures, figures.at, self._setup)
        found = [f"{each.promise}: {each.subject}: {each.text}" for each in verdict.violations]
        found = found or list(islice(differences(self._setup), MOST))
        if not found:
            self.chains, found = incomplete_chains(self._setup, figures.at)
        return found
