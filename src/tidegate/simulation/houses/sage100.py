"""Sage 100 in the weeks, the demonstration, the sandbox and the measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tidegate.simulation.houses.company_books import name_entries, with_ordered_held
from tidegate.simulation.houses.house import EVERY_FLOW, MORE_GOODS, Codes, House
from tidegate.simulation.houses.mappings import TOLERANCE, mappings
from tidegate.simulation.houses.sage100_agent import TOKEN, AgentHost
from tidegate.simulation.houses.sage100_calls import CALLS
from tidegate.simulation.houses.sage100_troubles import SEATS, Machine, script

if TYPE_CHECKING:
    import httpx

COMPANY = "ABC"
TIME_ZONE = "America/Detroit"  #: of the company, whose nightly lock the hub's calendar knows
#: Amounts besides goods: the miscellaneous item that posts each to its account, and its tax class.
AMOUNTS = {"7900": ("/ROUND", "NT"), "4905": ("/FEE", "TX"), "1050": ("/GIFT", "NT"), "4000": ("/WEB", "TX")}
SCHEDULES = {"MI SALES": 6, "NONTAX": 0}
UNTAXED = "NT"
DESTINATIONS = (
    ("US", "Michigan", "MI SALES"),
    ("US", "", "NONTAX"),
    *((one, "", "NONTAX") for one in ("GB", "DE", "FR")),
)
ROOM = """\
base_url = "{url}"
company_code = "ABC"
token = "env:SAGE_TOKEN"
warehouse = "000"
tax_schedules = [{schedules}]
tolerance = "{tolerance}"
cancels = true
price_probes = 5
amounts = {{ {amounts} }}
"""


def build(
    clock: Any,
    faults: Any,
    company: Any,
    *,
    browser: str = "",
    read_only: bool = False,
    reader: str = "odbc",
) -> tuple[Any, Any]:
    """The simulator with its agent, and its wire. `read_only`: somebody else writes; `reader`: how the agent reads."""
    from tidegate_sandbox.sage100.build import build as built
    from tidegate_sandbox.sage100.installation import Installation

    site = company.beside
    installation = Installation({site.code: site}, site.options, SEATS)
    installation.on_hang = lambda: clock.advance(60)  # so long an agent waits for a call
    host = AgentHost(installation, clock, time_zone=TIME_ZONE, read_only=read_only, reader=reader)
    face, wire = built(clock, faults, lambda _made: host, installation)
    face.host = host
    return face, wire


def company(clock: Any, *, seed: int = 0, base: str = "USD", items: int = 1000) -> Any:
    """The product's own demonstration company, with the shop's shirts. ValueError for another currency."""
    from decimal import Decimal

    from tidegate_sandbox.sage100.company import Misc
    from tidegate_sandbox.sage100.demo import demo_company
    from tidegate_sandbox.sage100.options import Options

    if base != "USD":
        raise ValueError(f"the simulated company of this product keeps its books in USD, not in {base}")
    made = demo_company(
        clock, COMPANY, Options(), items=items, seed=seed, more=MORE_GOODS, timezone=TIME_ZONE
    )
    made.schedules |= {name: {"TX": Decimal(percent)} for name, percent in SCHEDULES.items()}
    made.misc["/SHIP"] = Misc("/SHIP", "Shipping", "TX", "4905")
    made.misc |= {
        code: Misc(code, "Web shop", tax_class, account) for account, (code, tax_class) in AMOUNTS.items()
    }
    return made.kernel


def credentials(_face: Any) -> dict[str, Any]:
    """The agent's bearer token."""
    return {"token": TOKEN}


def room(url: str, _edition: str, _known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`."""
    amounts = ", ".join(f'"{account}" = "{name}"' for account, (name, _) in AMOUNTS.items())
    schedules = ", ".join(f'"{name}"' for name in SCHEDULES)
    return ROOM.format(url=url, amounts=amounts, schedules=schedules, tolerance=TOLERANCE)


def addresses(url: str) -> dict[str, str]:
    """Of the agent."""
    return {"base_url": url}


def answers(_redirect_url: str, _known: Mapping[str, Any]) -> dict[str, str]:
    """Further answers to the questions of `tidegate init`."""
    return {"company_code": COMPANY, "warehouse": "000"}


def orders_counted(face: Any) -> int:
    """Entries of the batches that the agent has seen."""
    count: int = face.host.orders_seen
    return count


def orders_in(request: httpx.Request) -> int:
    """One for each entry of a batch."""
    sends = request.method == "POST" and request.url.path.endswith("/orders")
    return request.read().count(b'"fingerprint"') if sends else 0


def books(face: Any, _shop: Any) -> dict[str, Any]:
    """The kernel's, with accounts as the hub names them, and entries under the ties of Sage's own tables."""
    from tidegate_sandbox.sage100.invoice_tables import check_of, register_of

    site = face.site
    kernel = site.kernel
    found = with_ordered_held(kernel.books())
    urns = {}
    for one in kernel.receivables.table:
        invoice = kernel.invoices.table.first("posted_id", one.id)
        if invoice is not None:
            urns[one.urn] = f"SO|{register_of(site, invoice)}|{invoice.number}|{invoice.date}"
        else:
            urns[one.urn] = f"CR||{check_of(one)}|{one.posted_on}"
    for each in found["items"].values():
        each["weight"] = "0"  # a text that nobody reads (the room's page)
    for each in found["customers"]:
        row = site.kernel.customers.table[each["id"]].extra.get("sage100", {})
        each["email"] = row.get("EmailAddress", each["email"])
        each["code"] = without_division(each["code"])
    for each in (*found["orders"], *found["transactions"]):
        each["customer"] = without_division(each["customer"])
    for each in found["transactions"]:
        if each["kind"] == "receipt":
            each["reference"] = each["reference"].strip()[-10:].strip()
    name_entries(found, urns)
    # People who are still there block it, too; that is their own affair.
    blocked = [
        f"the nightly backup was {text}" for text in face.installation.backups if face.host.user in text
    ]
    seats = [face.host.too_many] if face.host.too_many else []
    posted = [f"the sales journal was posted by {user}" for user in face.installation.posted_in_sessions]
    return {**found, "violations": [*found["violations"], *blocked, *seats, *posted]}


def without_division(code: str) -> str:
    """The hub's name of an account: without the usual division."""
    return code.removeprefix("00-")


SAGE_100 = House(
    name="sage100",
    title="Sage 100",
    port=8916,
    paths={"agent": ""},
    countries=("us",),
    flows=EVERY_FLOW,
    build=build,
    company=company,
    credentials=credentials,
    room=room,
    addresses=addresses,
    answers=answers,
    calls=CALLS,
    codes=Codes(
        mappings=mappings(
            taxes=(),
            untaxed=UNTAXED,
            charge="/SHIP",
            payments="1010",
            fees='account = "4905"',
            paid='account = "1050"',
            revenue=(("*", "4000"),),
            destinations=DESTINATIONS,
        ),
        prepaid="",
        carriers='carriers = { "UPS GROUND" = "ups" }\n',
        sources={"base": {"000": "wh_detroit", "001": "wh_london"}},
        legacy={"000": "default", "001": "default"},
        warehouse="000",
        elsewhere="001",
        counted=("000", "000", "001"),
        couriers=("UPS GROUND", "UPS BLUE"),
        charge="/SHIP",
        bank="A",
        web_account="WEB0001",
        destinations=DESTINATIONS,
        untaxed=UNTAXED,
        bills_together=False,
        known={"1": "WANDA01"},
        groups={"Wholesale": "1"},
        attributes={"credit_limit": "sage_credit_limit", "on_hold": "sage_on_hold"},
    ),
    mixed_taxes=False,
    taxes_itself=True,
    face_faults=(),
    orders_counted=orders_counted,
    orders_in=orders_in,
    seat_seconds=lambda face: face.host.seat_seconds(),
    books=books,
    stock_books=lambda face, _shop: with_ordered_held(face.site.kernel.stock_books()),
    script=script,
    actor=lambda world: Machine(world.sage, world.sage.host),
)
