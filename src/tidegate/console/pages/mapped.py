"""Mappings: unmapped first, every entry with who changed it, added and changed here, CSV in and out."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from tidegate.console import changes
from tidegate.console.pages.deeds import back_of
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.engine import mappings, offered
from tidegate.engine.mapping_kinds import KINDS, Kind
from tidegate.engine.mappings import Refused
from tidegate.engine.offered import Listed, Lists
from tidegate.flows.connection import Connection
from tidegate.ledger import asked
from tidegate.ledger import mappings as kept
from tidegate.ledger.database import transaction

#: Bytes of a CSV file that is read.
LARGEST = 500_000


@page(Permission.SEE)
def listing(visit: Visit) -> HttpResponse:
    """All tables of one connection."""
    names = [name for name in visit.connections() if name in visit.hub.connections]
    name = visit.text("connection") or (names[0] if names else "")
    if not name:
        return visit.show("mappings", name="", names=names)
    connection = connection_of(visit, name, Permission.SEE)
    changed, lists = kept.in_force(name), offered.kept(name)
    seen = shown_kinds(visit, name)
    tables = [
        {
            "kind": kind,
            "entries": mappings.entries(connection.settings, kind, changed),
            "unmapped": mappings.unmapped_names(connection.settings, kind, lists),
            "gone": mappings.gone(connection.settings, kind, changed),
            "offers": {field: options(lists, listed) for field, listed in kind.offers.items()},
            "names": options(lists, kind.names),
        }
        for kind in seen.values()
    ]
    maps = visit.rights.may(Permission.MAP, name)
    return visit.show(
        "mappings",
        name=name,
        names=names,
        unmapped=[each for each in mappings.unmapped(name) if each["kind"] in seen],
        tables=tables,
        kinds=seen,
        history=[each for each in kept.history(name) if each.kind in seen],
        maps=maps,
        lists=lists,
        options={
            listed.value: found for listed in sorted(Listed) if maps and (found := options(lists, listed))
        },
        wanted={"kind": visit.text("kind"), "name": visit.text("name")},
    )


@page(Permission.MAP, methods=("POST",))
def change(visit: Visit) -> HttpResponse:
    """Set one entry."""
    name, kind = visit.text("connection"), visit.text("kind")
    connection_of(visit, name, Permission.MAP)
    if kind not in KINDS:
        raise Http404("there is no such table")
    values = {field: visit.text(f"field-{field}") for field in KINDS[kind].fields}
    entry = visit.text("name")
    try:
        put(visit, name, kind, entry, values)
    except Refused as refused:
        messages.error(visit.request, f"{entry or 'The entry'} was not changed: {refused}")
    else:
        if visit.text("go") == "yes":
            with transaction("console-run"):
                asked.ask(name, KINDS[kind].flow, visit.now)
        messages.success(
            visit.request, (f"{entry} is mapped. Orders that waited for it are sent with the next cycle.")
        )
    return redirect(back_of(visit) if visit.text("back") else f"/mappings?connection={name}")


@page(Permission.MAP, methods=("POST",))
def remove(visit: Visit) -> HttpResponse:
    """Take one entry out, or have it as the file has it again."""
    name, kind, entry = visit.text("connection"), visit.text("kind"), visit.text("name")
    connection = connection_of(visit, name, Permission.MAP)
    back_to_file = visit.text("how") == "file"
    act = mappings.restore if back_to_file else mappings.remove
    try:
        with transaction("console-mapping"):
            before = act(connection, kind, entry, by=visit.name, now=visit.now)
            after = connection.settings if kind in KINDS else None
            changes.record(
                visit.now,
                visit.name,
                "mapping as in the file" if back_to_file else "mapping removed",
                connection=name,
                subject=f"{kind} {entry}",
                before=said(before),
                after=said(KINDS[kind].entries(after).get(entry, {})) if after is not None else "",
                reason=visit.text("reason"),
            )
    except Refused as refused:
        messages.error(visit.request, f"{entry or 'The entry'} was not changed: {refused}")
    else:
        words = "is the same as in the file again" if back_to_file else "is no longer mapped"
        messages.success(visit.request, f"{entry} {words}, from the next cycle on.")
    return redirect(f"/mappings?connection={name}#{kind}")


@page(Permission.MAP, methods=("POST",))
def lists(visit: Visit, connection: str) -> HttpResponse:
    """Read both systems' lists: some seconds."""
    found = offered.read(connection_of(visit, connection, Permission.MAP))
    for text in found.unread:
        messages.error(visit.request, f"Not read: {text}")
    if not found.unread:
        messages.success(
            visit.request, ("The lists of both systems were read: the fields offer their values.")
        )
    return redirect(f"/mappings?connection={connection}")


def shown_kinds(visit: Visit, name: str) -> dict[str, Kind]:
    """The tables that the user may see: customers' e-mail addresses are no viewer's business."""
    persons = visit.rights.may(Permission.PERSONS, name)
    return {each.name: each for each in KINDS.values() if persons or not each.personal}


def options(lists: Lists | None, listed: Listed | None) -> list[tuple[str, str]]:
    """What one list offers: (code, name)."""
    return [] if lists is None or listed is None else list(lists.lists.get(listed, {}).items())


def put(visit: Visit, name: str, kind: str, entry: str, values: dict[str, str]) -> None:
    """Change an entry and write it down, both or neither."""
    with transaction("console-mapping"):
        before = mappings.change(
            visit.hub.connections[name], kind, entry, values, by=visit.name, now=visit.now
        )
        changes.record(
            visit.now,
            visit.name,
            "mapping changed",
            connection=name,
            subject=f"{kind} {entry}",
            before=said(before),
            after=said(values),
            reason=visit.text("reason"),
        )


@page(Permission.SEE)
def download(visit: Visit, connection: str, kind: str) -> HttpResponse:
    """One table as CSV."""
    tied = connection_of(visit, connection, Permission.SEE)
    if kind not in shown_kinds(visit, connection):
        raise Http404("there is no such table")
    answer = HttpResponse(mappings.as_csv(tied.settings, KINDS[kind]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{connection}-{kind}.csv"'
    return answer


@page(Permission.MAP, methods=("POST",))
def upload(visit: Visit, connection: str, kind: str) -> HttpResponse:
    """Entries from a CSV file: those that differ are set, all or none; none is removed."""
    tied = connection_of(visit, connection, Permission.MAP)
    file = visit.request.FILES.get("file")
    if kind not in KINDS or file is None or (file.size or 0) > LARGEST:
        messages.error(visit.request, "Choose a CSV file below half a megabyte.")
        return redirect(f"/mappings?connection={connection}")
    before, seen = tied.settings, tied.mappings_seen
    try:
        with transaction("console-mappings"):
            done = put_all(visit, connection, kind, file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        messages.error(visit.request, "Nothing was changed: save the file as CSV in UTF-8.")
    except Refused as refused:
        tied.remap(before)
        tied.mappings_seen = seen
        messages.error(visit.request, f"Nothing was changed: {refused}")
    else:
        messages.success(visit.request, f"{done} entries were set; the others were already the same.")
    return redirect(f"/mappings?connection={connection}")


def put_all(visit: Visit, connection: str, kind: str, text: str) -> int:
    """Set what differs, in the caller's transaction; how many. Raises Refused for the first that cannot be."""
    done = 0
    for entry, values in mappings.from_csv(text, KINDS[kind]):
        if KINDS[kind].entries(visit.hub.connections[connection].settings).get(entry) != values:
            try:
                put(visit, connection, kind, entry, values)
            except Refused as refused:
                raise Refused(f"{entry}: {refused}") from None
            done += 1
    return done


def connection_of(visit: Visit, name: str, permission: Permission) -> Connection:
    """A configured connection with which the user may do it."""
    visit.require(permission, name)
    if name not in visit.hub.connections:
        raise Http404(f"there is no connection {name}")
    return visit.hub.connections[name]


def said(values: dict[str, str]) -> str:
    """An entry in one line."""
    return ", ".join(f"{name} {value}" for name, value in values.items() if value)
