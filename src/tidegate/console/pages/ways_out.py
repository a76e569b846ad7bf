"""What a user can do about each cause for which a delivery needs a person, in the words of the page.

Each text names the place where the cause is corrected. Actions of the page are offered beside the text.
"""

from __future__ import annotations

from collections.abc import Iterable

from tidegate.domain.errors import GROUP_OF, Code, Group
from tidegate.domain.orders.edits import ACCOUNT, DATE, DIFFERENCE

#: The groups whose records wait for a person, or for something that a person must provide.
NEED_A_PERSON = (Group.REVIEW, Group.HOLD_FOR_FIX, Group.CLOSED_PERIOD)
#: Code -> the field whose edit corrects every order of the cause, its label and its help text.
EDITS: dict[str, tuple[str, str, str]] = {
    Code.TOTALS_DIFFER: (
        DIFFERENCE,
        "Accept a difference of up to",
        "the largest difference for each order; for an order that Sage already has, use Retry and overrule the reason",
    ),
    Code.PERIOD_CLOSED: (
        DATE,
        "Change the date of these orders to",
        "a day in a period that is open in Sage",
    ),
    Code.UNKNOWN_CUSTOMER: (
        ACCOUNT,
        "Send these orders to the account",
        "for these orders only; a mapping also counts for later orders",
    ),
    Code.UNPROVEN_CUSTOMER: (ACCOUNT, "Send these orders to the account", "for these orders only"),
    Code.AMBIGUOUS_CUSTOMER: (ACCOUNT, "Send these orders to the account", "for these orders only"),
}
#: Codes whose record may already have a document in the other system: it can be linked to that document.
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
#: Codes whose record may be corrected by another value of the field that the reason names.
EDITED = (Code.REFUSED, Code.TOO_LONG, Code.OTHER_CONTENT, Code.DUPLICATE_FOUND)
#: Codes that ask a person a question and have nothing to send: they end when they are skipped, with the reason.
ASKING = (Code.CHANGED_AFTER_SEND, Code.BOOKS_DIFFER)

_MAPPED = (
    "Enter here what the name in the reason is in Sage. All orders that wait for this mapping are then sent."
)
#: Code -> what a person does about it.
SAID: dict[str, str] = {
    Code.REFUSED: "The reason has the words of the system that refused. Edit the field that it names and send the order again; "
    "or correct in Sage what the reason names and retry; or enter the order by hand in Sage and link it.",
    Code.TOTALS_DIFFER: "The reason shows the total of Magento and the total of Sage. Correct the tax code or the rate and retry; or "
    "accept a small difference; or enter the order by hand in Sage and link it.",
    Code.OTHER_CONTENT: "Compare the two documents. If the document in Sage is this order, link it. If not, correct the key or the "
    "number of the other document, then retry.",
    Code.DUPLICATE_FOUND: "Compare the document that was found with this order. If somebody entered this order by hand, link it. If "
    "not, retry: Tidegate then sends this order.",
    Code.CANCEL_AFTER_SEND: "Cancel the order in Sage and link the cancellation. If the order is to stay in Sage, skip the "
    "cancellation.",
    Code.CHANGED_AFTER_SEND: "Change or credit the order by hand in Sage, then skip this step with the reason.",
    Code.BOOKS_DIFFER: "Correct the side that is wrong: the next reconciliation then ends this review. Or accept the difference and "
    "skip this step with the reason.",
    Code.UNREADABLE: "Correct the record that the reason names, in the shop or in Sage. Tidegate reads the record again by itself; "
    "Retry reads it at once.",
    Code.MALFORMED: "Correct the order in the shop and retry; or enter the order by hand in Sage and link it.",
    Code.TOO_LONG: "Shorten the text that the reason names, in the shop or by an edit; or shorten the prefix in the "
    "configuration. Then retry.",
    Code.UNFORESEEN: "This is a fault of Tidegate: report the fault with the log. Then retry, now or with the next version of "
    "Tidegate.",
    Code.AMBIGUOUS_CUSTOMER: "The reason names several accounts of this customer. Choose one account here, or map the customer to one "
    "account, or merge the accounts in Sage; then retry.",
    Code.UNMAPPED_PAYMENT: _MAPPED,
    Code.UNMAPPED_SHIPPING: _MAPPED,
    Code.UNMAPPED_TAX: _MAPPED,
    Code.UNMAPPED_AMOUNT: _MAPPED,
    Code.UNMAPPED_CURRENCY: "The key `side` of the section `amounts` in the configuration says which of the order's two currencies counts. "
    "Change the key and restart the hub. The orders are then sent.",
    Code.UNKNOWN_SKU: "Create the product in Sage, or enter here the code that the product has in Sage. The orders are then sent.",
    Code.UNKNOWN_CUSTOMER: "Create the account in Sage, or enter an account here. The orders are then sent.",
    Code.UNPROVEN_CUSTOMER: "Verify who the customer is. Then map the id of the customer to the account, here or with "
    "`tidegate match`.",
    Code.UNKNOWN_REFERENCE: "Create in Sage the record that the reason names, or correct the mapping that names it. The deliveries are "
    "then sent.",
    Code.SHORT_STOCK: "Correct the stock of the source in the shop, or the mapping of the warehouse. Tidegate tries the shipment "
    "again after it has written stock.",
    Code.PRICE_SCOPE: "Set the price scope in the shop to Website, or let only one connection write prices.",
    Code.CUSTOMER_PENDING: "Approve the account in Sage, or end its hold there. The orders are then sent.",
    Code.PARENT_PENDING: "Complete the step or the order that the reason names. This delivery is sent after it.",
    Code.ORDER_ON_HOLD: "Release the order from its hold in the shop. This delivery is then sent.",
    Code.NUMBER_PENDING: "You need not do anything: a later cycle reads the number from Sage. If Sage never gives the order a number, "
    "skip this step.",
    Code.PAYMENT_PENDING: "You need not do anything: the Magento invoice is made when Sage's invoice is paid. Release makes the Magento "
    "invoice at once.",
    Code.NOT_OFFERED: "This Sage product does not offer what the step needs. Do the step by hand and skip it, or switch the flow "
    "off.",
    Code.PERIOD_CLOSED: "Open the period in Sage and retry; or give the orders a date in an open period.",
}
#: The same for items of stock, prices and master data, which are written to the shop.
SAID_OF_ITEMS: dict[str, str] = {
    Code.UNKNOWN_SKU: "Create the product in the shop, then retry. If the shop is not to have the product, do nothing: no other item "
    "waits for it.",
    Code.UNKNOWN_REFERENCE: "Create in the shop the record that the reason names, such as a source or a customer group, or correct "
    "the mapping; then retry.",
}
ITEMS_OTHERWISE = (
    "Correct what the reason names, in the shop or in Sage. Tidegate tries the item again by itself; Retry tries it "
    "with the next cycle."
)
#: For a delivery that a person holds, and for a code that has no text.
OTHERWISE = "Read the reason. Then retry, or skip the delivery with a reason."
HELD_BACK = "A user holds this delivery. Release sends it with the next cycle."


def said(code: str) -> str:
    """What to do about a cause; also about a code of another version of Tidegate."""
    return HELD_BACK if code == "operator" else SAID.get(code, OTHERWISE)


def said_of_items(codes: Iterable[str]) -> list[str]:
    """What to do about items with these codes; each text once."""
    return list(dict.fromkeys(SAID_OF_ITEMS.get(code, ITEMS_OTHERWISE) for code in codes))


def edit_helps(code: str) -> bool:
    """Whether another value of one field can correct a record."""
    return code in EDITS or code in EDITED


def needing_a_person() -> list[Code]:
    """Every code for which a delivery needs a person."""
    return [code for code, group in GROUP_OF.items() if group in NEED_A_PERSON]
