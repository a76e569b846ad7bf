"""What one company's hosting bears: sizes of pages and look-ups, learnt downwards from its answers.

Professional runs behind IIS and, as a rule, an application proxy: their limits are of each site's own
making and show in nothing but a refusal or a time-out (contract, additions of 29 November). What was
learnt is kept by the hub between its processes, and forgotten after a while: servers change.
"""

from __future__ import annotations

from collections.abc import Mapping

from tidegate.sage.sage200.queries import LARGE, LONGEST, PAGE

SMALLEST_PAGE = 20  #: rows; a page that does not come at this size has another reason
SHORTEST = 400  #: characters; a query that is refused at this length has another reason


class Limits:
    """Limits by name: `query`, `top`, `page <path>`, `pool <path>`. Absent is unlimited."""

    def __init__(self) -> None:
        self.learnt: dict[str, int] = {}

    def take(self, learnt: Mapping[str, int]) -> None:
        """What an earlier process has learnt; what is known already stays."""
        self.learnt = {**{name: size for name, size in learnt.items() if size > 0}, **self.learnt}

    def forget(self) -> None:
        """Try again at full size."""
        self.learnt = {}

    @property
    def query(self) -> int:
        """Characters of the longest query string."""
        return max(min(self.learnt.get("query", LONGEST), LONGEST), SHORTEST)

    def shorten(self, refused: int) -> None:
        """Note that a query of `refused` characters was refused, while a short one was not."""
        self.learnt["query"] = max(min(refused, self.query) // 2, SHORTEST)

    def page(self, path: str, wanted: int) -> int:
        """Rows of the next page, at most `wanted`."""
        top = min(self.learnt.get("top", LARGE), self.learnt.get(f"page {path}", LARGE), wanted)
        return max(top, SMALLEST_PAGE)

    def shrink(self, path: str, top: int) -> None:
        """Note that a page of `top` rows took too long or was too large."""
        self.learnt[f"page {path}"] = PAGE if top > PAGE else max(top // 4, SMALLEST_PAGE)

    def old_version(self) -> None:
        """No page may have more than 500 rows: a version from before February 2019."""
        self.learnt["top"] = PAGE

    def pool(self, path: str, wanted: int) -> int:
        """Names that one look-up carries, at most `wanted`."""
        return max(min(self.learnt.get(f"pool {path}", wanted), wanted), 1)

    def halve_pool(self, path: str, size: int) -> None:
        """A look-up of more than `size` names was refused."""
        self.learnt[f"pool {path}"] = size

    def forget_pool(self, path: str) -> None:
        """Drop the limit of a pool: a name in it was refused, not its size."""
        self.learnt.pop(f"pool {path}", None)
