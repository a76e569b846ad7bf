"""Tax codes as `tidegate init` takes them: `20=1, 0=0`, percent in Magento = code in Sage."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def read(answer: str) -> tuple[tuple[str, str], ...]:
    """The pairs in their order. Raises ValueError that says how to write them."""
    pairs: dict[str, str] = {}
    for part in (each.strip() for each in answer.split(",")):
        if not part:
            continue
        percent, equals, code = (each.strip() for each in part.partition("="))
        if not (equals and code and _is_percent(percent)):
            raise ValueError(f'"{part}": write percent = code, such as 20=1, with commas between the pairs')
        if percent in pairs:
            raise ValueError(f"{percent} percent is given twice")
        pairs[percent] = code
    return tuple(pairs.items())


def _is_percent(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and 0 <= value <= 100


def problem(answer: str) -> str:
    """What is wrong with the answer; "" when it can be read."""
    try:
        read(answer)
    except ValueError as error:
        return str(error)
    return ""
