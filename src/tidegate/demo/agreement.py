"""Whether both systems, the hub's reports and the chains say the same at the end."""

from __future__ import annotations

from itertools import islice

from tidegate.demo.figures import Figures, check
from tidegate.demo.life import differences, incomplete_chains
from tidegate.demo.setup import Setup

MOST = 5  #: things that are missing are reported at once


class Agreement:
    """Of one connection; looked at once after each cycle, since nothing else changes it."""

    def __init__(self, setup: Setup) -> None:
        self.chains = 0  #: complete ones
        self._setup = setup
        self._looked_after = -1
        self._found: list[str] = []

    def disagreements(self, figures: Figures, cycles: int) -> list[str]:
        """What the checker, both books and the chains say; `cycles` are those that the hub has reported."""
        if self._looked_after != cycles:
            self._looked_after, self._found = cycles, self._look(figures)[:MOST]
        return self._found

    def _look(self, figures: Figures) -> list[str]:
        verdict = check(figures, figures.at, self._setup)
        found = [f"{each.promise}: {each.subject}: {each.text}" for each in verdict.violations]
        found = found or list(islice(differences(self._setup), MOST))
        if not found:
            self.chains, found = incomplete_chains(self._setup, figures.at)
        return found
