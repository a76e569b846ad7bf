"""The error tree and its page."""

from __future__ import annotations

import re
from pathlib import Path

from tidegate.domain.errors import GROUP_OF, Code, Failure, Group

PAGE = (Path(__file__).parents[3] / "docs" / "errors.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^## (?P<group>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `(?P<code>[a-z-]+)` \|(?P<cells>.*)\|$", re.MULTILINE)


def test_every_code_has_a_group() -> None:
    assert set(GROUP_OF) == set(Code)
    assert set(GROUP_OF.values()) == set(Group)


def test_the_page_names_exactly_the_codes_each_in_its_group() -> None:
    named = [
        (section["group"], row["code"])
        for section in SECTION.finditer(PAGE)
        for row in ROW.finditer(section["body"])
    ]
    assert len(named) == len(set(named))
    assert set(named) == {(group.value, code.value) for code, group in GROUP_OF.items()}


def test_every_row_says_what_it_means_what_is_done_and_what_to_do() -> None:
    for row in ROW.finditer(PAGE):
        cells = [cell.strip() for cell in row["cells"].split(" | ")]
        assert len(cells) == 3, row["code"]
        assert all(cells), row["code"]


def test_only_three_groups_end_the_cycle() -> None:
    ending = {Failure(code, "").group for code in Code if Failure(code, "").ends_cycle}
    assert ending == {Group.WAIT_FOR_WINDOW, Group.WAIT_FOR_SEAT, Group.HALT_AND_ALERT}
