"""What the contract marks as assumed or reported, in one place: a fact learnt later is a change here.

Source: contract §1 to §11, with its marks.
"""

from __future__ import annotations

from typing import Final

WAREHOUSE: Final = "STOCK"  #: the product knows no places: all of its stock is in this one
CARRIAGE: Final = "CARRIAGE"  #: the name in the configuration of the only charge, the header's shipping
DRAFT, VOID, PRO_FORMA = "DRAFT", "VOID", "PRO_FORMA"  # C/F
PAID: Final = "PAID"  # C/F
DECLINED: Final = "DECLINED"  # A: of a quote
RECEIPT: Final = "CUSTOMER_RECEIPT"  # F
REFUND: Final = "CUSTOMER_REFUND"  # A
ALLOCATION: Final = "CUSTOMER_ALLOCATION"  # A; the Swagger wants a type
CARD: Final = "CREDIT_DEBIT"  # A: payment method of what was paid at checkout
GOODS: Final = "GOODS"  # F: kind of a line for a contact abroad
CUSTOMER: Final = "CUSTOMER"  # C
STOCK_ITEM: Final = "STOCK_ITEM"  # A: kind of a product that is stocked
HELD: Final = "[on hold]"  #: a line of a contact's notes: the product itself has no hold
OVERLAP: Final = 120  #: seconds that a delta reads again (§9)
SAME_SECOND: Final = 1  #: changes are distinguished by the second
"""Nothing is reported twice that has not changed: what the overlap repeats is recognised by its time of change."""
