"""What one Sage product brings to the configuration. Its room declares it; `sage/rooms.py` lists them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from tidegate.config import toml_text
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
    template: Traversable  #: the room's own keys of `[companies.NAME]`, every one of them with its comment
    secrets: tuple[str, ...]  #: the keys of the template that refer to a secret, in its order
    asked_secrets: Callable[[Mapping[str, str]], tuple[str, ...]] | None = None
    """From the answers by question id: those of the secrets that there are; None: all of them."""
    places: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    """From the answers: what stands in the template besides answers and references, or in their place."""
    asks_consent: bool = False  #: whether a person types a passcode into the product before the first cycle

    @property
    def name(self) -> str:
        """The value of the key `product`."""
        return product_of(self.settings)

    @property
    def unasked(self) -> dict[str, str]:
        """The answers to its questions where nobody gives any."""
        return {question.id: question.default or "" for question in self.questions}

    def references(self, answers: Mapping[str, str]) -> tuple[str, ...]:
        """The keys whose secrets the written file refers to."""
        return self.secrets if self.asked_secrets is None else self.asked_secrets(answers)

    def table(self, answers: Mapping[str, str], reference: Callable[[str], str]) -> str:
        """The room's piece of the file; `reference` names where the secret of a key lies."""
        places = {name: toml_text.text(answer) for name, answer in answers.items()}
        places |= {key: toml_text.text(reference(key)) for key in self.secrets}
        places |= self.places(answers) if self.places is not None else {}
        return toml_text.filled(self.template.read_text(encoding="utf-8").rstrip("\n"), places)
