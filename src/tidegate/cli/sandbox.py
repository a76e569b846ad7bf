"""`sandbox`: the simulated systems as real HTTP servers on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from tidegate.cli import showing
from tidegate.cli.complaint import Refused
from tidegate.cli.proving import Sage, simulated
from tidegate.cli.showing import Json
from tidegate.cli.stopping import asked_to_stop
from tidegate.simulation.houses.house import House
from tidegate.simulation.products import SIMULATED, USUAL

if TYPE_CHECKING:
    from tidegate_sandbox.server import SandboxServer
    from tidegate_sandbox.wire import Wire

#: What can be served, and at which port when none is named: always the same, so that a configuration stays right.
MAGENTO = "magento"
PORTS = {MAGENTO: 8910, **{each.name: each.port for each in SIMULATED.values()}}
REDIRECT = 8912  #: where a sign-in to the simulated Sage ends
BOTH = "both"
SYSTEMS = (*PORTS, BOTH)
CURRENCIES = ("USD", "GBP")
#: The orders of the start were placed so long ago: a connection whose readings lag behind the clock sees them.
AGO = timedelta(hours=1)


def sandbox(
    system: Annotated[str, typer.Argument(metavar="[SYSTEM]", help=f"One of {', '.join(SYSTEMS)}.")] = BOTH,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            envvar="TIDEGATE_SANDBOX_PORT",
            min=0,
            max=65533,
            help="Magento's is 8910, Sage's the next; 0 takes free ones.",
        ),
    ] = None,
    orders: Annotated[int, typer.Option("--orders", min=0, help="Magento: orders placed at the start.")] = 10,
    currency: Annotated[
        str, typer.Option("--currency", help="Sage: USD fits the website base, GBP the website b2b.")
    ] = "",
    sage: Sage = USUAL.name,
    place: Annotated[
        int,
        typer.Option(
            "--place",
            min=0,
            help=("Start no server: place so many more orders in the store that is already running."),
        ),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Serve a simulated Magento and a simulated Sage. They fit each other; SIGINT ends them."""
    if system not in SYSTEMS:
        raise typer.BadParameter(f"unknown system {system}; simulated are {', '.join(SYSTEMS)}")
    if currency and currency not in CURRENCIES:
        raise typer.BadParameter(f"{currency} is not one of {', '.join(CURRENCIES)}", param_hint="--currency")
    if place:
        sold(place, port or PORTS[MAGENTO], as_json)
        return
    simulated(sage)
    served = (MAGENTO, sage) if system == BOTH else (system,)
    with asked_to_stop() as stop, ExitStack() as serving:
        documents = []
        for number, name in enumerate(served):
            redirect = port + 2 if port and system == BOTH else REDIRECT
            state, wire = built(name, orders, currency, redirect)
            wanted = PORTS[name] if port is None else port + number if port else 0
            server = serving.enter_context(serve(wire, wanted))
            if name in SIMULATED and SIMULATED[name].ticks:
                serving.enter_context(ticking(state))
            documents.append(introduction(name, server.url, state))
        if as_json:
            showing.print_json(documents if system == BOTH else documents[0])
        else:
            introduce(documents, port, sage)
        sys.stdout.flush()
        stop.wait()


def ticking(face: Any) -> AbstractContextManager[object]:
    """It does what is due while nobody asks, until the block ends."""
    from tidegate_sandbox.ticker import Ticker

    return Ticker(face)


def sold(count: int, port: int, as_json: bool) -> None:
    """Let the simulated shop at this port place orders; tell their ids."""
    from tidegate.transport import ClientFactory, NoAnswer

    client = ClientFactory().client(f"http://127.0.0.1:{port}", timeout=60, max_bytes=1_000_000)
    answer = client.request("POST", "/_sandbox/orders", content=json.dumps({"count": count}).encode())
    client.close()
    if isinstance(answer, NoAnswer) or answer.status != 200:
        text = answer.text if isinstance(answer, NoAnswer) else answer.text()
        raise Refused(f"no simulated store runs at port {port}: {text}", "start `tidegate sandbox` first")
    document = json.loads(answer.body)
    if as_json:
        showing.print_json(document)
    else:
        print(f"placed {len(document['entity_ids'])} orders")


@contextmanager
def serve(wire: Wire, port: int) -> Iterator[SandboxServer]:
    """One server on this machine, until the block ends."""
    from tidegate_sandbox.server import SandboxServer

    try:
        server = SandboxServer(wire, port=port).start()
    except OSError as error:
        raise Refused(
            f"port {port} cannot be used: {error.strerror}",
            "choose another port with --port, or 0 for free ones",
        ) from None
    try:
        yield server
    finally:
        server.stop()


def introduction(system: str, url: str, state: Any) -> dict[str, Any]:
    """Where it listens, what opens it, and what is in it. These secrets open nothing else."""
    credentials = credentials_of(system, state)
    if system in SIMULATED:
        credentials = {**SIMULATED[system].addresses(url), **credentials}
    return {
        "system": system,
        "url": url,
        "control": f"{url}/_sandbox",
        "credentials": credentials,
        "inside": magento_contents(state, urlsplit(url).port)
        if system == MAGENTO
        else company_contents(system, state),
    }


def introduce(documents: list[dict[str, Any]], port: int | None, sage: str) -> None:
    """The same for people, and what to do next."""
    for document in documents:
        print(f"{document['system']} listens at {document['url']}   (Ctrl-C ends it)")
        print(f"  control = {document['control']}")
        for name, value in document["credentials"].items():
            print(f"  {name} = {value}")
        for name, value in document["inside"].items():
            print(f"  {name}: {value}")
        print()
    if len(documents) > 1 and port != 0:
        more = "" if sage == USUAL.name else f" --sage {sage}"
        more += "" if port is None else f" --sandbox-port {port}"
        print(f"In another terminal, in an empty folder:  tidegate init --sandbox{more}")


def built(system: str, orders: int = 0, currency: str = "", redirect: int = REDIRECT) -> tuple[Any, Wire]:
    """One simulated system and its wire; "" is the product's usual currency."""
    if system == MAGENTO:
        return build_magento(orders)
    return build_company(SIMULATED[system], currency, redirect)


def build_magento(orders: int) -> tuple[Any, Wire]:
    """A shop that has sold something already, so that there is something to carry."""
    from tidegate_sandbox import magento
    from tidegate_sandbox.clock import SandboxClock
    from tidegate_sandbox.faults import FaultPlan
    from tidegate_sandbox.magento.shop import Shopper

    clock = SandboxClock.running()
    now = clock.now()
    clock.set(now - AGO)
    store, wire = magento.build(clock, FaultPlan(), price_scope="website")
    Shopper(store).place_orders(orders)
    clock.set(now)
    return store, wire


def redirect_url(port: int) -> str:
    """Where a browser comes back to after the sign-in."""
    return f"http://127.0.0.1:{port}/callback"


def build_company(house: House, currency: str, redirect: int) -> tuple[Any, Wire]:
    """A company that lets the browser back to this port of this machine."""
    from tidegate.simulation.place import place_of
    from tidegate_sandbox.clock import SandboxClock
    from tidegate_sandbox.faults import FaultPlan

    clock = SandboxClock.running()
    try:
        company = house.company(clock, base=currency or place_of(house).currency)
    except ValueError as error:
        raise Refused(str(error), "leave out --currency") from None
    face, wire = house.build(clock, FaultPlan(), company, browser=redirect_url(redirect))
    return face, wire


def magento_contents(store: Any, port: int | None) -> dict[str, str]:
    """What a newcomer looks for first."""
    numbers = [str(order.row["increment_id"]) for order in store.orders.all()]
    first, last = (numbers[0], numbers[-1]) if numbers else ("", "")
    return {
        "websites": "base (USD), b2b (GBP)",
        "orders": f"{len(numbers)}, numbers {first} to {last}" if numbers else "none yet",
        "more orders": "tidegate sandbox --place 3" + ("" if port == PORTS[MAGENTO] else f" --port {port}"),
    }


def company_contents(system: str, face: Any) -> dict[str, str]:
    """What a newcomer looks for first."""
    company = face.company
    web = SIMULATED[system].codes.web_account
    codes = [customer.code for customer in company.customers.table if customer.code != web]
    base = next(each.code for each in company.currencies if each.is_base)
    return {
        "currency": base,
        "accounts": f"{web} (web orders and guests), {', '.join(codes)[:60]}...",
        "warehouses": ", ".join(each.name for each in company.warehouses),
        "books": "GET books below the control address",
    }


def magento_credentials(store: Any) -> dict[str, Any]:
    """The integration with all permissions, and the admin user."""
    hub = store.integrations["hub"]
    return {
        "consumer_key": hub.consumer_key,
        "consumer_secret": hub.consumer_secret,
        "access_token": hub.access_token,
        "access_token_secret": hub.access_token_secret,
        "username": "admin",
        "password": store.access.admins["admin"].password,
    }


def credentials_of(system: str, state: Any) -> dict[str, Any]:
    """What opens it."""
    return magento_credentials(state) if system == MAGENTO else SIMULATED[system].credentials(state)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sandbox")(sandbox)
