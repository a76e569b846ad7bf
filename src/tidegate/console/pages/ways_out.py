"""The ways out of every cause for which a delivery stands still, in the words of the page.

What is put right elsewhere is said with the place; what can be done on the page is offered beside it.
"""

from __future__ import annotations

from collections.abc import Iterable

from tidegate.domain.errors import GROUP_OF, Code, Group
from tidegate.domain.orders.edits import ACCOUNT, DATE, DIFFERENCE

#: The groups whose records wait for a person, or for a thing that a person brings about.
NEED_A_PERSON = (Group.REVIEW, Group.HOLD_FOR_FIX, Group.CLOSED_PERIOD)
#: Code -> the field whose edit mends every order of the cause, and what the button says.
EDITS: dict[str, tuple[str, str, str]] = {
    Code.TOTALS_DIFFER: (
        DIFFERENCE,
        "Accept a difference of up to",
        "for each order; for an order that Sage already has, use Retry and overrule the reason",
    ),
    Code.PERIOD_CLOSED: (DATE, "Change their date", "to a day in a period that is open in Sage"),
    Code.UNKNOWN_CUSTOMER: (
        ACCOUNT,
        "Send these orders to the account",
        "this time only; a mapping is for all later orders",
    ),
    Code.UNPROVEN_CUSTOMER: (ACCOUNT, "Send these orders to the account", "this time only"),
    Code.AMBIGUOUS_CUSTOMER: (ACCOUNT, "Send these orders to the account", "this time only"),
}
#: Codes whose record may have a document in the other system already: it is confirmed as that one.
LINKED = (
    Code.REFUSED,
    Code.TOTALS_DIFFER,
    Code.OTHER_CONTENT,
    Code.DUPLICATE_FOUND,
    Code.MALFORMED,
    Code.TOO_LONG,
    Code.CANCEL_AFTER_SEND,
    Code.UNREADABLE,
    Code.UNFORESEEN,
)
#: Codes whose record may be mended by another value of one of its fields, which the reason names.
EDITED = (Code.REFUSED, Code.TOO_LONG, Code.OTHER_CONTENT, Code.DUPLICATE_FOUND)
#: Codes that ask a person and are nothing to be sent: they end by being left out, with the reason.
ASKING = (Code.CHANGED_AFTER_SEND, Code.BOOKS_DIFFER)

_MAPPED = "Say here what it is in Sage: all orders that wait for it go."
#: Code -> what a person does about it.
SAID: dict[str, str] = {
    Code.REFUSED: "Read what Sage says. Edit the field that it names and send the order again; or put right in Sage "
    "what it names and retry; or enter the order there by hand and link it.",
    Code.TOTALS_DIFFER: "Both calculations are in the reason. Correct the tax code or the rate and retry; or accept a "
    "small difference; or enter the order by hand in Sage and link it.",
    Code.OTHER_CONTENT: "Compare the two documents. Is it the same order? Link it. If not, correct the one in the way, "
    "then retry.",
    Code.DUPLICATE_FOUND: "Is the document that was found the same order, typed in by hand? Link it. If not, retry: then "
    "ours is sent.",
    Code.CANCEL_AFTER_SEND: "Cancel the order in Sage and link the cancellation; or skip the cancellation when the order "
    "shall stay.",
    Code.CHANGED_AFTER_SEND: "Change or credit the order in Sage by hand, then skip this with the reason.",
    Code.BOOKS_DIFFER: "Put the wrong side right: the next reconciliation ends this by itself. Or skip it with the reason.",
    Code.UNREADABLE: "Repair the record that the reason names, in the shop or in Sage. It is read again by itself; retry "
    "does it at once.",
    Code.MALFORMED: "Correct the order in the shop and retry; or enter it by hand in Sage and link it.",
    Code.TOO_LONG: "Shorten the text that the reason names, in the shop or by an edit, or the prefix in the "
    "configuration; then retry.",
    Code.UNFORESEEN: "This is a fault of Tidegate: report it with the log. Then retry; often the next version can.",
    Code.AMBIGUOUS_CUSTOMER: "The reason names the accounts. Choose one here, or map the customer to one, or merge them in "
    "Sage; then retry.",
    Code.UNMAPPED_PAYMENT: _MAPPED,
    Code.UNMAPPED_SHIPPING: _MAPPED,
    Code.UNMAPPED_TAX: _MAPPED,
    Code.UNMAPPED_AMOUNT: _MAPPED,
    Code.UNMAPPED_CURRENCY: "The configuration says which of the order's two currencies counts (amounts, side). Change it "
    "there and restart the hub: the orders go by themselves.",
    Code.UNKNOWN_SKU: "Create the product in Sage: the orders go by themselves. Or say here what it is called in Sage.",
    Code.UNKNOWN_CUSTOMER: "Create the account in Sage, or name one here; the orders go by themselves.",
    Code.UNPROVEN_CUSTOMER: "Make sure who the customer is; then map the customer's id to the account, here or by "
    "`tidegate match`.",
    Code.UNKNOWN_REFERENCE: "Create in Sage what the reason names, or correct the mapping that names it: the records go "
    "by themselves.",
    Code.SHORT_STOCK: "Correct the source's stock in the shop, or the mapping of the warehouse. It is tried again by itself "
    "after stock was written.",
    Code.PRICE_SCOPE: "Set the price scope in the shop to Website, or leave prices to one connection.",
    Code.CUSTOMER_PENDING: "Approve the account in Sage, or end its hold there: the orders go by themselves.",
    Code.PARENT_PENDING: "Settle what comes first: the step or the order that the reason names. This goes by itself then.",
    Code.ORDER_ON_HOLD: "Take the order off hold in the shop: it goes by itself.",
    Code.NUMBER_PENDING: "Nothing: the number comes with a later cycle. If Sage never gives one, skip it.",
    Code.PAYMENT_PENDING: "Nothing: it goes when Sage's invoice is paid. Release makes it at once.",
    Code.NOT_OFFERED: "This Sage product cannot do it: do this part by hand and skip it, or switch the flow off.",
    Code.PERIOD_CLOSED: "Open the period in Sage and retry; or give the orders a date in an open period.",
}
#: The same of items of stock, prices and masters, which are written to the shop.
SAID_OF_ITEMS: dict[str, str] = {
    Code.UNKNOWN_SKU: "Create the product in the shop, then retry. Or leave it, if the shop shall not have it: nothing "
    "else waits for it.",
    Code.UNKNOWN_REFERENCE: "Create in the shop what the reason names, such as a source or a customer group, or correct "
    "the mapping; then retry.",
}
ITEMS_OTHERWISE = (
    "Put right what the reason names, in the shop or in Sage. It is tried again by itself; Retry does it with the next "
    "cycle."
)
#: What a person has held back or nobody has named.
OTHERWISE = "Read the reason, then retry, or leave it out with the reason."
HELD_BACK = "Somebody has held it back: release lets it go."


def said(code: str) -> str:
    """What to do about a cause; also about one that another version of Tidegate has named."""
    return HELD_BACK if code == "operator" else SAID.get(code, OTHERWISE)


def said_of_items(codes: Iterable[str]) -> list[str]:
    """What to do about items that stand still for these codes, each once."""
    return list(dict.fromkeys(SAID_OF_ITEMS.get(code, ITEMS_OTHERWISE) for code in codes))


def edit_helps(code: str) -> bool:
    """Whether another value of one field can mend a record."""
    return code in EDITS or code in EDITED


def needing_a_person() -> list[Code]:
    """Every code for which a delivery stands still."""
    return [code for code, group in GROUP_OF.items() if group in NEED_A_PERSON]
