"""`docs/configuration.md` describes every key, a product's page its own; nothing else, and the examples load."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
import tomlkit

from tidegate.config import model
from tidegate.config.amounts import Amount
from tidegate.config.company import CompanySettings
from tidegate.config.references import reference_keys
from tidegate.config.sage_product import SageProduct
from tidegate.sage.rooms import PRODUCTS
from unit.config.configuration_files import read, whole

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "configuration.md").read_text(encoding="utf-8")
NAMES = {
    "stores": "main",
    "companies": "uk",
    "connections": "web",
    "flows": "orders",
    "targets": "operations",
    "payments": "*",
    "shipping": "*",
}
Row = dict[str, str]


def sections(page: str = PAGE) -> dict[str, str]:
    """`[stores.NAME]` -> the text below that heading."""
    parts = re.split(r"(?m)^## `(\[.+\])`$", page)
    return {title: text.split("\n## ")[0] for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def rows(text: str) -> Iterator[Row]:
    """The rows of a section's table of keys."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| `"):
            assert len(cells) in (4, 5), line
            yield dict(zip(("key", "type", "default", "meaning", "example"), [*cells, ""], strict=False))


def tables(kind: type[msgspec.Struct], path: str = "") -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """Every table of the model with the heading that describes it."""
    hints = get_type_hints(kind)
    for name, hint in hints.items():
        inner = [
            part
            for part in (hint, *get_args(hint))
            if isinstance(part, type) and issubclass(part, msgspec.Struct)
        ]
        if not inner:
            continue
        key = f"{path}.{name}" if path else name
        if inner[0] is Amount:  # every source has the same keys
            yield f"[{path}.SOURCE]", Amount
            continue
        origin = get_origin(hint)
        if origin is dict:
            key += {"flows": ".FLOW", "payments": ".METHOD", "shipping": ".METHOD"}.get(name, ".NAME")
        yield f"[[{key}]]" if origin is tuple else f"[{key}]", inner[0]
        yield from tables(inner[0], key)


TABLES = dict(tables(model.Configuration))
COMPANY = "[companies.NAME]"
SHARED = [(title, TABLES[title], row) for title, text in sections().items() for row in rows(text)]
OWN = [
    (COMPANY, product.settings, row)
    for product in PRODUCTS
    for row in rows(sections((DOCS / product.page).read_text(encoding="utf-8"))[COMPANY])
]
DESCRIBED = [each for each in (*SHARED, *OWN) if each[2]["key"] != "`product`"]
NAMED = [f"{kind.__name__}.{row['key']}" for _, kind, row in DESCRIBED]


def test_every_table_has_its_section_and_no_other_exists() -> None:
    assert set(sections()) == set(TABLES)


@pytest.mark.parametrize("title", TABLES)
def test_every_key_is_described_and_every_described_key_exists(title: str) -> None:
    described = [row["key"].strip("`") for row in rows(sections()[title])]
    chosen = ["product"] if title == COMPANY else []
    assert described == [*chosen, *get_type_hints(TABLES[title])]


def test_the_row_of_the_product_names_them_all_and_their_pages() -> None:
    row = next(rows(sections()[COMPANY]))
    assert row["type"] == ", ".join(f'`"{product.name}"`' for product in PRODUCTS)
    assert row["default"] == "required"
    for product in PRODUCTS:
        assert f"[{product.title}]({product.page}#companiesname)" in row["meaning"]


@pytest.mark.parametrize("product", PRODUCTS, ids=[product.name for product in PRODUCTS])
def test_the_page_of_a_product_describes_its_own_keys(product: SageProduct) -> None:
    described = [row["key"].strip("`") for _, kind, row in OWN if kind is product.settings]
    shared = get_type_hints(CompanySettings)
    assert described == [key for key in get_type_hints(product.settings) if key not in shared]


@pytest.mark.parametrize(("title", "kind", "row"), DESCRIBED, ids=NAMED)
def test_type_and_default_are_those_of_the_model(title: str, kind: type[msgspec.Struct], row: Row) -> None:
    key = row["key"].strip("`")
    field = {each.name: each for each in msgspec.structs.fields(kind)}[key]
    hint = get_type_hints(kind)[key]
    assert row["meaning"]
    if get_origin(hint) is Literal:
        assert row["type"] == ", ".join(f'`"{choice}"`' for choice in get_args(hint))
    elif key in reference_keys(kind):
        assert row["type"] == "secret"
    if field.required:
        assert row["default"] == "required"
    elif row["default"] in ("none", "its defaults"):
        assert (
            field.default in ((), None)
            or field.default_factory is not msgspec.NODEFAULT
            or (isinstance(field.default, msgspec.Struct))
        )
    else:
        default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        written = tomllib.loads(f"x = {row['default'].strip('`')}")["x"]
        assert msgspec.convert(written, hint) == default


@pytest.mark.parametrize(("title", "kind", "row"), DESCRIBED, ids=NAMED)
def test_every_example_of_a_key_loads(title: str, kind: type[msgspec.Struct], row: Row) -> None:
    hint = get_type_hints(kind)[row["key"].strip("`")]
    holds_tables = any(
        isinstance(part, type) and issubclass(part, msgspec.Struct) for part in (hint, *get_args(hint))
    )
    if not row["example"]:
        assert holds_tables
        return
    example = tomllib.loads(row["example"].strip("`"))
    assert list(example) == [row["key"].strip("`")]
    document = base()
    if issubclass(kind, CompanySettings) and kind is not CompanySettings:
        document["companies"]["uk"] = company_on_the_page(kind)
    if title == "[[companies.NAME.closed]]":
        window = {"rule": "FREQ=DAILY;BYHOUR=1", "minutes": 5, **example}
        document["companies"]["uk"]["closed"] = [window]
    elif title == "[[connections.NAME.tax.destinations]]":
        place = {"country": "US", "group": "MICHIGAN", **example}
        document["connections"]["web"].setdefault("tax", {})["destinations"] = [place]
    elif title == "[connections.NAME.amounts.SOURCE]":
        source = {"account": "4010", **example}
        document["connections"]["web"]["amounts"] = {"fields": {"surcharge_amount": source}}
    else:
        table = document
        last = ""
        for part in title.strip("[]").split("."):
            table = table.setdefault(NAMES[last] if part.isupper() else part, {})
            last = part
        if "cron" in example:
            table.pop("every", None)
        table.update(example)
    read(tomlkit.dumps(document))


def test_every_block_of_the_page_loads() -> None:
    blocks = re.findall(r"(?ms)^```toml\n(.*?)^```", PAGE)
    assert len(blocks) >= 2
    read(blocks[0])
    for block in blocks[1:]:
        read(tomlkit.dumps(merged(base(), tomllib.loads(block))))


def company_on_the_page(settings: type[CompanySettings]) -> dict[str, Any]:
    """The table that the page of this product shows."""
    (product,) = [each for each in PRODUCTS if each.settings is settings]
    (block,) = re.findall(r"(?ms)^```toml\n(\[companies.*?)^```", (DOCS / product.page).read_text("utf-8"))
    (table,) = tomllib.loads(block)["companies"].values()
    assert table["product"] == product.name
    return dict(table)


def base() -> dict[str, Any]:
    """A whole configuration in which every way to sign in has its secrets."""
    document = tomllib.loads(whole())
    secrets = reference_keys(model.Store) - {
        "username",
        "hook_secret",
        "hook_key",
    }  # these are no plain tokens
    document["stores"]["main"] |= dict.fromkeys(secrets, "env:TOKEN") | {"username": "tidegate"}
    document["companies"]["uk"]["subscription_key"] = "env:TOKEN"
    document["notify"] = {"targets": {"operations": {"url": "env:TOKEN"}}}
    return document


def merged(into: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(into.get(key), dict)
        into[key] = merged(into[key], value) if both else value
    return into
