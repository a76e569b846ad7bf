"""The rules of the contract that are assumptions, and what differs between sites: all may be switched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class Options:
    """Switches of the face; section numbers are those of the contract. May be changed at any time."""

    basic: bool = True  #: user and password are taken; X3 Online takes none; §2
    validity: int = 600  #: the connected application's longest life of a token, seconds; additions
    audience: str = ""  #: of tokens: empty, or the application's address; §2
    multi_ref: bool = False  #: messages stand outside of the return element; §3
    xml_results: bool = False  #: `requestConfig` is ignored and results are XML; §3
    lines_group: str = "SOH4_1"  #: the id of the order's lines; §4, additions
    no_groups: bool = False  #: the screen's description names no groups; fields stand below PARAM; §4
    most_lines: int = 200  #: of an order: DIM of the lines; additions
    site_fields: frozenset[str] = frozenset(
        {"YMAGKEY", "YMAGLIN", "YMAGCUS", "YTRACK"}
    )  #: that the site has added; §9
    own_order_number_allowed: bool = True  #: the order type's counter is manual for web services; §10
    overrides_prices: bool = True  #: the user's rights allow a price in place of the tariff; §9
    refuse_held: bool = False  #: orders of blocked customers are refused, else they are held; §9
    header_moves_with_lines: bool = True  #: UPDDATTIM of a header follows its lines; §11
    validation: Literal["at_once", "by_people"] = "at_once"  #: of deliveries: CFMFLG 2; §11
    posting: Literal["at_once", "nightly", "by_people"] = "at_once"  #: of invoices; §16
    posting_hour: int = 20  #: local time of a nightly one
    allocates: bool = True  #: orders allocate stock at entry; else `SALSTO` alone tells; §12
    none_date: str | None = None  #: how "no date" is shown; §19
    hides: frozenset[str] = frozenset()  #: sites whose records the pool's user does not see; §19
    unpublished: frozenset[str] = frozenset()  #: SOAP names and representations that nobody has published; §1
    denied: frozenset[str] = frozenset()  #: those that the user may not use, or `NAME operation`; §15
    pool_size: int = 3  #: entries of the pool for each process; §5
    children: int = 1  #: web service child processes; 0 = SOAP is not served; §5
    others: int = 0  #: channels that others hold now; §5
    stopped: bool = False  #: the pool is stopped; §5
    allowance: int | None = None  #: bytes of the licence's period; None = unlimited; §5
    grace: int = 10  #: per cent beyond which nothing is answered
    batch_minutes: int | None = (
        0  #: until the batch server takes work up; None = only by "run-batch"; §8, §16
    )
    graphql: Literal["", "older", "newer"] = "newer"  #: its generation; "" = the site has none; §7
    graphql_reference: bool = True  #: the order's node has the customer's reference; §7, A
    graphql_create: bool = True  #: orders' mutation is mapped for the folder; §7
    graphql_elements: bool = True  #: its input has invoicing elements; §7, A
    language: str = ""  #: texts come in this language whatever was asked for; "" = English; §15
    representation_rights: frozenset[str] = field(default_factory=frozenset)
    """Representations that answer nothing because the user sees no record of them; §19."""
