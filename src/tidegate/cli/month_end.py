"""`month-end`: what finance closes on, run, shown, signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused, Unknown
from tidegate.cli.invocation import here
from tidegate.cli.showing import Json

if TYPE_CHECKING:
    from tidegate.config.model import Configuration
    from tidegate.domain.books.month import Month


def month_end(
    context: typer.Context,
    period: Annotated[str, typer.Option("--period", metavar="MONTH", help="e.g. 2026-10.")],
    company: Annotated[
        str, typer.Option("--company", metavar="NAME", help="May be left out when there is only one.")
    ] = "",
    kept: Annotated[bool, typer.Option("--kept", help="Show the last run; ask nobody.")] = False,
    sign: Annotated[str, typer.Option("--sign", metavar="NAME", help="Sign the last run as NAME.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why differences are accepted.")] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print every figure for a spreadsheet.")] = False,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="FILE", help="Write a workbook.", dir_okay=False)
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page.", dir_okay=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare a month for finance, to be signed."""
    if as_csv + as_json > 1:
        raise typer.BadParameter("choose one of --json and --csv")
    there = here(context)
    month = month_of(period)
    if kept or sign:
        with there.ledger() as configuration:
            document = from_ledger(only_company(configuration, company), month, sign, note, there.clock.now())
    else:
        with there.hub() as hub:
            from tidegate.engine import month_end as ends

            document = ends.run(hub, only_company(hub.configuration, company), month)
    hand_over(document, as_csv=as_csv, as_json=as_json, xlsx=xlsx, html=html)
    if document["state"] == "not compared":
        raise typer.Exit(exits.STOPPED)
    if document["state"] != "agrees" or document["changes"]:
        raise typer.Exit(exits.FOUND)


def month_of(text: str) -> Month:
    """The period as it is typed."""
    from tidegate.domain.books.month import Month

    try:
        return Month.of(text)
    except ValueError as problem:
        raise typer.BadParameter(str(problem), param_hint="--period") from None


def only_company(configuration: Configuration, name: str) -> str:
    """The company meant: the named one, or the only one there is."""
    if name:
        if name not in configuration.companies:
            raise Unknown("company", name, configuration.companies)
        return name
    if len(configuration.companies) == 1:
        return next(iter(configuration.companies))
    raise typer.BadParameter(
        f"there are several companies ({', '.join(sorted(configuration.companies))}): name one",
        param_hint="--company",
    )


def from_ledger(company: str, month: Month, sign: str, note: str, now: Any) -> dict[str, Any]:
    """The last run, signed first where that is asked for."""
    from tidegate.engine import month_end as ends

    if sign:
        done = ends.sign(company, month.name, by=sign, note=note, now=now)
        if isinstance(done, ends.Refusal):
            raise Refused(f"not signed: {done.text}", done.remedy, exits.FOUND)
        return done
    document = ends.shown(company, month.name)
    if document is None:
        raise Unknown("kept run", f"{company} {month.name}", remedy="leave out --kept to run it")
    return document


def hand_over(
    document: dict[str, Any], *, as_csv: bool, as_json: bool, xlsx: Path | None, html: Path | None
) -> None:
    """In the shapes that were asked for; as text where none was."""
    from tidegate.engine import month_end_files as files

    if xlsx is not None:
        xlsx.write_bytes(files.xlsx(document))
    if html is not None:
        html.write_text(files.page(document), encoding="utf-8")
    if as_json:
        showing.print_json(document)
    elif as_csv:
        typer.echo(files.csv_text(document), nl=False)
    elif xlsx is None and html is None:
        show(document)
    else:
        for written in (xlsx, html):
            if written is not None:
                showing.say(f"written: {written}")


def show(document: dict[str, Any]) -> None:
    """For people."""
    from tidegate.engine.month_end_files import cell, facts_of

    for name, value in facts_of(document):
        showing.paragraph(f"{name}: {value}", style="bold" if name in ("company", "state") else None)
    for each in document["changes"]:
        where = f"{each['connection']} {each['section']} {each['row']} {each['column']}"
        showing.paragraph(f"changed: {where}: {each['then']} signed, {each['now']} now", style="yellow")
    for name, connection in document["connections"].items():
        showing.say()
        showing.say(f"{name}: {connection['state']}", style="bold")
        for text in connection["not_compared"]:
            showing.paragraph(f"not compared: {text}", style="yellow")
        for section in connection["sections"]:
            showing.say()
            state = "" if section["compared"] else "  (NOT COMPARED)"
            showing.paragraph(f"{section['title']}{state}", style="bold")
            showing.paragraph(section["basis"], style="dim")
            if not section["rows"]:
                showing.say("  none" if section["compared"] else "  unknown")
                continue
            columns = section["columns"]
            rows = [
                [cell(row["cells"][each["id"]], each["kind"]) for each in columns] for row in section["rows"]
            ]
            if section["total"]:
                sums = {columns[0]["id"]: "sum", **section["total"]}
                kinds = {each["id"]: each["kind"] for each in columns} | {columns[0]["id"]: "text"}
                rows.append([cell(sums.get(each["id"]), kinds[each["id"]]) for each in columns])
            showing.show_table([each["title"] for each in columns], rows)
            for text in section["notes"]:
                showing.paragraph(text, style="dim")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("month-end")(month_end)
