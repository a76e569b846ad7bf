"""Sage 300 in the weeks, the demonstration, the sandbox and the measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tidegate.simulation.houses.company_books import name_entries, with_standard_prices
from tidegate.simulation.houses.house import EVERY_FLOW, MORE_GOODS, Call, Codes, House
from tidegate.simulation.houses.mappings import mappings
from tidegate.simulation.houses.sage300_calls import CALLS
from tidegate.simulation.houses.sage300_troubles import Office, script

if TYPE_CHECKING:
    import httpx

ADDRESS = "/Sage300WebApi/v1.0"
GATEWAY = "/gateway/soap"
RECEIPT = "TG-"  #: how the checker knows a receipt of the hub
#: Amounts besides goods: the miscellaneous charge that posts each to its account.
AMOUNTS = {"7900": "ROUND", "4905": "FEES", "1026": "GIFT", "4000": "WEBAMT"}
TAXES = (("0", "3"), ("5", "2"), ("6", "4"), ("20", "1"))
ROOM = """\
base_url = "{url}"
company_id = "SAMLTD"
company_name = "Sample Company Ltd."
user = "env:SAGE_USER"
password = "env:SAGE_PASSWORD"
location = "1"
tax_group = "WEBTAX"
tax_authority = "WEBTAX"
price_list = "BASE"
customer_group = "RTL"
line_option = "MAGELINE"
customer_option = "MAGECUST"
stock = "ICItemLocations"
held = "committed"
shipments = "OEShipments"
ready_to_post = true
gateway_url = "{gateway}"
amounts = {{ {amounts} }}
"""


def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator and its wire; day end is run at once, so that ledgers follow what people do."""
    from tidegate_sandbox import sage300

    return sage300.build(clock, faults, company, page_size=1000, cancelled="completed")


def company(clock: Any, *, seed: int = 0, base: str = "USD", items: int = 1000) -> Any:
    """The product's own demonstration company, with the shop's shirts. ValueError for another currency."""
    from tidegate_sandbox.sage300 import demo_company

    if base != "USD":
        raise ValueError(f"the simulated company of this product keeps its books in USD, not in {base}")
    return demo_company(clock, seed=seed, items=items, more=MORE_GOODS)


def credentials(face: Any) -> dict[str, Any]:
    """The user of the Web API."""
    return {"user": face.credentials.user, "password": face.credentials.password}


def room(url: str, _edition: str, _known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`."""
    amounts = ", ".join(f'"{account}" = "{name}"' for account, name in AMOUNTS.items())
    return ROOM.format(url=url + ADDRESS, gateway=url + GATEWAY, amounts=amounts)


def addresses(url: str) -> dict[str, str]:
    """Of the Web API."""
    return {"base_url": url + ADDRESS}


def answers(_redirect_url: str, _known: Mapping[str, Any]) -> dict[str, str]:
    """Further answers to the questions of `tidegate init`."""
    return {"company_id": "SAMLTD", "stock": "ICItemLocations", "shipments": "OEShipments"}


def orders_left(calls: Iterable[Call], _edition: str) -> int:
    """One order a call; refused credentials do not count."""
    return sum(
        method == "POST" and path.endswith("/OEOrders") and status not in (401, 403)
        for _, method, path, status in calls
    )


def orders_in(request: httpx.Request) -> int:
    """One a call."""
    return int(request.method == "POST" and request.url.path.endswith("/OEOrders"))


def books(face: Any, _shop: Any) -> dict[str, Any]:
    """The kernel's: this product keeps whole keys of orders. Entries are known by their documents' numbers."""
    found: dict[str, Any] = face.company.books()
    table, ledgers = face.company.receivables.table, face.site.ledgers[face.credentials.company]
    numbers = {one.urn: ledgers.number(one) for one in table}
    for each in found["transactions"]:
        extra = table[each["id"]].extra
        each["refused"] = extra.get("refused", False)
        if extra.get("entered_at") is not None:  # a clerk posts it later
            each["created_at"] = extra["entered_at"].isoformat()
        if each["kind"] == "receipt" and each["reference"].startswith("magento:"):
            each["second_reference"] = f"{RECEIPT}{each['reference']}"  # our key is the receipt's number
            each["reference"] = table[each["id"]].extra["description"]
    name_entries(found, numbers)
    office = getattr(face, "office", None)  # none where nobody lives a week
    found["violations"] = [*found["violations"], *(office.complaints() if office is not None else ())]
    return with_standard_prices(found, "BASE")


SAGE_300 = House(
    name="sage300",
    title="Sage 300",
    port=8915,
    paths={"web-api": ADDRESS},
    countries=("us",),
    flows=EVERY_FLOW,
    document_calls={"shipments": 0.1, "invoices": 0.2, "payments": 0.1, "deposits": 1.25, "idle": 4},
    build=build,
    company=company,
    credentials=credentials,
    room=room,
    addresses=addresses,
    answers=answers,
    calls=CALLS,
    codes=Codes(
        mappings=mappings(
            taxes=TAXES,
            untaxed="3",
            charge="FREIGHT",
            payments="CARD",
            fees='account = "4905"',
            paid='account = "1026"',
            revenue=(("*", "4000"),),
        ),
        prepaid='account = "CARD"\n',
        carriers='carriers = { "UPS" = "ups" }\n',
        sources={"base": {"1": "wh_detroit", "2": "wh_london"}},
        legacy={"1": "default", "2": "default"},
        warehouse="1",
        elsewhere="2",
        counted=("1", "1", "2"),
        couriers=("UPS", "FEDEX"),
        charge="FREIGHT",
        bank="BANK",
        known={"1": "WANDA01"},
        groups={"Wholesale": "WHS"},
        attributes={"credit_limit": "sage_credit_limit", "on_hold": "sage_on_hold"},
        tax_codes=TAXES,
    ),
    face_faults=("session_lost", "day_end"),
    orders_left=orders_left,
    orders_in=orders_in,
    seat_seconds=lambda face: face.api.seats.seconds,
    books=books,
    stock_books=lambda face, _shop: face.company.stock_books(),
    script=script,
    actor=lambda world: Office(world.sage),
)
