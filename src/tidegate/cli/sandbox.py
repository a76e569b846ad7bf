"""`sandbox`: one simulated system as a real HTTP server on this machine."""

from __future__ import annotations

import importlib
from typing import Annotated, Any

import typer

from tidegate.cli import showing
from tidegate.cli.complaint import Refused
from tidegate.cli.showing import Json
from tidegate.cli.stopping import asked_to_stop

SYSTEMS = ("magento", "sage200")


def sandbox(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="magento or sage200.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 0,
    as_json: Json = False,
) -> None:
    """Serve a simulated Magento or Sage 200, print its address and credentials, until SIGINT."""
    if system not in SYSTEMS:
        raise typer.BadParameter(f"there is no simulated {system}; there are {', '.join(SYSTEMS)}")
    from tidegate_sandbox.clock import SandboxClock
    from tidegate_sandbox.faults import FaultPlan
    from tidegate_sandbox.server import SandboxServer

    build = importlib.import_module(f"tidegate_sandbox.{system}").build
    state, wire = build(SandboxClock.running(), FaultPlan())
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
    document = {"system": system, "url": url, "control": f"{url}/_sandbox", "credentials": credentials}
    if as_json:
        showing.print_json(document)
    else:
        print(f"{system} listens at {url}   (SIGINT ends it)")
        for name, value in credentials.items():
            print(f"  {name} = {value}")
    import sys

    sys.stdout.flush()


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


def sage200_credentials(site: Any) -> dict[str, Any]:
    """The application's registration and the company's address headers."""
    found: dict[str, Any] = site.credentials()
    return found


CREDENTIALS = {"magento": magento_credentials, "sage200": sage200_credentials}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sandbox")(sandbox)
