"""Sage X3 in the weeks, the demonstration, the sandbox and the measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from tidegate.simulation.houses.company_books import name_entries, with_standard_prices
from tidegate.simulation.houses.house import EVERY_FLOW, MORE_GOODS, Codes, House
from tidegate.simulation.houses.mappings import mappings
from tidegate.simulation.houses.x3_calls import CALLS, GRAPHQL, WEB_SERVICE
from tidegate.simulation.houses.x3_office import Office, script

if TYPE_CHECKING:
    import httpx

SAVE = "<wss:save "
KEY_PREFIX = "TG"
#: Names of charges and accounts, by the place of their invoicing elements in the simulated folder.
AMOUNTS = ("FREIGHT", "758000", "707000", "419000", "708500")
TAXES = (("0", "EXO"), ("5", "RED"), ("6", "LOC"), ("20", "NOR"))
LEVELS = ("NOR", "RED", "EXO", "LOC")
ROOM = """\
base_url = "{url}"
endpoint = "SEED"
pool = "TIDEGATE"
company_code = "FR10"
company_name = "Societe de Demonstration"
user = "env:SAGE_USER"
password = "env:SAGE_PASSWORD"
sales_site = "FR011"
tax_levels = {{ {levels} }}
elements = {{ {elements} }}
reference_field = "YMAGKEY"
line_field = "YMAGLIN"
customer_field = "YMAGCUS"
customer_country = "FR"
tracking_field = "YTRACK"
close_reason = "WEB"
held = "allocated"
page_size = 1000
price_list = "T10"
price_lists = {{ T10 = "product", T11 = "product", T12 = "product", T20 = "product customer" }}
category_lists = {{ WHS = "T11", RET = "T12" }}
"""
WRITERS = {
    "on-premise": "",
    "template": 'own_order_number = true\nwriter = {{ way = "template", request_hours = 2 }}\n',
    "files": 'own_order_number = true\nwriter = {{ way = "files", folder = "{folder}" }}\n',
    "graphql": """\
sign_in = "bearer"
client_id = "env:SAGE_CLIENT_ID"
client_secret = "env:SAGE_CLIENT_SECRET"
graphql_fields = {{ ORDINVATI = "totalIncludingTax" }}
writer = {{ way = "graphql", fields = {{ YMAGKEY = "magentoKey", YMAGLIN = "magentoLine" }} }}
""",
}
"""The editions are who writes orders. No request waits for two hours: see `Office`."""
BATCH_MINUTES = 10  #: until the batch server takes up what waits


def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator and its wire."""
    from tidegate_sandbox import x3

    return x3.build(clock, faults, company, batch_minutes=BATCH_MINUTES)


def company(clock: Any, *, seed: int = 0, base: str = "USD", items: int = 1000) -> Any:
    """The product's own demonstration company, with the shop's shirts."""
    from tidegate_sandbox.x3 import demo_company

    return demo_company(clock, seed=seed, items=items, more=MORE_GOODS, home=base)


def credentials(face: Any) -> dict[str, Any]:
    """The user of web services, and the connected application."""
    known = face.credentials
    return {
        "user": known.user,
        "password": known.password,
        "client_id": known.client_id,
        "client_secret": known.client_secret,
    }


def room(url: str, edition: str, _known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`; a folder of files lives as long as the simulator (see `Office`)."""
    rates = {level: rate for rate, level in TAXES}
    levels = ", ".join(f'{level} = "{rates[level]}"' for level in LEVELS)
    elements = ", ".join(f'"{name}" = "{number}"' for name, number in _elements().items())
    folder = mkdtemp(prefix="tidegate-x3-") if edition == "files" else ""
    writer = WRITERS[edition].format(folder=Path(folder).as_posix())
    return ROOM.format(url=url, levels=levels, elements=elements) + writer


def _elements() -> dict[str, str]:
    """An invoicing element for each amount at each tax level."""
    named = [f"{name}:{level}" for name in AMOUNTS for level in LEVELS]
    return {name: str(number) for number, name in enumerate(named, 1)}


def addresses(url: str) -> dict[str, str]:
    """Of the web server."""
    return {"base_url": url}


def orders_counted(face: Any) -> int:
    """Orders that reached the web server, or the folder of files."""
    return int(face.soap.saves + face.graph.saves + face.import_task.arrived)


def orders_in(request: httpx.Request) -> int:
    """One a save of the orders' object, or a mutation; as many as a request of the template carries."""
    if request.method != "POST" or not request.url.path.endswith((WEB_SERVICE, GRAPHQL)):
        return 0
    content = request.read()
    if b'"I_MODIMP"' in content:
        return content.count(b"E;FR0")
    return int((SAVE.encode() in content and b">WSSOH<" in content) or b'"mutation(' in content)


def _source(order: Any, shop: Any) -> Any:
    """The shop's order that one of the company's was made of: this product keeps a short key alone."""
    from tidegate.domain.orders.stored_keys import short_keys

    if not order.external_key.startswith(KEY_PREFIX):
        return None
    make = short_keys(20, prefix=KEY_PREFIX)
    return next(
        (one for one in shop.orders.all() if make("main", one.entity_id, 0) == order.external_key), None
    )


def _sources(orders: Iterable[Any], shop: Any) -> dict[str, Any]:
    """The shop's orders by the short key of the company's."""
    from tidegate.domain.orders.stored_keys import short_keys

    make = short_keys(20, prefix=KEY_PREFIX)
    made = {make("main", one.entity_id, 0): one for one in shop.orders.all()}
    return {order.external_key: made[order.external_key] for order in orders if order.external_key in made}


def books(face: Any, shop: Any) -> dict[str, Any]:
    """The kernel's, with whole keys of orders and customers; entries are known by their documents' numbers."""
    from tidegate.domain.orders.keys import customer_key
    from tidegate.domain.orders.stored_keys import short_customer_keys

    found: dict[str, Any] = face.company.books()
    sources = _sources(face.company.orders.table, shop)
    gone = [one.order for one in face.company.orders.deleted]
    sources |= _sources(gone, shop)
    for each in found["orders"]:
        if each["key"] in sources:
            each["key"] = f"magento:main:{sources[each['key']].entity_id}"
    by_key: dict[str, list[Any]] = {}
    for each in found["orders"]:
        if each["key"]:
            by_key.setdefault(each["key"], []).append(each)
    found["orders_by_key"] = by_key
    make = short_customer_keys(20, "TGC")("")
    customers = {make("main", one, 0): customer_key("main", one) for one in _customer_ids(shop)}
    for each in found["customers"]:
        each["key"] = customers.get(each["key"], each["key"])
    table, ledgers = face.company.receivables.table, face.ledgers
    numbers = {one.urn: ledgers.number(one) for one in table}
    name_entries(found, numbers)
    return with_standard_prices(found, "T10")


def _customer_ids(shop: Any) -> list[int]:
    return [int(row["id"]) for row in shop.customers.all()]


SAGE_X3 = House(
    name="x3",
    title="Sage X3",
    port=8917,
    paths=dict.fromkeys(WRITERS, ""),
    countries=("us",),
    flows=EVERY_FLOW,
    build=build,
    company=company,
    credentials=credentials,
    room=room,
    addresses=addresses,
    calls=CALLS,
    codes=Codes(
        mappings=mappings(
            taxes=TAXES,
            untaxed="EXO",
            charge="FREIGHT",
            payments="CARD",
            fees='account = "708500"',
            paid='account = "419000"',
            revenue=(("*", "707000"),),
        ).replace("7900", "758000"),
        prepaid="",  # no way is documented by which payments can be posted
        carriers='carriers = { "UPS" = "ups" }\n',
        sources={"base": {"FR011": "wh_detroit", "FR012": "wh_london"}},
        legacy={"FR011": "default", "FR012": "default"},
        warehouse="FR011",
        elsewhere="FR012",
        counted=("FR011", "FR011", "FR012"),
        couriers=("UPS", "DHL"),
        charge="FREIGHT",
        bank="BANK",
        known={"1": "WANDA01"},
        groups={"Wholesale": "T11"},
        attributes={"credit_limit": "sage_credit_limit", "on_hold": "sage_on_hold"},
        takes_texts=False,
        tax_codes=TAXES,
        untaxed="EXO",
        rounding="758000",
    ),
    face_faults=("record_locked", "pool_busy", "pool_stopped", "no_number"),
    orders_counted=orders_counted,
    orders_in=orders_in,
    books=books,
    source_of=_source,
    script=script,
    actor=lambda world: Office(world.sage, world.settings.room),
)
