"""Sage Business Cloud Accounting in the weeks, the demonstration, the sandbox and the measurements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tidegate.sage.business_cloud.receipt_marks import mark_of
from tidegate.simulation.houses.business_cloud_calls import CALLS
from tidegate.simulation.houses.business_cloud_office import Office, script
from tidegate.simulation.houses.company_books import name_entries
from tidegate.simulation.houses.house import EVERY_FLOW, Call, Codes, House
from tidegate.simulation.houses.mappings import mappings

if TYPE_CHECKING:
    import httpx

ADDRESS = "/v3.1"
WAREHOUSE = "STOCK"
RECEIPT = "TG-"  #: how the checker knows a receipt of the hub
#: The rate that the business has added to those of its country.
LOCAL = "0" * 31 + "6"
TAXES = (("0", "GB_ZERO"), ("5", "GB_LOWER"), ("6", LOCAL), ("20", "GB_STANDARD"))
_KEY = re.compile(r"(?m)^(magento:\S+)((?: \S+)*)$")  #: the last line of the notes
_MARK = re.compile(r"(.*)~([0-9A-Z]{8})")  #: of a receipt of the hub
ROOM = """\
base_url = "{url}/v3.1"
sign_in_url = "{url}"
token_url = "{url}"
client_id = "env:SAGE_CLIENT_ID"
client_secret = "env:SAGE_CLIENT_SECRET"
redirect_url = "{redirect}"
business_id = "{business}"
country = "GB"
zero_rate_abroad = false
orders = "{orders}"
calls_per_minute = 100
calls_per_day = 2500
"""


def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator and its wire. Its business may tax buyers abroad, as the shop does."""
    from tidegate_sandbox import business_cloud

    return business_cloud.build(
        clock,
        faults,
        company,
        cross_border_zero=False,
        per_minute=200,
        per_day=10_000,
        redirect_uris=(browser,) if browser else (),
    )


def company(clock: Any, *, seed: int = 0, base: str = "GBP", items: int = 1000) -> Any:
    """The product's own demonstration business. ValueError for another currency."""
    from tidegate_sandbox.business_cloud import demo_company

    if base != "GBP":
        raise ValueError(f"the simulated business of this product keeps its books in GBP, not in {base}")
    return demo_company(clock, seed=seed, items=items)


def credentials(face: Any) -> dict[str, Any]:
    """The application's registration, and the business."""
    known = face.credentials
    return {
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "redirect_uri": known.redirect_uri,
        "business_id": known.business_id,
    }


def room(url: str, form: str, known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`; the editions are what an order becomes."""
    named = {"redirect": known["redirect_uri"], "business": known["business_id"]}
    return ROOM.format(url=url, orders=form, **named)


def addresses(url: str) -> dict[str, str]:
    """Of the API, of the page where people sign in, and of the tokens."""
    return {"base_url": url + ADDRESS, "sign_in_url": url, "token_url": url}


def answers(redirect_url: str, known: Mapping[str, Any]) -> dict[str, str]:
    """Further answers to the questions of `tidegate init`."""
    return {"redirect_url": redirect_url, "business_id": str(known["business_id"])}


def let_in(face: Any, vault: Any, name: str, now: datetime) -> None:
    """A person signs in at Sage, in the browser."""
    from tidegate.sage.tokens import Tokens, keep_tokens

    pair = face.sign_in()
    ends = now + timedelta(seconds=pair.expires_in)
    last = now + timedelta(seconds=pair.refresh_token_expires_in)
    keep_tokens(vault, name, Tokens(pair.access_token, pair.refresh_token, now, ends, now, last))


def orders_left(calls: Iterable[Call], edition: str) -> int:
    """One order a call; one that was refused for its token, or for the budget, does not count.

    Where orders are quotes, what is entered as an invoice is made of one: perhaps of one that another hub has sent.
    """
    resource = "/sales_quotes" if edition == "quote" else "/sales_invoices"
    return sum(
        method == "POST" and path.endswith(resource) and status not in (401, 403, 429)
        for _, method, path, status in calls
    )


def orders_in(request: httpx.Request) -> int:
    """One a call."""
    path = request.url.path
    return int(request.method == "POST" and path.endswith(("/sales_invoices", "/sales_quotes")))


def trace_of(order: Any) -> tuple[str, list[str]]:
    """Key and keys of lines that stand in the notes of a document; "" where there are none."""
    found = list(_KEY.finditer(str(order.extra.get("texts", {}).get("notes", ""))))
    return (found[-1][1], found[-1][2].split()) if found else ("", [])


def source_of(order: Any, shop: Any) -> Any:
    """The shop's order whose key stands in the notes of the company's document."""
    key, _ = trace_of(order)
    return shop.orders.any(int(key.rpartition(":")[2])) if key else None


def shelf(company: Any, item: Any) -> dict[str, tuple[Decimal, Decimal]]:
    """The one figure of an item that is stocked: nothing is promised, goods leave with their invoice."""
    holdings = company.stock.of_item(item.id)
    pieces = sum((each.on_hand for each in holdings), Decimal(0))
    return {WAREHOUSE: (pieces, pieces)} if holdings else {}


def books(face: Any, shop: Any) -> dict[str, Any]:
    """The kernel's, as the API shows documents: numbers of invoices, ids of transactions, keys from the notes."""
    found: dict[str, Any] = face.books()
    company = face.company
    gone = [one.order for one in company.orders.deleted]  # their key stands in their notes, too
    orders = {each.id: each for each in (*company.orders.table, *gone)}
    voided = {one.number for one in company.invoices.table if "voids" in one.extra}
    void = {one.id for one in orders.values() if one.extra.get("void_reason") is not None}
    urns = {each.urn: face.documents.transaction(each)["id"] for each in company.receivables.table}
    for each in found["orders"]:
        order = orders.get(each["id"])
        if order is not None:
            _as_shown(each, order, face, voided)
    for name in ("key", "reference"):
        found[f"orders_by_{name}"] = {}
        for each in found["orders"]:
            if each[name]:
                found[f"orders_by_{name}"].setdefault(each[name], []).append(each)
    found["invoices"] = [
        {
            **each,
            "void": each["order_id"] in void,
        }  # the kernel sets what voids it against it; nobody has paid
        for each in found["invoices"]
        if each["number"] not in voided
    ]
    keys = [f"magento:main:{each.entity_id}/deposit" for each in shop.orders.all()]
    marks = {mark_of(key): key for key in keys}  # two orders may have one number
    for each in found["transactions"]:
        ours = _MARK.fullmatch(each["reference"]) if each["kind"] == "receipt" else None
        if ours is not None:
            each["reference"] = ours[1]
            each["second_reference"] = f"{RECEIPT}{marks.get(ours[2], ours[0])}"
    name_entries(found, urns)
    guids = {one.id: str(one.extra.get("source_guid") or "") for one in company.customers.table}
    for each in found["customers"]:
        each["key"] = guids.get(each["id"], "")
    return found


def _as_shown(each: dict[str, Any], order: Any, face: Any, voided: set[str]) -> None:
    key, lines = trace_of(order)
    each["key"] = key
    invoice, quote = face.business.invoice_of(order), face.business.is_quote(order)
    each["number"] = invoice.number if invoice is not None and not quote else order.number
    each["number_told"] = invoice is not None or quote  # a draft has none
    each["stands"] = "" if invoice is not None else "quote" if quote else "draft"
    each["credits"] = [number for number in each["credits"] if number not in voided]
    if order.status == "cancelled":  # its goods are back
        for line in each["lines"]:
            line["despatched"] = "0"
    if each["stands"] and each["status"] not in (
        "cancelled",
        "deleted",
    ):  # it holds them, as the books say of the stock
        for line in each["lines"]:
            line["allocated"] = line["quantity"] if line["kind"] == "item" else line["allocated"]
    goods = [line for line in each["lines"] if line["kind"] in ("item", "text")]
    if len(goods) == len(lines):
        for line, line_key in zip(goods, lines, strict=True):
            line["key"] = "" if line_key == "-" else line_key


BUSINESS_CLOUD = House(
    name="business_cloud",
    title="Sage Business Cloud Accounting",
    port=8918,
    paths={"invoice": ADDRESS, "draft": ADDRESS, "quote": ADDRESS},
    countries=("uk",),
    flows=EVERY_FLOW - {"shipments"},
    build=build,
    company=company,
    credentials=credentials,
    room=room,
    addresses=addresses,
    answers=answers,
    let_in=let_in,
    calls=CALLS,
    codes=Codes(
        mappings=mappings(
            taxes=TAXES,
            untaxed="GB_ZERO",
            charge="CARRIAGE",
            payments="1210",
            fees='account = "4905"',
            paid='account = "1212"',
            revenue=(("*", "4000"),),
        ),
        prepaid='account = "1210"\n',
        sources={"b2b": {WAREHOUSE: "wh_london"}},
        legacy={WAREHOUSE: "default"},
        warehouse=WAREHOUSE,
        elsewhere=WAREHOUSE,
        counted=(WAREHOUSE,),
        bills_parts=False,
        known={"1": "WANDA01"},
        groups={"Wholesale": "Wholesale"},
        tax_codes=TAXES,
    ),
    lists_open=False,
    face_faults=(),
    orders_left=orders_left,
    orders_in=orders_in,
    books=books,
    shelf=shelf,
    source_of=source_of,
    script=script,
    actor=lambda world: Office(world.sage, world.shopper),
)
