"""What the desks of one company share: its books, the way to them, and how it does things."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate.clock import Clock
from tidegate.conformance.memory.books import Books
from tidegate.conformance.memory.calls import Calls
from tidegate.conformance.memory.files import Platform
from tidegate.conformance.memory.switches import Switches


@dataclass
class Inside:
    """One process's view; books and platform outlive it."""

    clock: Clock
    switches: Switches
    books: Books
    platform: Platform
    calls_made: Calls
    lists_known: bool = False  #: whether what orders may name was read already
