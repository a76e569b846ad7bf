"""Values as they travel: decimals as text, days and instants, and the values of bodies (contract §3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tidegate_sandbox.business_cloud.options import Options
from tidegate_sandbox.business_cloud.problem import Invalid

Body = dict[str, Any]
KINDS = (
    *("contact", "address", "person", "item", "price", "invoice", "invoice_line", "quote", "quote_line"),
    *("credit", "credit_line", "payment", "on_account", "allocation", "transaction", "entry", "account"),
    *("bank", "price_type", "movement", "business", "user", "tax_rate", "own_credit", "own_credit_line"),
)
"""What has an id of 32 hexadecimal digits."""
_NUMBERS = {kind: number for number, kind in enumerate(KINDS, 1)}


def uid(kind: str, number: int) -> str:
    """The id of a record: 32 hexadecimal digits without hyphens."""
    return f"{_NUMBERS[kind]:04x}{number:028x}"


def number_of(kind: str, text: object) -> int | None:
    """The record behind an id; None for an id of something else."""
    if not isinstance(text, str) or len(text) != 32 or not text.startswith(f"{_NUMBERS[kind]:04x}"):
        return None
    try:
        return int(text[4:], 16)
    except ValueError:
        return None


def written(value: Any) -> Any:
    """A value as JSON: decimals are texts with at least one place."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        text = text.rstrip("0") if "." in text else text
        return f"{text}0" if text.endswith(".") else text if "." in text else f"{text}.0"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Mapping):
        return {name: written(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [written(one) for one in value]
    return value


def named(id: str, shown: str, path: str) -> Body:
    """A related record, as it stands in another one."""
    return {"id": id, "displayed_as": shown, "$path": f"/{path}/{id}"}


class Fields:
    """The fields of a body; what is wrong with them is gathered, and said at once."""

    def __init__(self, body: Mapping[str, Any], options: Options, path: str = "") -> None:
        self.body = body
        self.path = path
        self.faults: list[tuple[str, str]] = []
        self._options = options

    def within(self, name: str, body: Mapping[str, Any]) -> Fields:
        """Those of a record inside this one; its faults are added to ours."""
        inner = Fields(body, self._options, f"{self.path}{name}.")
        inner.faults = self.faults
        return inner

    def wrong(self, name: str, said: str) -> None:
        """Note a fault."""
        self.faults.append((f"{self.path}{name}", said))

    def raise_faults(self) -> None:
        """Problem 422 when anything is wrong."""
        if self.faults:
            raise Invalid(*self.faults)

    def text(self, name: str, length: int = 0, *, needed: bool = False) -> str:
        """A text of at most so many characters."""
        value = self.body.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.wrong(name, "is invalid")
            return ""
        if needed and not value.strip():
            self.wrong(name, "can't be blank")
        if length and len(value) > length:
            if self._options.too_long == "refuse":
                self.wrong(name, f"is too long (maximum is {length} characters)")
            value = value[:length]
        return value

    def number(self, name: str, *, needed: bool = False) -> Decimal | None:
        """A number, as one or as text."""
        value = self.body.get(name)
        if value is None or value == "":
            if needed:
                self.wrong(name, "can't be blank")
            return None
        if not isinstance(value, bool) and isinstance(value, int | str | Decimal):
            try:
                found = Decimal(value)
                if found.is_finite():
                    return found
            except InvalidOperation:
                pass
        self.wrong(name, "is not a number")
        return None

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """A day."""
        value = self.body.get(name)
        if value is None or value == "":
            if needed:
                self.wrong(name, "can't be blank")
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.wrong(name, "is not a valid date")
            return None

    def list(self, name: str) -> list[Body]:
        """The records of a list."""
        value = self.body.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.wrong(name, "is invalid")
            return []
        return value

    def record(self, name: str) -> Fields:
        """The fields of a record inside this one; none where it is not given."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, dict):
            self.wrong(name, "is invalid")
        return self.within(name, value if isinstance(value, dict) else {})
