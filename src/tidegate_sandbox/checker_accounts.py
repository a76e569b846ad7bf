"""Checks of the hub's own accounts: every delivery is in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Book = Mapping[str, Any]
PLACES = ("confirmed", "handed_over", "waiting", "in_doubt", "review", "held", "cancelled", "skipped")


def wrong_accounts(accounts: Sequence[Book], main: Mapping[int, Book]) -> Iterator[tuple[str, str, int]]:
    """Promise 7: read = confirmed + handed over + waiting + in doubt + review + held + cancelled + skipped.

    The account, what is wrong with it, and how many deliveries nothing explains.
    """
    for account in accounts:
        missing = account["read"] - sum(account[place] for place in PLACES)
        if missing:
            yield f"{account['flow']}/{account['step']}", f"{missing} unexplained", abs(missing)
        if (account["flow"], account["step"]) == ("orders", "order"):
            counted = Counter(each["state"] for each in main.values())
            if account["confirmed"] != counted["confirmed"] or account["read"] != len(main):
                yield "orders", f"{dict(account)} against {dict(counted)}", 0
