"""Who may do what: four roles, each limited to connections. One table, one question: `may`.

Nobody may anything that is not granted here. Somebody may have several roles, of several connections.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tidegate.console.models import EVERY, Grant, User


class Permission(StrEnum):
    """What a page or an action asks for."""

    SEE = "see"  #: numbers, states, amounts
    PERSONS = "persons"  #: names, addresses, the document as Magento sent it
    ACT = "act"  #: retry, hold, release, cancel, skip
    MAP = "map"  #: mappings
    STEER = "steer"  #: halt, lift, run now, clear alerts
    CLOSE = "close"  #: month's end
    USERS = "users"  #: users and their roles


class Role(StrEnum):
    """What a user is, for some connections or for all."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"


MAY: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.SEE}),
    Role.OPERATOR: frozenset(
        {Permission.SEE, Permission.PERSONS, Permission.ACT, Permission.MAP, Permission.STEER}
    ),
    Role.FINANCE: frozenset({Permission.SEE, Permission.PERSONS, Permission.MAP, Permission.CLOSE}),
    Role.ADMINISTRATOR: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Rights:
    """All that one user may, read once a request."""

    granted: frozenset[tuple[Permission, str]] = frozenset()

    def may(self, permission: Permission, connection: str) -> bool:
        """Whether the user may do it with this connection."""
        return (permission, connection) in self.granted or (permission, EVERY) in self.granted

    def anywhere(self, permission: Permission) -> bool:
        """Whether there is any connection with which the user may do it."""
        return any(each is permission for each, _ in self.granted)

    def everywhere(self, permission: Permission) -> bool:
        """Whether the user may do it with every connection: what concerns the hub as a whole needs this."""
        return (permission, EVERY) in self.granted

    def among(self, permission: Permission, connections: Iterable[str]) -> list[str]:
        """Those of the connections with which the user may do it, in their order."""
        return [each for each in connections if self.may(permission, each)]


def rights_of(user: User) -> Rights:
    """What a user may by all of their roles; nothing once they are inactive."""
    if not user.is_active:
        return Rights()
    grants = Grant.objects.filter(user=user).values_list("role", "connection")
    return Rights(
        frozenset(
            (permission, connection)
            for role, connection in grants
            if role in set(Role)
            for permission in MAY[Role(role)]
        )
    )
