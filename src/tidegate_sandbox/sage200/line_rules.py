"""Which fields of an order line the vendor allows on which line types (contract, additions of 29 November).

``data/line_type_rules.json`` holds the line types by schema and field; a field that is not named there is
allowed everywhere. What stands in a body counts, whatever its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.options import Options


@cache
def rules() -> dict[str, dict[str, list[str]]]:
    """Line types by schema and field."""
    raw = files("tidegate_sandbox.sage200").joinpath("data/line_type_rules.json").read_bytes()
    decoded: dict[str, dict[str, list[str]]] = msgspec.json.decode(raw)
    return decoded


def check_line(
    line: Mapping[str, Any],
    line_type: str,
    position: int,
    company: Company,
    options: Options,
    schema: str = "sop_order_line",
) -> None:
    """Refusal ``invalid`` for a field that this line type must not have, or a code of another product."""
    if options.line_rules:
        for name in line:
            allowed = rules()[schema].get(name)
            if allowed is not None and line_type not in allowed:
                text = f"The value of {name} can only be given for lines of type {', '.join(allowed)}."
                raise Refusal("invalid", text, f"lines[{position}].{name}")
    if options.matching_codes and line_type == "EnumLineTypeStandard" and line.get("code"):
        product = company.items.get(line.get("product_id"))
        if product is not None and product.code.casefold() != line["code"].casefold():
            text = f"The product code {line['code']} is not the code of the product with this id."
            raise Refusal("invalid", text, f"lines[{position}].code")
