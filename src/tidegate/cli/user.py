"""`user`: who may sign in to the console, and what they may there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused, Unknown
from tidegate.cli.invocation import Invocation, here
from tidegate.cli.operator import By, operator_name
from tidegate.cli.showing import Json

if TYPE_CHECKING:
    from tidegate.config.model import Configuration

group = typer.Typer(help="Users of the console and their roles.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]
Roles = Annotated[
    list[str],
    typer.Option(
        "--role", metavar="ROLE", help="viewer, operator, finance or administrator; may be repeated."
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--connection", metavar="NAME", help="Only of this connection; may be repeated. Default: all."
    ),
]


@contextmanager
def console(there: Invocation) -> Iterator[Configuration]:
    """The ledger with the console's tables."""
    from tidegate.console.installed import install, uninstall

    new = install()  # before anything below is imported: models need their apps
    from tidegate.console.accounts import Refusal

    try:
        with there.ledger(create=True) as configuration:
            try:
                yield configuration
            except Refusal as refused:
                raise Refused(str(refused), exit_code=exits.FOUND) from None
    finally:
        if new:
            uninstall()


def first_user(there: Invocation, name: str) -> str:
    """Make an administrator with a password of our own; the password, "" when there is one already."""
    import secrets

    with console(there):
        from tidegate.console import accounts
        from tidegate.console.models import User
        from tidegate.console.roles import Role

        if User.objects.exists():
            return ""
        password = secrets.token_urlsafe(12)
        accounts.add(
            name,
            [Role.ADMINISTRATOR],
            [],
            now=there.clock.now(),
            actor=operator_name(None),
            password=password,
        )
    return password


def roles_of(names: list[str]) -> list[str]:
    """Roles by their names."""
    from tidegate.console.roles import Role

    for name in names:
        if name not in set(Role):
            raise typer.BadParameter(
                f"unknown role {name}; the roles are {', '.join(Role)}", param_hint="--role"
            )
    return names


def check_connections(configuration: Configuration, names: list[str]) -> list[str]:
    """Connections that the configuration has."""
    for name in names:
        if name not in configuration.connections:
            raise Unknown("connection", name, configuration.connections)
    return names


@group.command("add")
def add(
    context: typer.Context,
    name: Name,
    role: Roles = ["administrator"],  # noqa: B006 - typer's default
    connection: Where = None,
    email: Annotated[str, typer.Option("--email", help="For single sign-on.")] = "",
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password here instead of making a link.")
    ] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Make a user; prints a one-time link to a password."""
    there = here(context)
    with console(there) as configuration:
        roles_of(role)
        from tidegate.console import accounts
        from tidegate.console.roles import Role

        check_connections(configuration, connection or [])
        typed = (
            typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
            if password
            else None
        )
        user = accounts.add(
            name,
            [Role(each) for each in role],
            connection or [],
            now=there.clock.now(),
            actor=operator_name(by),
            email=email,
            password=typed,
        )
        link = (
            ""
            if password
            else f"{configuration.console.public}/invitation/{accounts.invite(user, there.clock.now())}"
        )
        said = accounts.said(user)
    if as_json:
        showing.print_json({"name": name, "roles": said, "link": link or None})
        return
    print(f"{name}: {said}")
    if link:
        print(
            f"open this within 24 hours to set the password, once, while `tidegate run` serves the console:\n  {link}"
        )


@group.command("link")
def link(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Make a new one-time link, for a forgotten password."""
    there = here(context)
    with console(there) as configuration:
        from tidegate.console import accounts

        token = accounts.invite(accounts.find(name), there.clock.now())
        address = f"{configuration.console.public}/invitation/{token}"
    if as_json:
        showing.print_json({"name": name, "link": address})
    else:
        print(address)


@group.command("list")
def list_users(context: typer.Context, as_json: Json = False) -> None:
    """Show all users and their roles."""
    with console(here(context)):
        from tidegate.console import accounts

        users = accounts.listed()
    if as_json:
        showing.print_json({"users": users})
        return
    for user in users:
        roles = ", ".join(
            f"{each['role']} of {each['connection'].replace('*', 'everything')}" for each in user["roles"]
        )
        print(f"{user['name']}: {roles or 'no role'}" + (f" <{user['email']}>" if user["email"] else ""))
    if not users:
        print("no users yet: `tidegate user add NAME`")


@group.command("role")
def role(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="viewer, operator, finance or administrator.")],
    connection: Where = None,
    take: Annotated[bool, typer.Option("--take", help="Remove the role instead of adding it.")] = False,
    by: By = None,
) -> None:
    """Give a role, or remove it."""
    there = here(context)
    with console(there):
        roles_of([role])
        from tidegate.console import accounts
        from tidegate.console.roles import Role

        user = accounts.find(name)
        change = accounts.revoke if take else accounts.grant
        for place in connection or [""]:
            change(user, Role(role), place, now=there.clock.now(), actor=operator_name(by))
        print(f"{name}: {accounts.said(user)}")


@group.command("token")
def token(
    context: typer.Context,
    name: Name,
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="What the token is called.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="status, queue, trace, digest, actions, prices or portal; may be repeated.",
        ),
    ] = None,
    take: Annotated[bool, typer.Option("--take", help="Revoke the token instead of making one.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Make a token for a program, limited to scopes."""
    there = here(context)
    with console(there):
        from tidegate.console import accounts, tokens

        user, now = accounts.find(name), there.clock.now()
        if take:
            tokens.take(user, token, now=now, actor=operator_name(by))
            if as_json:
                showing.print_json({"user": name, "name": token, "revoked": True})
            else:
                print(f"the token {token} is revoked")
            return
        for each in scope or []:
            if each not in set(tokens.Scope):
                known = ", ".join(tokens.Scope)
                raise typer.BadParameter(
                    f"unknown scope {each}; the scopes are {known}", param_hint="--scope"
                )
        scopes = [tokens.Scope(each) for each in scope or ["status"]]
        made = tokens.make(user, token, scopes, now=now, actor=operator_name(by))
    if as_json:
        showing.print_json({"user": name, "name": token, "scopes": scopes, "token": made})
    else:
        print(f"{made}\n  shown only once; its scopes are: {', '.join(scopes)}")


@group.command("remove")
def remove(context: typer.Context, name: Name, by: By = None) -> None:
    """Remove a user. The record of what they did keeps their name."""
    there = here(context)
    with console(there):
        from tidegate.console import accounts

        accounts.remove(accounts.find(name), now=there.clock.now(), actor=operator_name(by))
    print(f"{name} is removed")


def register(app: typer.Typer) -> None:
    """Add the group with all its commands."""
    app.add_typer(group, name="user")
