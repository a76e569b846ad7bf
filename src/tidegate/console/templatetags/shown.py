"""Filters: instants, spans and amounts as every page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

#: State -> the tone that its badge has.
TONES = {
    "captured": "calm",
    "queued": "calm",
    "sending": "calm",
    "handed over": "calm",
    "confirmed": "good",
    "done": "good",
    "open": "good",
    "in doubt": "warn",
    "held": "warn",
    "closed": "warn",
    "ended early": "warn",
    "review": "bad",
    "failed": "bad",
    "halted": "bad",
    "cancelled": "dim",
    "skipped": "dim",
    "off": "dim",
}


@register.filter
def when(value: datetime | str | None) -> SafeString | str:
    """An instant: UTC in the page, made the viewer's own time by `console.js`."""
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}">{} UTC</time>', at.strftime("%Y-%m-%dT%H:%M:%SZ"), f"{at:%Y-%m-%d %H:%M}"
    )


@register.filter
def span(seconds: float | None) -> str:
    """`2 d 4 h`, `17 min`, `40 s`."""
    if seconds is None:
        return ""
    left = int(seconds)
    if left >= 86_400:
        return f"{left // 86_400} d {left % 86_400 // 3600} h"
    if left >= 3600:
        return f"{left // 3600} h {left % 3600 // 60} min"
    return f"{left // 60} min" if left >= 60 else f"{left} s"


@register.filter
def money(value: Any, currency: str = "") -> str:
    """An amount with thousands separators and its currency; "" for none."""
    if value in (None, ""):
        return ""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    places = max(2, -int(amount.normalize().as_tuple().exponent)) if amount else 2
    return f"{amount:,.{places}f} {currency}".strip()


@register.filter
def pieces(value: Any) -> str:
    """A quantity without the noughts behind its point."""
    return f"{value.normalize() if value else Decimal(0):f}" if isinstance(value, Decimal) else str(value)


@register.filter
def unsigned(text: str) -> str:
    """A quantity without its sign, which stands before it already."""
    return str(text).removeprefix("-")


@register.filter
def tone(state: str) -> str:
    """The tone of a state's badge."""
    return TONES.get(str(state), "calm")


@register.filter
def spaced(name: str) -> str:
    """`handed_over` as words."""
    return str(name).replace("_", " ").replace("-", " ")


@register.filter
def number(value: Any) -> str:
    """A count with thousands separators."""
    return f"{value:,}" if isinstance(value, int) else str(value)


@register.filter
def get(table: Any, key: Any) -> Any:
    """One value of a table."""
    return table.get(key, "") if isinstance(table, Mapping) else ""
