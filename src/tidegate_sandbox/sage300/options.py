"""The rules of the contract that are assumptions, and what differs between sites: all may be switched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Options:
    """Switches of the face; section numbers are those of the contract. May be changed at any time."""

    at_prefix: bool = True  #: `@odata.nextLink`, else `odata.nextLink`; §3
    count_as_text: bool = False  #: §3
    ge_supported: bool = True  #: the vendor's table of operators leaves `ge` out; §3
    parentheses: bool = False  #: not in the vendor's list, seen in public code; §3
    date_literals: Literal["both", "bare", "quoted"] = "both"  #: `2026-03-02T00:00:00Z`, `datetime'…'`; §3
    page_size: int = 100  #: the server's setting; §3
    lists_have_details: bool = True  #: doubted in public code; §3
    answer_in_value: bool = False  #: the entity of a POST stands in a `value` array; §7
    extra_resources: tuple[str, ...] = ("ICItemLocations", "OEShipments")
    """What a partner has added with the vendor's wizard: these, or ICLocationDetails; §1."""
    own_order_number_allowed: bool = True  #: §7
    server_zone: str = (
        "UTC"  #: date-times of bodies are taken to be of this zone's day; additions of 29 November
    )
    costing: Literal["at_posting", "at_day_end"] = "at_day_end"  #: when on-hand quantities fall; §10
    commit: bool = True  #: orders commit stock; else only `QuantityonSalesOrders` tells; §10
    day_end: Literal["at_once", "nightly", "by_people"] = "at_once"  #: when it is run; §15
    day_end_hour: int = 2  #: local time of a nightly one
    posts_receipts: bool = True  #: a clerk posts ready batches at once; else `post-receipts` does; §9.4
    cancelled: Literal["gone", "completed"] = (
        "gone"  #: people delete an order, or take all quantities off it; §7
    )
    refuse_held: bool = False  #: orders of customers on hold are refused, else they are put on hold; §5, A
    general_status: int = 409  #: of `General` and `FieldInvalid`; §5, P
    admin_allowed: bool = False  #: `AllowWebApiAccessForAdmin`; §2
    lanpaks: int | None = None  #: concurrent users that are licensed; None: no limit; §15
    others: int = 0  #: of them, people at work now
    seat_minutes: int = 5  #: a Web API user holds its seat so long after a call; §15, A
    cold_seconds: float = 0.0  #: the first call after 20 idle minutes takes so much longer; §2
    denied: frozenset[tuple[str, str]] = frozenset()  #: (resource or module, verb) that the user lacks; §5
