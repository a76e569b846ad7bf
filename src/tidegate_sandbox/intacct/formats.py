"""Values as texts, and texts as values: dates, times, amounts, flags (contract §5.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

Value = str | Decimal | date | datetime | bool | int | None
Kind = Literal["text", "number", "date", "moment", "flag"]
DAY = "%m/%d/%Y"
MOMENT = "%m/%d/%Y %H:%M:%S"
MOST = Decimal(10) ** 14
"""Amounts and quantities have 14 digits before the point (A)."""


def plain(value: Decimal) -> str:
    """An amount without needless zeros beyond two places."""
    text = f"{value:f}"
    if "." not in text:
        return text
    whole, _, places = text.partition(".")
    places = places.rstrip("0")
    return f"{whole}.{places}" if places else whole


def xml_value(value: Value) -> str:
    """A value as the gateway writes it; nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(MOMENT)
    if isinstance(value, date):
        return value.strftime(DAY)
    if isinstance(value, Decimal):
        return plain(value)
    return str(value)


def rest_value(value: Value, kind: Kind) -> object:
    """A value as REST writes it: money and keys are texts, nothing is null."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(value)
    return str(value)


def read_day(text: str) -> date:
    """A date as the gateway or REST writes it. ValueError for anything else."""
    text = text.strip()
    for form in (DAY, "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise ValueError(f"{text!r} is not a date (MM/DD/YYYY)")


def read_moment(text: str) -> datetime:
    """A date, or a date and time; UTC where no zone is said. ValueError for anything else."""
    text = text.strip()
    for form in (MOMENT, DAY):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def read_number(text: str) -> Decimal:
    """An amount with a dot. ValueError for anything else."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not value.is_finite() or abs(value) >= MOST:
        raise ValueError(f"{text!r} is not a number that can be stored")
    return value


def read_flag(text: str) -> bool:
    """true or false, T or F, in any case. ValueError for anything else."""
    folded = text.strip().lower()
    if folded in ("true", "t", "1", "yes"):
        return True
    if folded in ("false", "f", "0", "no", ""):
        return False
    raise ValueError(f"{text!r} is neither true nor false")


def read_value(text: str, kind: Kind) -> Value:
    """A text as a value of a kind. ValueError where it is none."""
    if kind == "date":
        return read_day(text) if len(text.strip()) <= 10 else read_moment(text).date()
    if kind == "moment":
        return read_moment(text)
    if kind == "number":
        return read_number(text)
    if kind == "flag":
        return read_flag(text)
    return text
