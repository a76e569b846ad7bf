"""The rules of the contract that are assumptions, and what differs between businesses: all may be switched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Options:
    """Switches of the face; section numbers are those of the contract. May be changed at any time."""

    access_seconds: int = 300  #: §1
    refresh_days: int = 31  #: from each refresh on; §1
    code_seconds: int = 60  #: §1
    token_seed: int | None = 0  #: tokens follow from this seed; None for unguessable ones
    auto_consent: bool = True  #: the sign-in page goes back at once, as if a person had agreed
    business_status: Literal[401, 404] = 404  #: an unknown or foreign X-Business; §2, A
    stale_token_body: Literal["oauth", "list"] = "oauth"  #: of the 401 for a stale token; §4, A
    role_status: Literal[401, 403] = 403  #: an area that the user's role lacks; §4
    denied: frozenset[tuple[str, str]] = (
        frozenset()
    )  #: (resource, verb) that the role lacks; verb `*` for all
    subscription: bool = True  #: else every call says that there is none; §4
    per_minute: int = 100  #: §5
    per_day: int = 2500  #: §5, F
    next_always: bool = False  #: else `$next` is left out of every third list; §3.1
    size_member: Literal["$itemsPerPage", "$items_per_page", ""] = (
        "$itemsPerPage"  #: additions of 29 November
    )
    reading_marks_sent: bool = True  #: a single GET without `mark_as_sent=false`; additions, A
    tax_tolerance: str = "0.05"  #: a line's `tax_amount` may differ so much from the rate's; §8.2, A
    tax_needed: bool = True  #: a line at a positive rate without `tax_amount` is refused; F, else it is 0
    needs_currency_tax: bool = False  #: lines must have `currency_tax_amount`; F of one integration
    cut_unit_price: bool = False  #: a unit price is cut to 2 places before it is multiplied; §8.2, A
    cross_border_zero: bool = True  #: lines for a contact abroad need a zero rate; additions, F
    movements_touch_items: bool = False  #: a stock movement moves the item's `updated_at`; §9, A
    sales_touch_items: bool = False  #: the same of an invoice; additions, not known
    drafts_numbered: bool = False  #: a draft has its number before it is released; not known
    credits_name_order: bool = (
        True  #: a credit note that the program makes of an invoice keeps reference and notes; A
    )
    conversion_names_order: bool = True  #: the same of an invoice that it makes of a quote; A
    conversion_touches_quote: bool = True  #: a conversion moves the quote's `updated_at`; not known
    too_long: Literal["refuse", "cut"] = "refuse"  #: additions, A
    quote_words: tuple[str, str] = ("PENDING", "INVOICED")  #: of open and converted quotes; §7, A
    editions: Literal["plus", "standard"] = "plus"  #: stock items exist in the higher edition only; §7
