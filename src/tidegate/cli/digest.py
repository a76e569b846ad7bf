"""`digest`: the last day of each connection, as text, JSON or mail."""

from __future__ import annotations

from typing import Annotated

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused
from tidegate.cli.invocation import here, named_connection
from tidegate.cli.running import ConnectionName
from tidegate.cli.showing import Json


def digest(
    context: typer.Context,
    connection: ConnectionName = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send it now to the targets with `digest = true`.")
    ] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Print the HTML page of the e-mail.")] = False,
    as_json: Json = False,
) -> None:
    """Show what the last day brought and what needs a person."""
    if as_html + as_json > 1:
        raise typer.BadParameter("choose one of --json and --html")
    there = here(context)
    with there.hub() as hub:
        from tidegate.engine import digest as digests
        from tidegate.notify import digest_html, digest_text

        if connection is not None:
            named_connection(hub.configuration, connection)
        names = [connection] if connection is not None else list(hub.connections)
        now, link = hub.clock.now(), hub.configuration.notify.link
        documents = [digests.digest(hub, name, now) for name in names]
        refused = []
        if send:
            from tidegate.engine.messages import send_digests

            if not hub.addresses:
                raise Refused(
                    "no target", "add [notify.targets.NAME] with digest = true", exits.CONFIGURATION
                )
            refused = send_digests(hub, documents)
    if as_json:
        showing.print_json({"digests": documents, "not_sent": refused})
    elif as_html:
        typer.echo("".join(digest_html.page(each, link) for each in documents), nl=False)
    else:
        for number, each in enumerate(documents):
            if number:
                showing.say()
            for line in digest_text.text(each, link).splitlines():
                showing.say(line)
        for each in refused:
            showing.paragraph(f"not sent to {each['target']}: {each['error']}", style="yellow")
    if refused:
        raise typer.Exit(exits.FOUND)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("digest")(digest)
