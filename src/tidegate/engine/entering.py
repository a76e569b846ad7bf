"""A person's way into a company, from the command line or from a page: begun, come back to, and what it ends."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from tidegate.domain.errors import Code, Failure
from tidegate.engine import interventions
from tidegate.engine.hub import Hub
from tidegate.ledger import halts
from tidegate.ledger.database import transaction
from tidegate.sage.port.entrance import SignIn
from tidegate.sage.vault import Secret

STATE, VERIFIER = "sign-in-state", "sign-in-verifier"  #: names of a sign-in under way, among the secrets
PENDING = timedelta(minutes=30)  #: how long a sign-in that was begun can be completed


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way: what its answer must carry, and the proof that it is ours."""

    state: str
    verifier: str


def begin(hub: Hub, company: str) -> Begun:
    """A new sign-in, kept encrypted like the tokens, so that it can be completed later and elsewhere."""
    begun = Begun(secrets.token_urlsafe(48), secrets.token_urlsafe(48))
    now = hub.clock.now()
    ends = now + PENDING
    hub.vault.keep(
        company, {STATE: Secret(begun.state, now, ends), VERIFIER: Secret(begun.verifier, now, ends)}
    )
    return begun


def continued(hub: Hub, company: str) -> Begun | str:
    """The sign-in that was begun before; why not, when there is none or it is too old."""
    kept = hub.vault.load(company)
    state, verifier = kept.get(STATE), kept.get(VERIFIER)
    if state is None or verifier is None:
        return f"no sign-in to {company} was started"
    if state.expires_at is None or hub.clock.now() > state.expires_at:
        return f"the sign-in to {company} was begun too long ago"
    return Begun(state.value, verifier.value)


def company_of(hub: Hub, state: str) -> str | None:
    """The company whose sign-in under way carries this state."""
    for name, company in hub.companies.items():
        if isinstance(company.entrance, SignIn):
            begun = continued(hub, name)
            if isinstance(begun, Begun) and hmac.compare_digest(begun.state.encode(), state.encode()):
                return name
    return None


def finish(
    hub: Hub, company: str, signs: SignIn, begun: Begun, address: str, operator: str
) -> list[str] | Failure:
    """Exchange the code, forget the sign-in under way, lift the halts that it ends: their connections."""
    failure = signs.complete(address, begun.state, begun.verifier)
    if failure is not None:
        return failure
    with transaction("signed-in"):
        hub.vault.keep(company, {}, forget=(STATE, VERIFIER))
        return lift_halts(hub, company, operator)


def lift_halts(hub: Hub, company: str, operator: str) -> list[str]:
    """Lift what a person's way in ends; the names of the connections. In a transaction."""
    lifted: list[str] = []
    for name, connection in hub.connections.items():
        halted = halts.halted(name) if connection.settings.company == company else None
        if halted is not None and halted.code in (Code.SIGN_IN_EXPIRED, Code.NOT_AUTHENTICATED):
            interventions.lift(name, company=None, actor=operator, now=hub.clock.now())
            lifted.append(name)
    return lifted
