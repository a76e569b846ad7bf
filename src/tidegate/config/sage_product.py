"""What one Sage product brings to the configuration. Its room declares it; `sage/rooms.py` lists them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tidegate.config.company import CompanySettings, product_of
from tidegate.config.question import Question


@dataclass(frozen=True, slots=True)
class SageProduct:
    """A product as the configuration file, the wizard and the documentation see it."""

    title: str  #: as its vendor calls it
    settings: type[CompanySettings]  #: the keys and checks of `[companies.NAME]`
    page: str  #: below docs/: set-up, keys, limits, and what was proven against what
    signs_in: bool  #: whether a person signs in through the browser before the first cycle
    questions: tuple[Question, ...]  #: what `tidegate init` asks for the room's own keys
    references: Callable[[Mapping[str, str]], tuple[str, ...]]
    """From the answers by question id: the keys whose secrets the written file refers to, in its order."""
    table: Callable[[Mapping[str, str], Callable[[str], str]], str]
    """From those answers, and the reference of each key that holds one: the lines of `[companies.NAME]` with
    the room's own keys, every one of them with its comment."""
    asks_consent: bool = False  #: whether a person types a passcode into the product before the first cycle

    @property
    def name(self) -> str:
        """The value of the key `product`."""
        return product_of(self.settings)

    @property
    def unasked(self) -> dict[str, str]:
        """The answers to its questions where nobody gives any."""
        return {question.id: question.default or "" for question in self.questions}
