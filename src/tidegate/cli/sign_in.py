"""`sign-in`: a person opens the company in the browser; Tidegate keeps the tokens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import typer

from tidegate.cli import showing
from tidegate.cli.complaint import Refused, Unknown
from tidegate.cli.invocation import Invocation, here
from tidegate.cli.operator import By, operator_name
from tidegate.cli.showing import Json
from tidegate.cli.stopping import asked_to_stop

if TYPE_CHECKING:
    from tidegate.engine.entering import Begun
    from tidegate.engine.hub import Hub
    from tidegate.sage.port.entrance import SignIn


def sign_in(
    context: typer.Context,
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="Its name in the configuration.")],
    code: Annotated[
        str | None,
        typer.Option("--code", metavar="ADDRESS", help="The address that the browser ended at, or its code."),
    ] = None,
    listen: Annotated[
        bool,
        typer.Option("--listen/--no-listen", help="Wait for the browser here, or only print the address."),
    ] = True,
    minutes: Annotated[
        int, typer.Option("--minutes", min=1, max=1440, help="How long to wait for the browser.")
    ] = 10,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Sign in to a company in the browser. A halt for want of a sign-in is lifted."""
    there = here(context)
    with there.hub() as hub:
        signs = entrance(hub, company)
        in_the_browser(there, hub, company, signs, code, listen, minutes, operator_name(by), as_json)


def in_the_browser(
    there: Invocation,
    hub: Hub,
    company: str,
    signs: SignIn,
    code: str | None,
    listen: bool,
    minutes: int,
    operator: str,
    as_json: bool,
) -> None:
    """The whole sign-in, or its first or second half."""
    from tidegate.cli.callback import can_listen
    from tidegate.engine import entering

    redirect = signs.redirect_url
    if code is not None:
        found = entering.continued(hub, company)
        if isinstance(found, str):
            raise Refused(found, f"`tidegate sign-in {company}` prints a new address")
        begun = found
        address = code if "://" in code else f"{redirect}?{urlencode({'code': code, 'state': begun.state})}"
    else:
        begun = entering.begin(hub, company)
        url = signs.authorization_url(begun.state, begun.verifier)
        if not listen or not can_listen(redirect):
            only_print(company, url, redirect, as_json)
            return
        address = browser_comes(there, url, redirect, begun.state, minutes, as_json)
    finish(hub, company, signs, begun, address, operator, as_json)


def entrance(hub: Hub, company: str) -> SignIn:
    """The company's sign-in; refuses one that has none. Also for `connect`, which knows every entrance."""
    from tidegate.sage.port.entrance import SignIn

    if company not in hub.companies:
        raise Unknown("company", company, hub.companies)
    signs = hub.companies[company].entrance
    if signs is None:
        raise Refused(f"{company} has no sign-in in the browser: its credentials are in the configuration")
    if not isinstance(signs, SignIn):
        raise Refused(f"{company} has no sign-in in the browser", f"tidegate connect {company}")
    return signs


def only_print(company: str, url: str, redirect: str, as_json: bool) -> None:
    """The address for a browser elsewhere, and what to do with what comes back."""
    if as_json:
        showing.print_json({"company": company, "signed_in": False, "url": url})
        return
    print("Open this address in a browser and sign in:\n")
    print(url)
    print(f"\nThe browser ends at an address that begins with {redirect}?code=")
    print(f'Copy it whole, then: tidegate sign-in {company} --code "ADDRESS"')


def browser_comes(there: Invocation, url: str, redirect: str, state: str, minutes: int, as_json: bool) -> str:
    """Wait at the redirect address; the address that the browser came with."""
    from tidegate.cli.callback import Callback

    try:
        callback = Callback(redirect, state)
    except OSError as error:
        raise Refused(
            f"nothing can listen at {redirect}: {error.strerror}",
            "end the program that uses the port, or use --no-listen and then --code",
        ) from None
    with callback, asked_to_stop() as stop:
        stream = sys.stderr if as_json else sys.stdout
        print(
            f"Open this address in a browser on this machine and sign in:\n\n{url}\n", file=stream, flush=True
        )
        address = callback.wait(there.clock, minutes * 60, stop)
    if not address:
        raise Refused(
            "nobody signed in in time",
            "run the command again; on another machine use --no-listen, then --code",
        )
    return address


def finish(
    hub: Hub, company: str, signs: SignIn, begun: Begun, address: str, operator: str, as_json: bool
) -> None:
    """Exchange the code, forget the sign-in under way, lift the halts that it ends."""
    from tidegate.domain.errors import Failure
    from tidegate.engine import entering

    lifted = entering.finish(hub, company, signs, begun, address, operator)
    if isinstance(lifted, Failure):
        raise Refused(lifted.text)
    ends = signs.ends_at()
    if as_json:
        showing.print_json({"company": company, "signed_in": True, "ends_at": ends, "lifted": lifted})
        return
    until = f"; it lasts until {ends:%Y-%m-%d}" if ends else ""
    print(f"signed in to {company}{until}")
    for name in lifted:
        print(f"lifted the halt of {name}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sign-in")(sign_in)
