"""One field of a foreign record: a figure, an id, a text, a flag, a day, an instant.

Every function takes what stands in the document and answers the value, None where the field is absent,
or raises Unreadable. Absent is null, a missing key, and what PHP and .NET write for it: `""`, `false` where no
flag is awaited, `[]`. Absent is never zero: whether a field may be absent, and what that means, is for
the reader to say by its contract.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tidegate.reading.document import LONGEST_NUMBER, TOO_DEEP, Unreadable, Wild

#: Amounts and quantities from here on are no shop's: a million million.
LARGEST = Decimal(10) ** 12
MINUS_LARGEST = -LARGEST
#: Ids are whole numbers of 64 bits.
HIGHEST_ID = 2**63 - 1
#: Characters of a text field: what a column of MySQL or a memo of Sage holds.
LONGEST_TEXT = 65_535
#: A number that stands for a text, such as a parcel's, is not larger.
HIGHEST_TEXT = 10**LONGEST_NUMBER
#: Years of an instant; arithmetic with hours and zones stays far from the calendar's ends.
FIRST_YEAR, LAST_YEAR = 1900, 2200


def figure(value: Any) -> Decimal | None:
    """An amount, quantity or rate, exact; it may come as a text."""
    # What nearly every field holds comes first: a page has thousands of them.
    if type(value) is int and MINUS_LARGEST < value < LARGEST:
        return Decimal(value)
    if type(value) is Decimal and MINUS_LARGEST < value < LARGEST and value.adjusted() > -LONGEST_NUMBER:
        return value
    if _absent(value):
        return None
    if isinstance(value, Wild):
        raise Unreadable(value.why)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal | float):
        raise Unreadable(f"{shown(value)} is not a number")
    if isinstance(value, int) and abs(value) >= LARGEST:
        raise Unreadable(f"{shown(value)} is out of range")
    if isinstance(value, str) and (len(value) > LONGEST_NUMBER + 8 or not value.isascii()):
        raise Unreadable(f"{shown(value)} is not a number")
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except InvalidOperation:
        raise Unreadable(f"{shown(value)} is not a number") from None
    if not number.is_finite():
        raise Unreadable(f"{shown(value)} is not a number")
    if number.copy_abs() >= LARGEST:
        raise Unreadable(f"{shown(value)} is out of range")
    if number and number.adjusted() < -LONGEST_NUMBER:
        raise Unreadable(f"{shown(value)} is out of range")
    return number


def whole(value: Any) -> int | None:
    """A whole number, an id or a count; it may come as a text or with a point (`12.0000`)."""
    if type(value) is int:
        if abs(value) > HIGHEST_ID:
            raise Unreadable(f"{shown(value)} is out of range")
        return value
    if _absent(value):
        return None
    if isinstance(value, str) and len(value) <= 20 and value.strip().isascii() and _digits(value.strip()):
        return whole(int(value))
    number = figure(value)
    if number is None or number != number.to_integral_value():
        raise Unreadable(f"{shown(value)} is not a whole number")
    return int(number)


def text(value: Any) -> str | None:
    """A text; a number is its digits."""
    if type(value) is str:
        if len(value) > LONGEST_TEXT:
            raise Unreadable(f"a text of {len(value)} characters is too long")
        if not value.isascii() and not _encodable(value):
            raise Unreadable("the text contains an incomplete character")
        return value
    if value is None or value is False or value == []:
        return None
    if isinstance(value, Wild):
        raise Unreadable(value.why)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        raise Unreadable(f"{shown(value)} is not a text")
    size = Decimal(str(value)).copy_abs()
    if not size.is_finite() or size >= HIGHEST_TEXT or (size and size.adjusted() < -LONGEST_NUMBER):
        raise Unreadable(f"{shown(value)} is out of range")
    return str(value)


def flag(value: Any) -> bool | None:
    """A yes or no; 0 and 1 and their texts are, too."""
    if isinstance(value, bool):
        return value
    if value is None or value in ("", []):
        return None
    known = {"0": False, "1": True, "false": False, "true": True}
    if isinstance(value, int | str) and (found := known.get(str(value)[:5].lower())) is not None:
        return found
    raise Unreadable(f"{shown(value)} is neither yes nor no")


def day(value: Any) -> date | None:
    """A date: the first ten characters of a text. .NET's and Excel's first days mean none."""
    written = text(value)
    if not written:
        return None
    try:
        found = date.fromisoformat(written[:10])
    except ValueError:
        raise Unreadable(f"{shown(value)} is not a date") from None
    return found if found.year >= FIRST_YEAR else None


def moment(value: Any) -> datetime | None:
    """An instant, UTC where it names no zone."""
    written = text(value)
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise Unreadable(f"{shown(value)} is not a date with a time") from None
    if at.year < FIRST_YEAR:
        return None
    if at.year > LAST_YEAR:
        raise Unreadable(f"{shown(value)} is out of range")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def shown(value: Any) -> str:
    """A value as a reason may show it: short, and never a whole record."""
    if isinstance(value, Wild):
        return value.why
    if isinstance(value, Decimal) and value == TOO_DEEP:
        return "a value that is nested too deeply"
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= HIGHEST_TEXT:
        return f"a number of more than {LONGEST_NUMBER} digits"
    if isinstance(value, Decimal | float):
        return str(value)[:LONGEST_NUMBER]
    return repr(value) if len(str(value)) <= LONGEST_NUMBER else f"{str(value)[:LONGEST_NUMBER]!r}…"


def _absent(value: Any) -> bool:
    """Null, and PHP's words for it where a number is awaited."""
    return value is None or value is False or value == [] or (isinstance(value, str) and not value.strip())


def _digits(written: str) -> bool:
    return written.removeprefix("-").isdigit()


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
