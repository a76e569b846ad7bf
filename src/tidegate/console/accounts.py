"""Users of the console: made, given roles and shut out by the command line or by an administrator."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tidegate.console import changes
from tidegate.console.models import EVERY, Grant, Invitation, User
from tidegate.console.roles import Role
from tidegate.ledger.database import transaction

#: How long a one-time link opens the page on which a user sets a password.
LINK_LASTS = timedelta(hours=24)


LONGEST_NAME = 80


class Refusal(Exception):
    """What cannot be done with a user, in words for who asked."""


def find(name: str) -> User:
    """The user of this name; raises Refusal."""
    user = User.objects.filter(username=name).first()
    if user is None:
        known = ", ".join(User.objects.order_by("username").values_list("username", flat=True)) or "none"
        raise Refusal(f"there is no user {name}; there are: {known}")
    return user


def add(
    name: str,
    roles: Iterable[Role],
    connections: Sequence[str],
    *,
    now: datetime,
    actor: str,
    email: str = "",
    password: str | None = None,
) -> User:
    """Make a user with these roles for these connections; raises Refusal, above all when the name is taken."""
    _check(name, email, password)
    if User.objects.filter(username=name).exists():
        raise Refusal(f"the user {name} already exists; `tidegate user role` changes the roles")
    with transaction("console-user"):
        user = User.objects.create_user(name, password, email=email, created_at=now)
        for role in roles:
            for connection in connections or [EVERY]:
                Grant.objects.create(user=user, role=role.value, connection=connection)
        changes.record(now, actor, "user added", subject=name, after=said(user))
    return user


def _check(name: str, email: str, password: str | None) -> None:
    """What would be kept as it is written and could not be used afterwards."""
    from django.contrib.auth.password_validation import validate_password

    if not name or len(name) > LONGEST_NAME or name != name.strip() or "/" in name or not name.isprintable():
        raise Refusal(
            f"the name of a user has 1 to {LONGEST_NAME} letters, digits and signs, no / and no space around it"
        )
    try:
        if email:
            validate_email(email)
        if password is not None:
            validate_password(password, User(username=name, email=email))
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from None


def grant(user: User, role: Role, connection: str, *, now: datetime, actor: str) -> None:
    """Give one more role."""
    with transaction("console-role"):
        before = said(user)
        Grant.objects.get_or_create(user=user, role=role.value, connection=connection or EVERY)
        changes.record(now, actor, "role given", subject=user.username, before=before, after=said(user))


def revoke(user: User, role: Role, connection: str, *, now: datetime, actor: str) -> None:
    """Take a role away again. The last administrator of everything stays one."""
    with transaction("console-role"):
        before = said(user)
        Grant.objects.filter(user=user, role=role.value, connection=connection or EVERY).delete()
        _somebody_is_left()
        changes.record(now, actor, "role taken", subject=user.username, before=before, after=said(user))


def remove(user: User, *, now: datetime, actor: str) -> None:
    """Shut a user out: no session, no password, no role. What they did keeps their name."""
    with transaction("console-user"):
        before = said(user)
        sign_out(user.pk)
        user.delete()
        _somebody_is_left()
        changes.record(now, actor, "user removed", subject=user.username, before=before)


def _somebody_is_left() -> None:
    kept = Grant.objects.filter(role=Role.ADMINISTRATOR.value, connection=EVERY, user__is_active=True)
    if User.objects.exists() and not kept.exists():
        raise Refusal(
            "at least one user must be administrator of every connection: give that role to another "
            "user first"
        )


def sign_out(user_id: int) -> None:
    """End the sessions of a user."""
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user_id):
            session.delete()


def said(user: User) -> str:
    """A user's roles in one line."""
    grants = user.grants.order_by("connection", "role").values_list("role", "connection")
    return (
        ", ".join(f"{role} of {'everything' if where == EVERY else where}" for role, where in grants)
        or "no role"
    )


def listed() -> list[dict[str, Any]]:
    """Every user with what they may."""
    return [
        {
            "name": user.username,
            "email": user.email,
            "active": user.is_active,
            "roles": [{"role": each.role, "connection": each.connection} for each in user.grants.all()],
            "last_login": user.last_login.isoformat() if user.last_login else None,
        }
        for user in User.objects.order_by("username").prefetch_related("grants")
    ]


# --- one-time links ----------------------------------------------------------------------------


def invite(user: User, now: datetime) -> str:
    """The token of a new one-time link; older ones of the user open nothing any more."""
    token = secrets.token_urlsafe(32)
    with transaction("console-link"):
        Invitation.objects.filter(user=user, used_at=None).delete()
        Invitation.objects.create(user=user, digest=digest(token), expires_at=now + LINK_LASTS)
    return token


def invited(token: str, now: datetime) -> Invitation | None:
    """The invitation behind a link that still opens something."""
    return (
        Invitation.objects.select_related("user")
        .filter(digest=digest(token), used_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )


def accept(invitation: Invitation, password: str, now: datetime) -> list[str]:
    """Set the password; what is wrong with it, or nothing when it is set and the link spent."""
    from django.contrib.auth.password_validation import validate_password

    try:
        validate_password(password, invitation.user)
    except ValidationError as error:
        return list(error.messages)
    with transaction("console-password"):
        spent = Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now)
        if not spent:
            return ["this link has been used"]
        invitation.user.set_password(password)
        invitation.user.save(update_fields=["password"])
        changes.record(now, invitation.user.username, "password set", subject=invitation.user.username)
    return []


def digest(token: str) -> str:
    """What is kept of a link."""
    return hashlib.sha256(token.encode()).hexdigest()
