"""What strangers wrote is only text: on a terminal, in a spreadsheet, in a log, in JSON."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tidegate.cli import showing
from tidegate.domain.foreign_text import csv_cell, csv_text, json_text, visible

FORMULAS = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\n=1",
    "\r=1",
    " =1",
    "\u00a0=cmd()",
    "\uff1d1+1",
    "  @x",
    "-=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    cell = csv_cell(text)
    assert isinstance(cell, str)
    assert cell.startswith(("'", "\\x0d"))  # a carriage return is written out


@pytest.mark.parametrize("value", ["-5", "+44", "-12.50", "HUB-0001", "", 7, None, "1=1"])
def test_what_is_harmless_stays_as_it_is(value: object) -> None:
    assert csv_cell(value) == value


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))))
def test_a_cell_comes_back_as_it_was(text: str) -> None:
    assert csv_text(str(csv_cell(text))) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("abc\u202edef", "abc\\u202edef"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("two\nlines", "two\\x0alines"),
        ("O'Brien & Söhne – 日本", "O'Brien & Söhne – 日本"),
    ],
)
def test_control_characters_are_shown_and_not_carried_out(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text())
def test_nothing_that_acts_is_left(text: str) -> None:
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in visible(text))
    assert json.loads(json_text(json.dumps(text, ensure_ascii=False))) == text


@pytest.mark.parametrize(
    "text", ['"\\[/x]"@example.com', "[/]", "\\[bold]x", "[link=http://x]y[/link]", "\\", "[[]"]
)
def test_no_sign_in_a_table_is_markup(text: str) -> None:
    stream = io.StringIO()
    Console(file=stream, width=200, highlight=False, emoji=False).print(showing.table(["a"], [[text]]))
    assert text in stream.getvalue()
