"""The rules of the contract that are assumptions, and what differs between versions: all may be switched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Options:
    """Switches of the face; section numbers are those of the contract. May be changed at any time."""

    subscription_key: Literal["required", "ignored"] = "required"  #: §2
    refresh_days: int = 90  #: life of a refresh token from the interactive sign-in, 0 for none; §3
    access_seconds: int = 28800  #: §3
    code_seconds: int = 600  #: §3, A
    rotation: bool = True  #: a refresh gives a new refresh token; §3
    reuse_kills_access: bool = True  #: reuse of a refresh token also ends the access tokens; §3, A
    auto_consent: bool = True  #: /authorize redirects at once, as if the person had agreed
    token_seed: int | None = 0  #: tokens follow from this seed; None for unguessable ones
    top_max: int = 5000  #: 500 on versions before February 2019; §6
    date_suffix: Literal["", "Z"] = ""  #: business dates with or without Z; §7, §13
    absent_text: Literal["null", "empty"] = "null"  #: §7, A
    model_state: bool = True  #: field errors carry ModelState; §8, A
    single_as_object: bool = False  #: a read that found one row answers the object; §5
    unknown_fields: Literal["ignore", "reject"] = "reject"  #: in bodies; not in the contract, A
    line_rules: bool = (
        True  #: fields on the line types that the vendor names only; real sites may be tolerant
    )
    matching_codes: bool = True  #: a line's `product_id` and `code` must be of one product, A
    created: bool = False  #: a POST answers 201 and not 200, P
    longest_query: int | None = 2048  #: characters; Professional only, as IIS has it; None for no limit
    long_query_status: Literal[400, 404, 414] = 404  #: with a web page: ASP.NET, IIS (404.15), a proxy
    longest_answer: float | None = 85  #: seconds until a 504; Professional only, None for no limit
    most_nodes: int | None = 100  #: comparisons and the and/or between them in a filter; Professional only
    spare_fields: bool = True  #: spare_* exist (14 August 2023); §9.1
    missing: frozenset[str] = frozenset()  #: collections that this version does not have; §1
    denied: frozenset[tuple[str, str]] = frozenset()  #: (verb, collection) that the user's role lacks; §8
    unflagged_price: Literal["kept", "price_book"] = "kept"  #: a price without ..._overridden; §9.6, A
    price_enquiry_places: int = 2  #: places of enquired unit prices
    urn_as_number: bool = False  #: §9.9
    seats_status: Literal[429, 503] = 503  #: how a missing seat is answered; not in the contract, A
    orders_amended_by_lock: bool = False  #: PUT needs the lock_id when somebody holds one; §9.6, A
