"""The page draws and explains exactly the transitions that the code has."""

from __future__ import annotations

import re
from pathlib import Path

from tidegate.domain.states import TRANSITIONS, State

PAGE = (Path(__file__).parents[3] / "docs" / "states.md").read_text(encoding="utf-8")
ARROW = re.compile(r"^    (\w+) --> (\w+): (\w+)$", re.MULTILINE)
HEADING = re.compile(r"^### (\w): (.+) → (.+)$", re.MULTILINE)


def test_the_drawing_has_exactly_these_arrows() -> None:
    drawn = {
        (letter, start.replace("_", " "), end.replace("_", " ")) for start, end, letter in ARROW.findall(PAGE)
    }
    coded = {
        (letter, start.value, end.value)
        for letter, (starts, end, _) in TRANSITIONS.items()
        for start in starts
    }
    assert drawn == coded
    assert len(ARROW.findall(PAGE)) == len(coded)


def test_every_letter_is_explained_once_and_in_order() -> None:
    explained = [
        (letter, frozenset(re.split(r", | or ", starts)), end)
        for letter, starts, end in HEADING.findall(PAGE)
    ]
    coded = [
        (letter, frozenset(start.value for start in starts), end.value)
        for letter, (starts, end, _) in sorted(TRANSITIONS.items())
    ]
    assert explained == coded


def test_every_state_is_in_the_table() -> None:
    assert set(re.findall(r"^\| ([a-z ]+) \| .+ \| .+ \|$", PAGE, re.MULTILINE)) - {"state"} == {
        state.value for state in State
    }
