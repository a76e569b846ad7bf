"""What the buyer chose or wrote besides amounts: into line texts, comment lines or memos, by rule."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.domain.money import shown, total
from tidegate.domain.orders.billing_lines import Billed, BilledLine
from tidegate.domain.orders.extras import Placed
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.sales_order import LineKind, SalesLine
from tidegate.domain.orders.terms import Terms

COMMENT, LINE, MEMO = "comment", "line", "memo"


def options_comment(line: BilledLine, terms: Terms) -> SalesLine | None:
    """A comment line right behind its goods: what to engrave must reach the people who make it."""
    if not line.options or terms.text_rule("options") != COMMENT:
        return None
    return _comment(f"{line.sku}: {'; '.join(line.options)}")


def order_comments(order: Order, document: Billed, terms: Terms) -> list[SalesLine]:
    """The comment lines at the end: what is paid already, remarks, and the buyer's note."""
    texts = [paid_text(document)] if document.prepaid else []
    texts += [each.text for each in order.remarks if terms.text_rule(each.kind) == COMMENT]
    texts += [order.note] if order.note else []
    return [_comment(text) for text in texts]


def memos(order: Order, document: Billed, terms: Terms) -> tuple[str, ...]:
    """What only the company sees."""
    return tuple(_memos(order, document, terms))


def _memos(order: Order, document: Billed, terms: Terms) -> Iterator[str]:
    for line in document.lines:
        if line.options and terms.text_rule("options") == MEMO:
            yield f"{line.sku}: {'; '.join(line.options)}"
    for each in order.remarks:
        if terms.text_rule(each.kind) == MEMO:
            yield each.text


def paid_text(document: Billed) -> str:
    """What gift cards and the like have paid, and what is left of the total."""
    parts = ", ".join(f"{_name(each)} {shown(each.amount)}" for each in document.prepaid)
    left = document.gross - total(each.amount for each in document.prepaid)
    return f"Paid by other means: {parts} {document.currency}; left to pay {shown(left)}"


def _name(placed: Placed) -> str:
    return placed.text[:1].lower() + placed.text[1:] if not placed.terms.text else placed.text


def _comment(text: str) -> SalesLine:
    return SalesLine(kind=LineKind.COMMENT, description=text)
