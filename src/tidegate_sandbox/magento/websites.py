"""The shop's websites, with their stores, views and settings: what the store routes answer."""

from __future__ import annotations

from typing import Any, Final

from tidegate_sandbox.magento import recorded

Row = dict[str, Any]
PARTS: Final = ("websites", "storeGroups", "storeViews", "storeConfigs")


class Websites:
    """What the store routes answer; at first the recorded shop's."""

    def __init__(self) -> None:
        shop = recorded.shop()
        self.parts: dict[str, list[Row]] = {part: [dict(row) for row in shop[part]] for part in PARTS}

    def code_of(self, website_id: Any) -> str:
        """The code of a website; "" where there is none."""
        return next((row["code"] for row in self.parts["websites"] if row["id"] == website_id), "")

    @property
    def codes(self) -> frozenset[str]:
        """Those of all websites."""
        return frozenset(row["code"] for row in self.parts["websites"])

    def next_id(self, part: str) -> int:
        """The id of the next row."""
        last: int = max(row["id"] for row in self.parts[part])
        return last + 1

    def add(self, part: str, like: Row, **differences: Any) -> Row:
        """A row as another one, but for these."""
        self.parts[part].append(row := {**like, **differences})
        return row
