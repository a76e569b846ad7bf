"""Links inside the documentation lead somewhere, and the index leads to every page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@cache
def text(page: Path) -> str:
    """A page, read once for all its links."""
    return page.read_text(encoding="utf-8")


def links(page: Path) -> list[str]:
    """Every relative link of a page."""
    found = re.findall(r"\]\(([^)\s]+)\)", text(page))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


@cache
def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    headings = re.findall(r"(?m)^#+ (.+)$", text(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(f"{page.relative_to(ROOT)}: {link}")
    return found


def test_every_link_leads_somewhere() -> None:
    assert [each for page in PAGES for each in dead(page)] == []


def test_the_index_leads_to_every_decision() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / link).resolve() for link in links(index)}
    assert set((ROOT / "docs" / "decisions").glob("*.md")) <= linked


def test_readme_and_index_lead_to_every_page() -> None:
    pages = {page for page in (ROOT / "docs").rglob("*.md") if "decisions" not in page.parts}
    for start in (ROOT / "README.md", ROOT / "docs" / "index.md"):
        linked = {(start.parent / link.partition("#")[0]).resolve() for link in links(start)}
        assert pages - linked - {start} - ({ROOT / "docs" / "index.md"}) == set()
