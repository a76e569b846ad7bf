"""How many items go into one call: as many as the store takes in good time and allows."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST, LARGEST = 10, 5000


@dataclass
class CallSize:
    """Adapts to the time that calls take: `target` seconds each. `limit` is the shop's own (point 28).

    Fixed costs make large calls cheap, and a store that is busy with one for a minute sells nothing
    meanwhile (measured-facts.json: 1000 source items 2.4 s, or 7.7 s when each changes its stock status).
    """

    size: int = 500
    target: int = 5
    limit: int | None = None

    @property
    def now(self) -> int:
        """The number of items for the next call."""
        return min(self.size, self.limit or self.size)

    def took(self, items: int, milliseconds: int) -> None:
        """A call with so many items took so long: grow or shrink towards the target, at most twofold."""
        wanted = items * self.target * 1000 // max(milliseconds, 1)
        if items < self.now and wanted > self.size:
            return  # a small rest says little about large calls
        self.size = max(SMALLEST, min(LARGEST, wanted, self.size * 2), self.size // 2)
