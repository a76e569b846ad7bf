"""Sage 50 in the weeks, the demonstration, the sandbox and the measurements."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tidegate.simulation.houses import sage50_desktop
from tidegate.simulation.houses.house import Codes, House
from tidegate.simulation.houses.mappings import mappings
from tidegate.simulation.houses.sage50_calls import CALLS

if TYPE_CHECKING:
    import httpx

DOMAIN = "ecommerce"
WAREHOUSE = "SAGE50"  #: as connections call the one figure of stock
#: These secrets open the simulator alone.
SECRET, CALL_BACK_TOKEN = "simulated-secret-of-32-characters", "simulated-call-backs"
#: Where `tidegate run` serves call-backs to the company that `tidegate init --sandbox` writes.
BELL = "http://127.0.0.1:8090/api/v1/bell/us"
#: Articles that stand for amounts besides goods.
AMOUNTS = ("FEE", "GIFT-CARD")
METHODS = {
    "checkmo": "Transferencia",
    "banktransfer": "Transferencia",
    "cashondelivery": "Contado",
    "purchaseorder": "Factura",
    "braintree": "Tarjeta",
    "free": "Sin pago",
}
TAXES = tuple((rate, rate) for rate in ("0", "5", "6", "20"))
ROOM = """\
base_url = "{url}"
developer_id = "env:SAGE_DEVELOPER_ID"
application_id = "env:SAGE_APPLICATION_ID"
secret = "env:SAGE_SECRET"
call_back_token = "env:SAGE_CALL_BACK_TOKEN"
{methods}
"""
METHODS_LINE = "payment_methods = {" + ", ".join(f'{code} = "{text}"' for code, text in METHODS.items()) + "}"
#: Stands once in each record of an orders file.
ORDER_MARK = b'"orderStatus"'


def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator with a registered application, and its wire. One that is not served rings at `face.bell`."""
    from tidegate.simulation.houses.sage50_bell import Bell
    from tidegate_sandbox import sage50

    bell = Bell()
    face, wire = sage50.build(clock, faults, company, call_backs=None if browser else bell)
    face.bell = bell  # type: ignore[attr-defined]
    registry = face.platform.registry
    application = {
        "name": "Tidegate",
        "domains": [DOMAIN],
        "approvalUrl": f"{BELL}/{CALL_BACK_TOKEN}/approval",
        "notificationUrl": f"{BELL}/{CALL_BACK_TOKEN}/notify",
    }
    request = {"name": "Tidegate", "email": "developer@hub.example", "application": application}
    registry.pass_captcha(registry.register(request))
    return face, wire


def company(clock: Any, *, seed: int = 0, base: Any = "EUR", items: int = 1000) -> Any:
    """The product's own demonstration company, with articles for amounts that are no goods."""
    from tidegate_sandbox.erp import events
    from tidegate_sandbox.sage50.demonstration import spanish_company

    made = spanish_company(clock, seed=seed, base=base, items=items)
    for code in AMOUNTS:
        events.new_item(made, code, like="INSTALL", price=Decimal(1))
    return made


def credentials(face: Any) -> dict[str, Any]:
    """What the e-mail of the registration brought, and the connection's own secrets."""
    (mail,) = face.platform.registry.mails[:1]
    return {
        "developer_id": mail.developer_id,
        "application_id": mail.application_id,
        "secret": SECRET,
        "call_back_token": CALL_BACK_TOKEN,
    }


def room(url: str, _edition: str, _known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`."""
    return ROOM.format(url=url, methods=METHODS_LINE)


def addresses(url: str) -> dict[str, str]:
    """Of the platform."""
    return {"base_url": url}


def answers(_redirect_url: str, known: Mapping[str, Any]) -> dict[str, str]:
    """Further answers to the questions of `tidegate init`, and what a registration has brought."""
    ids = {name: str(known[name]) for name in ("developer_id", "application_id")}
    return {"call_back_url": BELL, "payments": METHODS_LINE, **ids}


def let_in(face: Any, vault: Any, name: str, now: datetime) -> None:
    """The administrator of Sage 50 types a passcode: the approval brings the initial key."""
    from tidegate.sage.vault import Secret

    platform = face.platform
    (installation,) = platform.installations
    (application,) = platform.registry.applications()
    initial = platform.keys.connect(application, DOMAIN, installation, SECRET).initial
    forgotten = ("current-key", "previous-key", "consent-revoked", "consent-lost", "passcode")
    vault.keep(name, {"initial-key": Secret(initial.text, now, initial.expires_at, now)}, forget=forgotten)


def orders_counted(face: Any) -> int:
    """Records of the files that arrived, those that the platform has not looked into yet included."""
    return sum(len(one.order_ids) or one.content.count(ORDER_MARK) for one in face.platform.uploads)


def orders_in(request: httpx.Request) -> int:
    """One for each record of a file."""
    return request.read().count(ORDER_MARK) if request.method == "PUT" else 0


def shelf(company: Any, item: Any) -> dict[str, tuple[Decimal, Decimal]]:
    """The one figure of an item that is stocked: what is free in all warehouses that sell."""
    sells = {each.id for each in company.warehouses if each.sells}
    holdings = company.stock.of_item(item.id)
    free = sum((each.free for each in holdings if each.warehouse_id in sells), Decimal(0))
    return {WAREHOUSE: (free, free)} if holdings else {}


def source_of(order: Any, shop: Any) -> Any:
    """The shop's order of one of the company's: whose lines it has, since its lines keep the shop's own ids."""
    record = order.extra.get("sage50_record", {})
    ids = {str(line["id"]) for line in record.get("lines", ())}
    rows = ((row, each) for each in shop.orders.all() for row in each.items)
    return next((each for row, each in rows if str(row["item_id"]) in ids), None)


def numbers_heard(face: Any) -> set[str]:
    """Of orders that a result file has named: the platform keeps silent about any other's."""
    results = (upload.result.content for upload in face.platform.uploads if upload.result is not None)
    return {str(line.get("documentNumber")) for content in results for line in json.loads(content)}


def stock_heard(face: Any) -> tuple[str, dict[str, Decimal]]:
    """When the last products file was written, and its figure of each article that is stocked."""
    (installation,) = face.platform.installations
    face.platform.settle()
    file = face.platform.files.latest(installation, DOMAIN, "products")
    if file is None:
        return "", {}
    records = json.loads(file.content, parse_float=Decimal)
    levels = {one["reference"]: Decimal(one["stock"]) for one in records if "stock" in one}
    return file.uploaded_at.isoformat(), levels


def books(face: Any, shop: Any) -> dict[str, Any]:
    """The kernel's, with whole keys: this product keeps the number alone, and two orders may have one.

    Stock is that of the last products file, since nobody outside hears of more; `held` is what it is without.
    """
    found: dict[str, Any] = face.company.books()
    sources = {order.number: source_of(order, shop) for order in face.company.orders.table}
    heard, (stated_at, levels) = numbers_heard(face), stock_heard(face)
    for book in found["orders"]:
        book["number_told"] = book["number"] in heard
        source = sources.get(book["number"])
        if source is not None:
            book["key"] = f"magento:main:{source.entity_id}"
            book["reference"] = str(source.row["increment_id"])
        for line in book["lines"]:
            line["kind"] = "amount" if line["code"] in AMOUNTS else line["kind"]
            if line["kind"] == "item":
                line["warehouse"] = WAREHOUSE
                line["held"] = line["quantity"] if book["created_at"] <= stated_at else "0"
    found["stock"] = {
        code: {WAREHOUSE: {"on_hand": str(pieces), "allocated": "0", "free": str(pieces)}}
        for code, pieces in levels.items()
    }
    for name in ("key", "reference"):
        by = f"orders_by_{name}"
        found[by] = {}
        for book in found["orders"]:
            if book[name]:
                found[by].setdefault(book[name], []).append(book)
    return found


SAGE_50 = House(
    name="sage50",
    title="Sage 50",
    port=8914,
    paths={"cloud": ""},
    countries=("us",),
    flows=frozenset({"inventory", "prices", "customers", "products"}),
    build=build,
    company=company,
    credentials=credentials,
    room=room,
    addresses=addresses,
    answers=answers,
    let_in=let_in,
    ticks=True,
    calls=CALLS,
    codes=Codes(
        mappings=mappings(
            taxes=TAXES,
            untaxed="0",
            charge="CARRIAGE",
            payments="1210",
            fees='account = "4905", code = "FEE"',
            paid='account = "1210", code = "GIFT-CARD"',
            revenue=(("*", "4000"),),
        ),
        prepaid='account = "1210"\n',
        sources={"base": {WAREHOUSE: "wh_detroit"}},
        legacy={WAREHOUSE: "default"},
        warehouse="HOME",
        elsewhere="LONDON",
        counted=("HOME", "HOME", "DETROIT", "LONDON"),
        known={"1": "WANDA01"},
        groups={"Wholesale": "Wholesale"},
        takes_texts=False,
        tax_codes=TAXES,
    ),
    looks_up=False,
    hands_over=True,
    has_rounding=False,
    face_faults=(),
    orders_counted=orders_counted,
    orders_in=orders_in,
    books=books,
    shelf=shelf,
    source_of=source_of,
    script=sage50_desktop.script,
    actor=lambda world: sage50_desktop.Desktop(
        world.sage, world.sage_wire.faults, lambda headers, body, path: world.call(headers, body, path)
    ),
)
