"""Sage Intacct in the weeks, the demonstration, the sandbox and the measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tidegate.simulation.houses import intacct_troubles
from tidegate.simulation.houses.company_books import name_entries, with_standard_prices
from tidegate.simulation.houses.house import EVERY_FLOW, Codes, House
from tidegate.simulation.houses.intacct_calls import CALLS, ORDER_SENT
from tidegate.simulation.houses.mappings import mappings

if TYPE_CHECKING:
    import httpx

GATEWAY = "/ia/xml/xmlgw.phtml"
LOCATION = "100"
TIME_ZONE = "America/Detroit"  #: of the company, whose nightly lock the hub's calendar knows
RECEIPT = "TG-"  #: how the checker knows a receipt of the hub
#: Customers of both sides from the beginning: name -> e-mail.
EMAILS = {"Wholesale customer": "wanda@example.com", "Contoso": "gus@example.com"}
#: Goods that the shop sells beside widgets.
SHIRTS = (
    ("SHIRT-RED", "Shirt Red", "Inventory", "25.00"),
    ("SHIRT-BLUE", "Shirt Blue", "Inventory", "25.00"),
    ("SHIRT", "Shirt", "Non-Inventory", "25.00"),
)
#: Amounts besides goods: the subtotal of an order that posts each to its account.
FEES = "Handling"
AMOUNTS = {"7900": "Rounding", "4905": FEES, "1050": "Paid otherwise", "4000": "Sold beside"}
TAXES = tuple((rate, "Sales Tax") for rate in ("0", "5", "6", "20"))
ROOM = """\
base_url = "{url}"
sender_id = "env:SAGE_SENDER_ID"
sender_password = "env:SAGE_SENDER_PASSWORD"
company_id = "env:SAGE_COMPANY_ID"
user_id = "env:SAGE_USER_ID"
user_password = "env:SAGE_USER_PASSWORD"
webhook_secret = "env:SAGE_WEBHOOK_SECRET"
location = "{location}"
multi_currency = true
term = "Net 30"
taxes = ["Sales Tax"]
charges = ["Shipping"]
amounts = {{ {amounts} }}
"""


def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator and its wire; its orders have a subtotal for each amount that the mappings name.

    One that is served has one currency, as `tidegate init` takes it.
    """
    from tidegate_sandbox import intacct

    face, wire = intacct.build(clock, faults, company, multi_currency=not browser)
    store = face.tenant.store
    store.more["subtotals"] |= {name: account for account, name in AMOUNTS.items()}
    for contact in store.contacts:
        contact.values["EMAIL1"] = EMAILS.get(str(contact.values["PRINTAS"]), contact.values["EMAIL1"])
    return face, wire


def company(clock: Any, *, seed: int = 0, base: str = "USD", items: int = 1000) -> Any:
    """The product's own demonstration company, with the shop's shirts. ValueError for another currency."""
    from tidegate_sandbox.intacct.demo import demo_company

    if base != "USD":
        raise ValueError(f"the simulated company of this product keeps its books in USD, not in {base}")
    return demo_company(clock, seed=seed, items=items, more=SHIRTS, timezone=TIME_ZONE)


def credentials(face: Any) -> dict[str, Any]:
    """The sender, the company and its Web Services user; the secret that a trigger signs with."""
    known = face.credentials
    names = ("sender_id", "sender_password", "company_id", "user_id", "user_password")
    return {name: getattr(known, name) for name in names} | {"webhook_secret": intacct_troubles.SECRET}


def room(url: str, _edition: str, _known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`."""
    amounts = ", ".join(f'"{account}" = "{name}"' for account, name in AMOUNTS.items())
    return ROOM.format(url=url + GATEWAY, location=LOCATION, amounts=amounts)


def addresses(url: str) -> dict[str, str]:
    """Of the gateway."""
    return {"base_url": url + GATEWAY}


def answers(_redirect_url: str, _known: Mapping[str, Any]) -> dict[str, str]:
    """Further answers to the questions of `tidegate init`."""
    return {"location": LOCATION}


def orders_counted(face: Any) -> int:
    """Functions that made an order, or would have."""
    count: int = face.tenant.usage.transactions["create_sotransaction"]
    return count


def orders_in(request: httpx.Request) -> int:
    """One for each function."""
    return request.read().count(ORDER_SENT.body.encode())


def books(face: Any, _shop: Any) -> dict[str, Any]:
    """The kernel's: this product keeps whole keys. Its standard list and its entries are called otherwise."""
    found: dict[str, Any] = face.company.books()
    contact_of = {one.code: one.extra.get("contact", "") for one in face.company.customers.table}
    contacts = {one.name: str(one.values.get("EMAIL1") or "") for one in face.tenant.store.contacts}
    for each in found["customers"]:
        each["email"] = contacts.get(contact_of[each["code"]], "")
    numbers = {each["urn"]: each["reference"] for each in found["transactions"]}
    for each in found["transactions"]:
        key = str(face.company.receivables.table[each["id"]].extra.get("description", ""))
        if key.startswith("magento:"):
            each["second_reference"] = f"{RECEIPT}{key}"  # this product keeps our key as the description
    name_entries(found, numbers)
    for each in found["orders"]:
        for line in each["lines"]:
            if line["description"] == FEES:  # one subtotal for all of them: it keeps no key
                line["key"] = "extra:0:fees"
    return with_standard_prices(found, "Base price")


INTACCT = House(
    name="intacct",
    title="Sage Intacct",
    port=8913,
    paths={"gateway": GATEWAY},
    countries=("us",),
    flows=EVERY_FLOW,
    document_calls={"shipments": 0.2, "invoices": 0.5, "payments": 0.1, "deposits": 1.2, "idle": 3},
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
            untaxed="Sales Tax",
            charge="Shipping",
            payments="BOA",
            fees='account = "4905"',
            paid='account = "1050"',
            revenue=(("*", "4000"),),
        ),
        prepaid='account = "BOA"\n',
        carriers='carriers = { "UPS Ground" = "ups" }\n',
        sources={"base": {"WH1": "wh_detroit", "WH2": "wh_london"}},
        legacy={"WH1": "default", "WH2": "default"},
        warehouse="WH1",
        elsewhere="WH2",
        counted=("WH1", "WH1", "WH2"),
        charge="Shipping",
        bank="BOA",
        couriers=("UPS Ground", "FedEx"),
        known={"1": "C-WHOLE"},
        groups={"Wholesale": "Wholesale"},
        attributes={"credit_limit": "sage_credit_limit", "on_hold": "sage_on_hold"},
        bills_parts=False,
        tax_codes=TAXES,
    ),
    face_faults=("throttled", "invalid_request", "session_expired"),
    orders_counted=orders_counted,
    orders_in=orders_in,
    books=books,
    stock_books=lambda face, _shop: face.company.stock_books(),
    script=intacct_troubles.script,
    actor=lambda world: intacct_troubles.Administrators(
        world.sage, lambda headers, body: world.call(headers, body)
    ),
)
