"""How a customer is named: by the number alone in the usual division, else by division and number.

Numbers are unique within a division only. A number that looks like one with a division is always written with it.
"""

from __future__ import annotations

import re

_DIVIDED = re.compile(r"([0-9A-Z]{2})-(.+)")
LONGEST_NUMBER = 20
USUAL = "00"


def account_of(division: str, number: str, usual: str) -> str:
    """What the hub calls the customer."""
    if division == usual and not _DIVIDED.fullmatch(number):
        return number
    return f"{division}-{number}"


def parts_of(account: str, usual: str) -> tuple[str, str]:
    """(division, number); numbers are upper case."""
    text = account.strip().upper()
    found = _DIVIDED.fullmatch(text)
    return (found[1], found[2]) if found else (usual, text)


def spelled(account: str, usual: str) -> str:
    """The account as `account_of` writes it."""
    return account_of(*parts_of(account, usual), usual)
