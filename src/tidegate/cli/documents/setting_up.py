"""Documents of what sets Tidegate up: configuration, sign-in, users, ledger, service."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tidegate.cli.documents.shape import Shape


class FirstUser(Shape):
    """The way into the console of a sandbox."""

    url: str
    user: str
    password: str


class Init(Shape):
    """`init`: the file, and the environment variables that it needs."""

    file: str
    company: str
    variables: list[str]
    missing: list[str]
    encryption_key: str | None
    console: FirstUser | None


class CheckLine(Shape):
    """One line of the check."""

    area: str
    subject: str
    verdict: Literal["pass", "warn", "fail"]
    text: str
    remedy: str


class Check(Shape):
    """`check`: the worst verdict, and every line."""

    verdict: Literal["pass", "warn", "fail"]
    lines: list[CheckLine]


class SignInBegun(Shape):
    """`sign-in --no-listen`, also by `connect`: the address for a browser elsewhere."""

    company: str
    signed_in: Literal[False]
    url: str


class SignedIn(Shape):
    """`sign-in`, also by `connect`: until when, and the halts that it ended."""

    company: str
    signed_in: Literal[True]
    ends_at: datetime | None
    lifted: list[str]


class Registration(Shape):
    """`connect --register`: where a person goes on."""

    company: str
    registered: Literal[False]
    url: str
    then: str


class PasscodeShown(Shape):
    """`connect --no-listen`: what a person types into the product, and until when."""

    company: str
    connected: Literal[False]
    passcode: str
    expires: datetime


class Connected(Shape):
    """`connect`: Tidegate is let in; the halts that it ended."""

    company: str
    connected: Literal[True]
    lifted: list[str]


class UserAdded(Shape):
    """`user add`: the roles in words; no link where a password was typed."""

    name: str
    roles: str
    link: str | None


class UserLink(Shape):
    """`user link`: opens once."""

    name: str
    link: str


class Grant(Shape):
    """A role; the connection `*` is every connection."""

    role: Literal["viewer", "operator", "finance", "administrator"]
    connection: str


class User(Shape):
    """A user of the console."""

    name: str
    email: str
    active: bool
    roles: list[Grant]
    last_login: datetime | None


class Users(Shape):
    """`user list`."""

    users: list[User]


class TokenMade(Shape):
    """`user token`: shown only once."""

    user: str
    name: str
    scopes: list[Literal["status", "queue", "trace", "digest", "actions", "prices", "portal"]]
    token: str


class TokenRevoked(Shape):
    """`user token --take`."""

    user: str
    name: str
    revoked: Literal[True]


class Backup(Shape):
    """`backup`."""

    file: str
    bytes: int


class TableMoved(Shape):
    """A table of the ledger: rows on both sides, and how many of them this run has copied."""

    table: str
    rows: int
    copied: int


class LedgerMoved(Shape):
    """`ledger move`: every row was compared."""

    moved: list[TableMoved]
    same: Literal[True]


class ServiceInstalled(Shape):
    """`service install`: what the service starts, and what was done."""

    command: list[str]
    done: list[str]
