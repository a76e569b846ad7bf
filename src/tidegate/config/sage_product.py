"""What one Sage product brings to the configuration. Its room declares it; `sage/rooms.py` lists them all."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate.config.company import Company, product_of


@dataclass(frozen=True, slots=True)
class SageProduct:
    """A product as the configuration file, the wizard and the documentation see it."""

    title: str  #: as its vendor calls it
    settings: type[Company]  #: the keys and checks of `[companies.NAME]`
    page: str  #: below docs/: set-up, keys, limits, and what was proven against what

    @property
    def name(self) -> str:
        """The value of the key `product`."""
        return product_of(self.settings)
