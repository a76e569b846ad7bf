"""One function of a request, and what it answers (contract §2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from tidegate_sandbox.intacct.sign_in import Session


@dataclass(slots=True)
class Call:
    """A function: its name is the tag of ``element``. ``endpoint`` is where the request was sent to."""

    element: Element
    control_id: str
    session: Session
    endpoint: str = ""

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.element.tag


@dataclass(slots=True)
class Outcome:
    """What a function answers beside its status: elements in order, or a bare document."""

    elements: list[Element] = field(default_factory=list)
    bare: tuple[str, bytes] | None = None  #: content type and body, for another return format


Function = Callable[[Call], Outcome]
