"""Tokens for programs: a user's rights, narrowed to scopes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from tidegate.console import changes
from tidegate.console.accounts import Refusal, digest
from tidegate.console.models import Token, User
from tidegate.ledger.database import transaction


class Scope(StrEnum):
    """What a token opens, as far as its user may it."""

    STATUS = "status"
    QUEUE = "queue"
    TRACE = "trace"
    DIGEST = "digest"
    ACTIONS = "actions"
    PRICES = "prices"
    PORTAL = "portal"


def make(user: User, name: str, scopes: Sequence[Scope], *, now: datetime, actor: str) -> str:
    """A new token; it is said once and kept nowhere. Raises Refusal when the user has one of this name."""
    if Token.objects.filter(user=user, name=name).exists():
        raise Refusal(f"{user.username} already has a token {name}: revoke it first")
    token = f"tg_{secrets.token_urlsafe(32)}"
    with transaction("console-token"):
        Token.objects.create(
            user=user, name=name, digest=digest(token), scopes=" ".join(sorted(scopes)), created_at=now
        )
        changes.record(now, actor, "token made", subject=f"{user.username} {name}", after=" ".join(scopes))
    return token


def take(user: User, name: str, *, now: datetime, actor: str) -> None:
    """A token opens nothing any more. Raises Refusal when there is none of this name."""
    with transaction("console-token"):
        gone, _ = Token.objects.filter(user=user, name=name).delete()
        if not gone:
            raise Refusal(f"{user.username} has no token {name}")
        changes.record(now, actor, "token taken", subject=f"{user.username} {name}")


def shown(token: str) -> Token | None:
    """The token behind what a program shows; None for nobody's."""
    return Token.objects.select_related("user").filter(digest=digest(token), user__is_active=True).first()
