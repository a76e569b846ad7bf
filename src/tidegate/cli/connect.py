"""`connect`: a person lets Tidegate into a company, in the way its product has: a browser, or a consent."""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli import showing
from tidegate.cli.complaint import Refused, Unknown
from tidegate.cli.invocation import Invocation, here
from tidegate.cli.operator import By, operator_name
from tidegate.cli.showing import Json
from tidegate.cli.sign_in import in_the_browser
from tidegate.cli.stopping import asked_to_stop

if TYPE_CHECKING:
    from tidegate.engine.hub import Hub
    from tidegate.sage.port.entrance import Applicant, Consent, ConsentState, Passcode

LOOK = 2.0  #: seconds between two looks whether somebody has answered
SHOWN_EVERY = timedelta(minutes=1)  #: the remaining time is shown so often


def connect(
    context: typer.Context,
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="Its name in the configuration.")],
    register: Annotated[
        str | None,
        typer.Option(
            "--register",
            metavar="EMAIL",
            help=("First register with the product's vendor, with this e-mail address."),
        ),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Name of the person who registers.")] = "",
    firm: Annotated[str, typer.Option("--firm", help="Name of the firm.")] = "",
    key: Annotated[
        bool, typer.Option("--key", help="Enter a key that you received in another way; it is not shown.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Connect again although it is connected.")] = False,
    code: Annotated[
        str | None,
        typer.Option(
            "--code", metavar="ADDRESS", help=("The address at which the browser ended, as for `sign-in`.")
        ),
    ] = None,
    listen: Annotated[
        bool,
        typer.Option("--listen/--no-listen", help="Wait for the answer, or only print the instructions."),
    ] = True,
    minutes: Annotated[
        int, typer.Option("--minutes", min=1, max=1440, help="How long to wait for a browser.")
    ] = 10,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let Tidegate into a company: sign in, or enter a passcode.

    By a sign-in in the browser, or by a passcode typed into the product: the company's product decides.
    """
    from tidegate.sage.port.entrance import Applicant, SignIn

    there, operator = here(context), operator_name(by)
    with there.hub() as hub:
        if company not in hub.companies:
            raise Unknown("company", company, hub.companies)
        entrance = hub.companies[company].entrance
        if entrance is None:
            raise Refused(f"{company} needs no consent: its credentials are in the configuration")
        if isinstance(entrance, SignIn):
            in_the_browser(there, hub, company, entrance, code, listen, minutes, operator, as_json)
        elif register is not None:
            apply(company, entrance, Applicant(name, register, firm), as_json)
        elif key:
            type_in(hub, company, entrance, operator, as_json)
        else:
            by_passcode(there, hub, company, entrance, operator, again=again, wait=listen, as_json=as_json)


def apply(company: str, consent: Consent, applicant: Applicant, as_json: bool) -> None:
    """Begin the registration with the maker; a person goes on in the browser."""
    from tidegate.domain.errors import Failure

    page = consent.register(applicant)
    if isinstance(page, Failure):
        raise Refused(f"the registration could not be started: {page.text}")
    if page is None:
        raise Refused(
            f"there is nothing to register: the product of {company} asks for no registration, or what it "
            "brings is in the configuration already",
            f"tidegate connect {company}",
        )
    if as_json:
        showing.print_json({"company": company, "registered": False, "url": page.url, "then": page.then})
        return
    print(f"Open this address in a browser and continue there:\n\n{page.url}\n\n{page.then}")


def type_in(hub: Hub, company: str, consent: Consent, operator: str, as_json: bool) -> None:
    """Take a key from the terminal, or from the input of a pipe; never from the command line, which others see."""
    if sys.stdin.isatty():
        typed = typer.prompt("Key", hide_input=True, err=True)
    else:
        typed = sys.stdin.readline()
    failure = consent.enter(typed.strip())
    if failure is not None:
        raise Refused(failure.text)
    let_in(hub, company, operator, as_json)


def by_passcode(
    there: Invocation,
    hub: Hub,
    company: str,
    consent: Consent,
    operator: str,
    *,
    again: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Ask for a passcode, show it with the time that is left, and wait until a person has answered."""
    from tidegate.console.server import serving
    from tidegate.domain.errors import Failure
    from tidegate.sage.port.entrance import ConsentStatus

    if consent.state().status is ConsentStatus.GRANTED and not again:
        let_in(hub, company, operator, as_json)
        return
    with ExitStack() as served:
        if wait:  # before there is a passcode: an approval that nobody hears comes again a minute later
            with suppress(OSError):  # the address is taken: by the hub, which hears the approval
                served.enter_context(serving(hub))
        passcode = consent.ask()
        if isinstance(passcode, Failure):
            raise Refused(f"no passcode: {passcode.text}")
        if not wait:
            show(company, passcode, as_json)
            return
        if not as_json:
            show(company, passcode, as_json)
        state = answered(there, consent, passcode, quiet=as_json)
    if state is None:
        raise Refused(f"the passcode was not used in time: `tidegate connect {company}` asks for a new one")
    if state.status is not ConsentStatus.GRANTED:
        raise Refused(f"{company} did not grant access: {state.status.value}. {state.text}".strip(". "))
    let_in(hub, company, operator, as_json)


def show(company: str, passcode: Passcode, as_json: bool) -> None:
    """What a person types, and until when."""
    if as_json:
        document = {
            "company": company,
            "connected": False,
            "passcode": passcode.text,
            "expires": passcode.expires,
        }
        showing.print_json(document)
        return
    print(
        f"Sign in to the Sage product of {company} as its administrator, enter this passcode, and allow "
        "Tidegate:\n"
    )
    print(f"    {passcode.text}\n")
    print(f"It is valid until {passcode.expires:%H:%M:%S} UTC.", flush=True)


def answered(there: Invocation, consent: Consent, passcode: Passcode, *, quiet: bool) -> ConsentState | None:
    """How the consent stands once it was answered; None when the passcode has ended, or the command was stopped.

    The approval reaches a running hub; where none runs, this command itself listens for it.
    """
    from tidegate.sage.port.entrance import ConsentStatus

    clock = there.clock
    shown_at: datetime | None = None
    with asked_to_stop() as stop:
        while (now := clock.now()) < passcode.expires and not stop.is_set():
            state = consent.state()
            old = (
                state.status is ConsentStatus.GRANTED and state.passcode is not None
            )  # this one is still open
            if not old and state.status not in (ConsentStatus.WAITING, ConsentStatus.NOT_ASKED):
                return state
            left = passcode.expires - now
            if not quiet and (shown_at is None or now - shown_at >= SHOWN_EVERY):
                shown_at = now
                print(
                    f"{int(left.total_seconds()) // 60} min {int(left.total_seconds()) % 60} s left",
                    flush=True,
                )
            clock.wait(min(LOOK, left.total_seconds()), stop)
    return None


def let_in(hub: Hub, company: str, operator: str, as_json: bool) -> None:
    """Lift the halts that it ends, and say so."""
    from tidegate.engine.entering import lift_halts
    from tidegate.ledger.database import transaction

    with transaction("connected"):
        lifted = lift_halts(hub, company, operator)
    if as_json:
        showing.print_json({"company": company, "connected": True, "lifted": lifted})
        return
    print(f"connected to {company}")
    for name in lifted:
        print(f"lifted the halt of {name}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("connect")(connect)
