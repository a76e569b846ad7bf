"""The checker of credit notes that a person has to carry over, because the shop gives back something else.

Magento gives fixed product tax back by pieces and the wrapping of the whole order with its first credit memo, asked
or not; other fees it never gives back by itself (contract, points on credit memos). Where the company's own people
have credited such an amount otherwise, no call of the hub's can make the two equal. Shares no code with the hub.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tidegate_sandbox.checker import Terms

Book = Mapping[str, Any]
ZERO, CENT = Decimal(0), Decimal("0.01")
#: The hub's key of such an amount's line in the company; that of an item's ends with the item.
EXTRA = re.compile(r"extra:\d+:(?P<source>[a-z_.]+)(?::(?P<item>\d+))?")
#: What the shop gives back with the first memo of an order, whatever is credited.
AT_ONCE = ("gift_wrapping", "printed_card")


def a_person_decides(there: Book, note: Book, earlier: Iterable[Book]) -> bool:
    """Whether a credit note has other fees than the shop's memo of the same pieces would have.

    `there` is the company's order, `earlier` its older credit notes that the shop has a memo of.
    """
    lines = {line["id"]: line for line in there["lines"]}
    pieces = {
        lines[row["line_id"]]["key"]: Decimal(row["quantity"])
        for row in note["lines"]
        if row["line_id"] in lines and lines[row["line_id"]]["kind"] == "item"
    }
    by_line = {row["line_id"]: Decimal(row["net"]) + Decimal(row["tax"]) for row in note["lines"]}
    given_back, credited = ZERO, ZERO
    first = not any(any(row["line_id"] in lines for row in one["lines"]) for one in earlier)
    for line in there["lines"]:
        extra = EXTRA.fullmatch(line["key"] or "")
        if extra is None:
            continue
        credited += by_line.get(line["id"], ZERO)
        whole = Decimal(line["net"]) + Decimal(line["tax"])
        if extra["item"]:
            item = next((each for each in there["lines"] if each["key"] == f"item:{extra['item']}"), None)
            share = pieces.get(item["key"], ZERO) / Decimal(item["quantity"]) if item else ZERO
            given_back += (whole * share).quantize(CENT, ROUND_HALF_UP)
        elif extra["source"] in AT_ONCE and first:
            given_back += whole
    return given_back != credited


def fees_differ(order: Book, there: Book, note: Book, earlier: Iterable[Book], terms: Terms) -> bool:
    """Whether the shop would give back other fees than the company's note has, whatever the hub asks for.

    `order` is the shop's. Where the company's order says which amount is which, each is looked at by itself.
    """
    if any(EXTRA.fullmatch(line["key"] or "") for line in there["lines"]):
        return a_person_decides(there, note, earlier)
    side = "" if terms.order_currencies[order["store_id"]] == terms.currency else "base_"
    limit = max(terms.tolerance, CENT * len(note["lines"]))
    return no_call_makes_equal(order["unasked"], side, there, note, earlier, limit)


def no_call_makes_equal(
    unasked: Book, side: str, there: Book, note: Book, earlier: Iterable[Book], limit: Decimal
) -> bool:
    """The same of a company that keeps its amounts without our keys, as one sum at best.

    By the shop's own figures, `unasked`: no call of the hub's makes a memo of less than what it gives back unasked, or
    of more than that and all shipping that is left.
    """
    lines = {line["id"]: line for line in there["lines"]}
    rows = [row for row in note["lines"] if row["line_id"] in lines]
    credited, given_back = ZERO, ZERO
    for row in rows:
        line = lines[row["line_id"]]
        if line["kind"] == "item":
            item = (line["key"] or "").removeprefix("item:")
            each = {str(id): tax for id, tax in unasked[f"{side}fixed_tax"].items()}.get(item, "0")
            given_back += Decimal(each) * Decimal(row["quantity"])
        else:
            credited += Decimal(row["net"]) + Decimal(row["tax"])
    if not any(any(row["line_id"] in lines for row in one["lines"]) for one in earlier):
        given_back += Decimal(unasked[f"{side}at_once"])
    most = given_back + Decimal(unasked[f"{side}shipping"])
    return credited < given_back - limit or credited > most + limit


def of_nothing(note: Book, company: Book) -> bool:
    """Whether a credit note gives nothing back of orders that cost nothing: the shop makes no memo of nothing."""
    orders = [each for each in company["orders"] if each["id"] in note["order_ids"]]
    return not any(Decimal(each["gross"]) for each in (note, *orders))
