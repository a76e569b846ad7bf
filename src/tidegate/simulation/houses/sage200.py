"""Sage 200 in the weeks, the demonstration, the sandbox and the measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tidegate.simulation.houses.house import EVERY_FLOW, Call, Codes, House
from tidegate.simulation.houses.mappings import mappings
from tidegate.simulation.houses.sage200_calls import CALLS

if TYPE_CHECKING:
    import httpx

PATHS = {"standard": "/uk/sage200/accounts/v1", "professional": "/uk/sage200extra/accounts/v1"}
TAXES = (("0", "0"), ("5", "5"), ("6", "6"), ("20", "1"))
ROOM = """\
edition = "{edition}"
base_url = "{url}{path}"
sign_in_url = "{url}"
site_id = "{site_id}"
company_id = "{company_id}"
client_id = "env:SAGE_CLIENT_ID"
client_secret = "env:SAGE_CLIENT_SECRET"
subscription_key = "env:SAGE_SUBSCRIPTION_KEY"
"""


def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator and its wire."""
    from tidegate_sandbox import sage200

    return sage200.build(clock, faults, company, redirect_uris=(browser,) if browser else ())


def company(clock: Any, **options: Any) -> Any:
    """The kernel's own demonstration company."""
    from tidegate_sandbox.erp.demo import demo_company

    return demo_company(clock, **options)


def credentials(face: Any) -> dict[str, Any]:
    """The application's registration and the company's address headers."""
    known = face.credentials
    return {
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "subscription_key": known.subscription_key,
        "site_id": known.site_id,
        "company_id": known.company_id,
    }


def room(url: str, edition: str, known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`."""
    places = {"edition": edition, "url": url, "path": PATHS[edition]}
    return ROOM.format(**places, site_id=known["site_id"], company_id=known["company_id"])


def addresses(url: str) -> dict[str, str]:
    """Of the interface, and of the sign-in."""
    return {"base_url": url + PATHS["standard"], "sign_in_url": url}


def answers(redirect_url: str, known: Mapping[str, Any]) -> dict[str, str]:
    """Further answers to the questions of `tidegate init`."""
    return {
        "redirect_url": redirect_url,
        "site_id": str(known["site_id"]),
        "company_id": str(known["company_id"]),
        "subscription_key": "yes",
    }


def let_in(face: Any, vault: Any, name: str, now: datetime) -> None:
    """A person signs in at Sage, in the browser."""
    from tidegate.sage.tokens import Tokens, keep_tokens

    pair = face.sign_in()
    ends = now + timedelta(seconds=pair.expires_in)
    tokens = Tokens(pair.access_token, pair.refresh_token or "", now, ends, signed_in_at=now)
    keep_tokens(vault, name, tokens)


def orders_left(calls: Iterable[Call], _edition: str) -> int:
    """One order a call; refused credentials do not count, such a call may be repeated for the same try."""
    return sum(
        method == "POST" and path.endswith("/sop_orders") and status not in (401, 403)
        for _, method, path, status in calls
    )


def orders_in(request: httpx.Request) -> int:
    """One a call."""
    return int(request.method == "POST" and request.url.path.endswith("/sop_orders"))


def books(face: Any, _shop: Any) -> dict[str, Any]:
    """The kernel's: this product keeps whole keys."""
    found: dict[str, Any] = face.company.books()
    return found


SAGE_200 = House(
    name="sage200",
    title="Sage 200",
    port=8911,
    paths=PATHS,
    hosted=frozenset({"professional"}),
    flows=EVERY_FLOW,
    document_calls={"shipments": 0.1, "invoices": 0.6, "payments": 0.2, "deposits": 1.2, "idle": 3},
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
            untaxed="0",
            charge="CARRIAGE",
            payments="1210",
            fees='account = "4905"',
            paid='account = "1210"',
            revenue=(("SHIRT*", "4010"), ("*", "4000")),
        ),
        prepaid='account = "1210"\n',
        carriers='carriers = { "DPD" = "dpd" }\n',
        sources={
            "base": {"HOME": "wh_detroit", "DETROIT": "wh_detroit", "LONDON": "wh_london"},
            "b2b": {"HOME": "wh_london", "DETROIT": "wh_london", "LONDON": "wh_london"},
        },
        legacy={"HOME": "default", "DETROIT": "default", "LONDON": "default"},
        warehouse="HOME",
        elsewhere="LONDON",
        counted=("HOME", "HOME", "DETROIT", "LONDON"),
        known={"1": "WANDA01"},
        groups={"Wholesale": "Wholesale"},
        attributes={"credit_limit": "sage_credit_limit", "on_hold": "sage_on_hold"},
        tax_codes=TAXES,
    ),
    face_faults=("lock", "seats", "token_revoked", "closed_period"),
    late_commit=True,
    bears_less=(("short_queries", True), ("slow_large_reads", True)),
    orders_left=orders_left,
    orders_in=orders_in,
    books=books,
    stock_books=lambda face, _shop: face.company.stock_books(),
)
