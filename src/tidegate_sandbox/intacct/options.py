"""The rules of the contract that are assumptions, and what differs between companies: all may be switched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Options:
    """Switches of the face; section numbers are those of the contract. May be changed at any time."""

    session_seconds: int = 21600  #: a session's life after each use; §4
    repeat_errorno: str = "XL03000005"  #: answer to a control id used before; §11, A
    closed_period_errorno: str = "BL03000130"  #: a real number, whose meaning is not published; §3, A
    shuffle: bool = True  #: pages without an order are really unordered; §5.1
    shuffle_seed: int = 0
    docparid_narrows: bool = (
        False  #: a query with `docparid` finds documents of that definition only; §5.1, A
    )
    multi_currency: bool = True  #: documents need a currency and a rate; else they are refused; §6.1, A
    multi_entity: bool = True  #: lines and subtotals need a location; §6.1
    refuse_held: bool = True  #: orders of customers on hold or beyond their credit limit are refused; §7, A
    customers_numbered: bool = False  #: the company gives customers their id; §7
    default_price_list: str = ""  #: that the definition of orders names for customers without one; §9, A
    most_keys: int = 100  #: keys of one read; §5.3, A
    concurrency: int | None = 5  #: requests at a time; further ones wait; §12
    queue_seconds: float = 10.0  #: real seconds that they wait before 429
    token_seconds: int = 21600  #: life of a REST access token; §15.1
    token_seed: int | None = 0  #: sessions and tokens follow from this seed; None for unguessable ones
    idempotency_hours: int = 48  #: a result is replayed; §15.5
    idempotency_days: int = 60  #: a key stays blocked
    offline_characters: int = 500_000  #: of an offline request; §12
    offline_seconds: int = 60  #: until an offline request is worked on; §13
    async_seconds: int = 120  #: `Retry-After` of an asynchronous REST request; §15.6
    public_url: str = ""  #: the address that sessions go on with; empty: where the request was sent to; §4
    denied: frozenset[tuple[str, str]] = frozenset()  #: (function, object) that the user's role lacks; §3
    error_form: Literal["result", "plain"] = "result"  #: where an error of REST stands; §15.3
    webhook_delivery: bool = True  #: signed and repeated; needs a client id; §15.6, additions
