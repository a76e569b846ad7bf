"""`[connections.NAME.texts]`: where what the buyer chose or wrote goes in Sage."""

from __future__ import annotations

from typing import Literal

from tidegate.config.strict import Strict


class Texts(Strict, frozen=True, kw_only=True):
    """A `comment` is a line of the order, on the customer's documents; a `memo` only the company sees."""

    options: Literal["comment", "line", "memo", "none"] = "comment"  #: custom options, such as engravings
    pickup_location: Literal["comment", "memo", "none"] = "comment"
    company: Literal["comment", "memo", "none"] = "memo"
    gift_message: Literal["comment", "memo", "none"] = "comment"

    def rules(self) -> dict[str, str]:
        """The same by kind, as the rules read it."""
        return {
            "options": self.options,
            "pickup_location": self.pickup_location,
            "company": self.company,
            "gift_message": self.gift_message,
        }
