"""How a person lets Tidegate into a company and into the shop, on a page. What the product asks for, the port says."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from tidegate.console import changes
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.errors import Failure
from tidegate.engine import entering
from tidegate.engine.permission_check import check_permissions
from tidegate.ledger import secrets
from tidegate.ledger.database import transaction
from tidegate.sage.port.company import Company
from tidegate.sage.port.entrance import Applicant, Consent, ConsentStatus, Passcode, SignIn

#: What of the vault is no credential.
_UNDER_WAY = (entering.STATE, entering.VERIFIER)


def credentials(visit: Visit, connection: str) -> dict[str, Any]:
    """What the connection's page says of credentials: how one is let in, what is kept, until when."""
    tied = visit.hub.connections.get(connection)
    if tied is None:
        return {"how": "The company is no longer configured.", "kept": [], "enters": False}
    entrance = tied.company.entrance
    how = (
        "The credentials are in the configuration. They are valid until they are changed or revoked in Sage."
    )
    if isinstance(entrance, SignIn):
        how = "A person signs in with the browser; after that Tidegate renews the tokens."
    elif isinstance(entrance, Consent):
        how = "A person allows Tidegate in the Sage product, with a passcode."
    kept = [
        {
            "name": each.name or "tokens",
            "obtained_at": each.obtained_at,
            "expires_at": each.expires_at,
            "granted_at": each.granted_at,
            "seconds": (visit.now - each.obtained_at).total_seconds(),
            "ended": each.expires_at is not None and each.expires_at < visit.now,
        }
        for each in secrets.ages(visit.hub.vault.owner(tied.settings.company))
        if each.name not in _UNDER_WAY
    ]
    ends_at: datetime | None = entrance.ends_at() if entrance is not None else None
    return {
        "how": how,
        "kept": kept,
        "enters": entrance is not None,
        "ends_at": ends_at,
        "warning": entrance.warning() if entrance is not None else None,
    }


@page(Permission.STEER, methods=("GET", "POST"))
def connect(visit: Visit, connection: str) -> HttpResponse:
    """Let Tidegate into the company: begin, see how it stands, end."""
    name, company = company_of(visit, connection)
    entrance = company.entrance
    if entrance is None:
        raise Http404("its credentials are in the configuration")
    if visit.request.method == "POST":
        return (
            sign(visit, connection, name, entrance)
            if isinstance(entrance, SignIn)
            else (allow(visit, connection, name, entrance))
        )
    values: dict[str, Any] = {"name": connection, "company": name, "at": visit.now}
    if isinstance(entrance, SignIn):
        begun = entering.continued(visit.hub, name)
        if isinstance(begun, entering.Begun):
            values["url"] = entrance.authorization_url(begun.state, begun.verifier)
        values |= {"signs": True, "redirect": entrance.redirect_url, "ends_at": entrance.ends_at()}
        values["warning"] = entrance.warning()
        values["comes_here"] = entrance.redirect_url == f"{visit.configuration.console.public}/connect/back"
    else:
        values |= status_of(visit, entrance)
    return visit.show("connect", **values)


def status_of(visit: Visit, consent: Consent) -> dict[str, Any]:
    """How a consent stands, with the passcode that is open and what is left of its time."""
    state = consent.state()
    passcode = state.passcode
    return {
        "consent": state.status.value,
        "granted": state.status is ConsentStatus.GRANTED,
        "text": state.text,
        "warning": consent.warning(),
        "passcode": passcode if passcode is not None and passcode.expires > visit.now else None,
        "left": (passcode.expires - visit.now).total_seconds() if passcode is not None else 0,
    }


def sign(visit: Visit, connection: str, name: str, signs: SignIn) -> HttpResponse:
    """Begin a sign-in, or take the address at which the browser ended."""
    here = f"/connections/{connection}/connect"
    address = visit.text("ended_at")
    if not address:
        entering.begin(visit.hub, name)
        note(visit, "sign-in begun", connection, name)
        return redirect(here)
    begun = entering.continued(visit.hub, name)
    if isinstance(begun, str):
        messages.error(visit.request, f"Not signed in: {begun}. Start again.")
        return redirect(here)
    if "://" not in address:
        address = f"{signs.redirect_url}?{urlencode({'code': address, 'state': begun.state})}"
    return finish(visit, connection, name, signs, begun, address)


def finish(
    visit: Visit, connection: str, name: str, signs: SignIn, begun: entering.Begun, address: str
) -> HttpResponse:
    """The code is exchanged, and halts that it ends are lifted."""
    lifted = entering.finish(visit.hub, name, signs, begun, address, visit.name)
    if isinstance(lifted, Failure):
        messages.error(visit.request, f"Not signed in: {lifted.text}")
        return redirect(f"/connections/{connection}/connect")
    note(visit, "signed in", connection, name)
    messages.success(
        visit.request, f"Signed in to {name}." + "".join(f" {each} is lifted." for each in lifted)
    )
    return redirect(f"/connections/{connection}")


@page(Permission.STEER)
def back(visit: Visit) -> HttpResponse:
    """Where a product sends the browser after the sign-in, when its application names this page."""
    name = entering.company_of(visit.hub, visit.text("state")) or ""
    mine = [
        connection
        for connection, tied in visit.hub.connections.items()
        if tied.settings.company == name and visit.rights.may(Permission.STEER, connection)
    ]
    if not mine:
        raise Http404("you have not started a sign-in")
    signs, begun = visit.hub.companies[name].entrance, entering.continued(visit.hub, name)
    if not isinstance(signs, SignIn) or isinstance(begun, str):
        raise Http404("no sign-in was started")
    address = f"{signs.redirect_url}?{visit.request.META.get('QUERY_STRING', '')}"
    return finish(visit, mine[0], name, signs, begun, address)


def allow(visit: Visit, connection: str, name: str, consent: Consent) -> HttpResponse:
    """Ask for a passcode, register with the maker, or take a key that was got in another way."""
    wish, failure = visit.text("wish"), None
    if wish == "register":
        found = consent.register(Applicant(visit.text("person"), visit.text("email"), visit.text("firm")))
        if found is not None and not isinstance(found, Failure):
            note(visit, "registration begun", connection, name)
            values = {"name": connection, "company": name, "at": visit.now, "registration": found}
            return visit.show("connect", **values, **status_of(visit, consent))
        failure = found
    elif wish == "key":
        failure = consent.enter(visit.text("key"))
        if failure is None:
            note(visit, "key entered", connection, name)
    else:
        asked = consent.ask()
        failure = asked if isinstance(asked, Failure) else None
        if isinstance(asked, Passcode):
            note(visit, "passcode asked for", connection, name)
    if failure is not None:
        messages.error(visit.request, failure.text)
    elif consent.state().status is ConsentStatus.GRANTED:
        with transaction("console-connected"):
            entering.lift_halts(visit.hub, name, visit.name)
        messages.success(visit.request, f"Tidegate is connected to {name}.")
    return redirect(f"/connections/{connection}/connect")


@page(Permission.STEER, methods=("GET", "POST"))
def shop(visit: Visit, connection: str) -> HttpResponse:
    """How the shop lets Tidegate in: what its integration must be allowed, and whether it is."""
    visit.require(Permission.STEER, connection)
    settings = visit.configuration.connections.get(connection)
    store = visit.hub.stores.get(settings.store) if settings else None
    if settings is None or store is None:
        raise Http404("there is no such connection")
    users = [each for each in visit.configuration.connections.values() if each.store == settings.store]
    findings = list(check_permissions(store, users)) if visit.request.method == "POST" else []
    return visit.show(
        "shop",
        name=connection,
        store=settings.store,
        about=visit.configuration.stores[settings.store],
        findings=findings,
        good=all(each.verdict == "pass" for each in findings),
        at=visit.now,
    )


def company_of(visit: Visit, connection: str) -> tuple[str, Company]:
    """The connection's company, which the user may steer."""
    visit.require(Permission.STEER, connection)
    tied = visit.hub.connections.get(connection)
    if tied is None:
        raise Http404(f"there is no connection {connection}")
    return tied.settings.company, tied.company


def note(visit: Visit, act: str, connection: str, subject: str) -> None:
    """Write it down."""
    with transaction("console-connect"):
        changes.record(visit.now, visit.name, act, connection=connection, subject=subject)
