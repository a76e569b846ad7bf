"""Nothing outside a product's room and the registries knows a product's name, so that a room can be added.

Beside `sage/<product>/` and `simulation/houses/<product>….py` two tables name products: `sage/rooms.py` (the rooms) and
`simulation/products.py` (the simulators).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tidegate.sage.rooms import PRODUCTS
from tidegate.simulation.products import SIMULATED

SOURCE = Path(__file__).parents[2] / "src" / "tidegate"
TABLES = ("sage/rooms.py", "simulation/products.py")


def spellings(name: str, title: str) -> re.Pattern[str]:
    """`sage200`, `Sage 200`, `sage_200`, `sage-200` ..."""
    words = "[ _-]?".join(re.escape(word) for word in title.split())
    return re.compile(rf"{re.escape(name)}|{words}", re.IGNORECASE)


def named(text: str, pattern: re.Pattern[str]) -> list[str]:
    """The lines of a text that name a product."""
    return [line.strip() for line in text.splitlines() if pattern.search(line)]


@pytest.mark.parametrize("name", sorted({product.name for product in PRODUCTS} | set(SIMULATED)))
def test_a_product_is_named_in_its_room_and_in_two_tables_only(name: str) -> None:
    titles = {each.name: each.title for each in PRODUCTS} | {n: each.title for n, each in SIMULATED.items()}
    pattern = spellings(name, titles[name])
    found = {
        str(path.relative_to(SOURCE)): lines
        for path in SOURCE.rglob("*")
        if path.suffix in (".py", ".template", ".html", ".json", ".toml")
        and not path.is_relative_to(SOURCE / "sage" / name)
        and not (path.parent == SOURCE / "simulation" / "houses" and path.name.startswith(name))
        and path.relative_to(SOURCE).as_posix() not in TABLES
        and (lines := named(path.read_text(encoding="utf-8"), pattern))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('if product == "sage200":', True),
        ("from tidegate.sage.sage_200 import x", True),
        ('print("Sage 200 refused it")', True),
        ("# see docs/sage/sage-200.md", True),
        ("half away from zero. Source: `contracts/sage200/README.md` §9.6.", True),
        ("it is Sage's; 200 orders", False),
    ],
)
def test_what_counts_as_naming_it(line: str, names: bool) -> None:
    assert bool(named(line, spellings("sage200", "Sage 200"))) is names


def test_both_tables_agree() -> None:
    rooms = {product.name: product.title for product in PRODUCTS}
    for name, simulated in SIMULATED.items():
        assert rooms.get(name, simulated.title) == simulated.title
