"""`sandbox`: one simulated system as a real HTTP server on this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tidegate.cli import showing
from tidegate.cli.complaint import Refused
from tidegate.cli.showing import Json
from tidegate.cli.stopping import asked_to_stop

if TYPE_CHECKING:
    from tidegate_sandbox.faults import FaultPlan
    from tidegate_sandbox.wire import Wire

SYSTEMS = ("magento", "sage200")


def sandbox(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="magento or sage200.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 0,
    orders: Annotated[int, typer.Option("--orders", min=0, help="Magento: orders placed at the start.")] = 10,
    as_json: Json = False,
) -> None:
    """Serve a simulated Magento or Sage 200, print its address and credentials, until SIGINT."""
    if system not in SYSTEMS:
        raise typer.BadParameter(f"there is no simulated {system}; there are {', '.join(SYSTEMS)}")
    from tidegate_sandbox.faults import FaultPlan
    from tidegate_sandbox.server import SandboxServer

    state, wire = BUILDERS[system](FaultPlan(), orders)
    with asked_to_stop() as stop:
        try:
            server = SandboxServer(wire, port=port).start()
        except OSError as error:
            raise Refused(f"port {port} cannot be used: {error.strerror}", "name another one, or 0") from None
        try:
            introduce(system, server.url, CREDENTIALS[system](state), as_json)
            stop.wait()
        finally:
            server.stop()


def introduce(system: str, url: str, credentials: dict[str, Any], as_json: bool) -> None:
    """Where it listens and what opens it. These secrets open nothing else."""
    if "base_url" in credentials:
        credentials = {**credentials, "base_url": url + credentials["base_url"], "sign_in_url": url}
    document = {"system": system, "url": url, "control": f"{url}/_sandbox", "credentials": credentials}
    if as_json:
        showing.print_json(document)
    else:
        print(f"{system} listens at {url}   (SIGINT ends it)")
        for name, value in credentials.items():
            print(f"  {name} = {value}")
    sys.stdout.flush()


def build_magento(faults: FaultPlan, orders: int) -> tuple[Any, Wire]:
    """A shop that has sold something already, so that there is something to carry."""
    from tidegate_sandbox import magento
    from tidegate_sandbox.clock import SandboxClock
    from tidegate_sandbox.magento.shop import Shopper

    store, wire = magento.build(SandboxClock.running(), faults)
    Shopper(store).place_orders(orders)
    return store, wire


def build_sage200(faults: FaultPlan, _orders: int) -> tuple[Any, Wire]:
    """A company that lets the browser back to where a configuration listens by default."""
    from tidegate.config.model import Company
    from tidegate_sandbox import sage200
    from tidegate_sandbox.clock import SandboxClock

    redirect = Company(product="sage200").redirect_url
    face, wire = sage200.build(SandboxClock.running(), faults, redirect_uris=(redirect,))
    return face, wire


BUILDERS: dict[str, Callable[[FaultPlan, int], tuple[Any, Wire]]] = {
    "magento": build_magento,
    "sage200": build_sage200,
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


def sage200_credentials(face: Any) -> dict[str, Any]:
    """The application's registration and the company's address headers."""
    known = face.credentials
    return {
        "base_url": "/uk/sage200/accounts/v1",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "subscription_key": known.subscription_key,
        "site_id": known.site_id,
        "company_id": known.company_id,
    }


CREDENTIALS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "magento": magento_credentials,
    "sage200": sage200_credentials,
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sandbox")(sandbox)
