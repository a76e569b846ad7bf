"""Month's end, the daily digest, and alerts: what finance closes on and what a day amounts to."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from tidegate.console import changes
from tidegate.console.pages.alert_places import with_places
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.books.month import Month
from tidegate.engine import alert_report, digest, month_end, month_end_files
from tidegate.engine.hub import Hub
from tidegate.engine.messages import send_test
from tidegate.engine.month_end import Refusal
from tidegate.ledger import database, ended_alerts, month_ends
from tidegate.ledger.database import transaction
from tidegate.notify import digest_text

log = structlog.get_logger()

#: Runs that are under way in this process, (company, period); one asks store and company for minutes.
_running: set[tuple[str, str]] = set()
_lock = threading.Lock()
#: How far back ended alerts are shown.
ENDED_WITHIN, MOST = timedelta(days=7), 50


# --- month's end ------------------------------------------------------------------------------


@page(Permission.SEE)
def months(visit: Visit) -> HttpResponse:
    """What was run, and the form to run another one."""
    seen = companies(visit, Permission.SEE)
    return visit.show(
        "months",
        companies=seen,
        runs=[
            {"company": company, "period": period, "at": at, "document": month_end.shown(company, period)}
            for company, period, at in month_ends.runs()[:MOST]
            if company in seen
        ],
        last=last_month(visit),
        closes=bool(companies(visit, Permission.CLOSE)),
    )


@page(Permission.SEE)
def month(visit: Visit, company: str, period: str) -> HttpResponse:
    """One month of one company, as it was run last."""
    require(visit, Permission.SEE, company)
    document = month_end.shown(company, period_of(period).name)
    tables = []
    for name, connection in document["connections"].items() if document else ():
        for section in connection["sections"]:
            tables.append(
                {
                    "connection": name,
                    "section": section,
                    "rows": [cells(section, row["cells"]) for row in section["rows"][:200]],
                    "more": len(section["rows"]) - 200,
                    "total": cells(section, section["total"]) if section["total"] else None,
                }
            )
    return visit.show(
        "month",
        company=company,
        period=period,
        document=document,
        tables=tables,
        running=(company, period) in _running,
        closes=company in companies(visit, Permission.CLOSE),
    )


@page(Permission.CLOSE, methods=("POST",))
def month_run(visit: Visit) -> HttpResponse:
    """Compare the month; in a thread, because it asks store and company and takes minutes."""
    company, period = visit.text("company"), visit.text("period")
    require(visit, Permission.CLOSE, company)
    wanted = period_of(period)
    with _lock:
        begins = (company, wanted.name) not in _running
        _running.add((company, wanted.name))
    if begins:
        with transaction("console-month"):
            changes.record(visit.now, visit.name, "month's end run", subject=f"{company} {wanted.name}")
        threading.Thread(
            target=carry_out, args=(visit.hub, company, wanted), name="month-end", daemon=True
        ).start()
    return redirect(f"/months/{company}/{wanted.name}")


def carry_out(hub: Hub, company: str, period: Month) -> None:
    """The run itself; a fault is logged, and the page says that nothing new is there."""
    try:
        month_end.run(hub, company, period)
    except Exception as error:
        log.exception("month end", company=company, period=period.name, problem=str(error))
    finally:
        with _lock:
            _running.discard((company, period.name))
        database.close()


@page(Permission.CLOSE, methods=("POST",))
def month_sign(visit: Visit, company: str, period: str) -> HttpResponse:
    """Put the user's name under the last run."""
    require(visit, Permission.CLOSE, company)
    note = visit.text("note")
    with transaction("console-sign"):
        signed = month_end.sign(company, period_of(period).name, by=visit.name, note=note, now=visit.now)
        if not isinstance(signed, Refusal):
            changes.record(
                visit.now, visit.name, "month's end signed", subject=f"{company} {period}", reason=note
            )
    if isinstance(signed, Refusal):
        messages.error(visit.request, f"Not signed: {signed.text}; {signed.remedy}.")
    else:
        messages.success(visit.request, "Signed. What changes from now on is shown as a change.")
    return redirect(f"/months/{company}/{period}")


@page(Permission.SEE)
def month_file(visit: Visit, company: str, period: str, kind: str) -> HttpResponse:
    """The same figures as a workbook or as CSV."""
    require(visit, Permission.SEE, company)
    document = month_end.shown(company, period_of(period).name)
    if document is None or kind not in ("csv", "xlsx"):
        raise Http404("the month was never compared")
    if kind == "csv":
        answer = HttpResponse(month_end_files.csv_text(document), content_type="text/csv; charset=utf-8")
    else:
        kind_of_file = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        answer = HttpResponse(month_end_files.xlsx(document), content_type=kind_of_file)
    answer["Content-Disposition"] = f'attachment; filename="{company}-{period}.{kind}"'
    return answer


def cells(section: dict[str, Any], row: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells of a row, as every shape of the month shows them."""
    return [
        {
            "text": month_end_files.cell(
                row.get(column["id"]), column["kind"] if row.get(column["id"]) != "sum" else "text"
            ),
            "kind": column["kind"],
        }
        for column in section["columns"]
    ]


def companies(visit: Visit, permission: Permission) -> list[str]:
    """The companies with all of whose connections the user may do it: their month is one document."""
    tied: dict[str, list[str]] = {}
    for name, settings in visit.configuration.connections.items():
        tied.setdefault(settings.company, []).append(name)
    return [
        company
        for company, names in tied.items()
        if all(visit.rights.may(permission, name) for name in names)
    ]


def require(visit: Visit, permission: Permission, company: str) -> None:
    """Raise 404 for a company that is not theirs."""
    if company not in companies(visit, permission):
        raise Http404(f"there is no company {company}")


def period_of(text: str) -> Month:
    """A month, or a span of days; 404 for anything else."""
    try:
        return Month.of(text)
    except ValueError:
        raise Http404("write the period like 2026-10") from None


def last_month(visit: Visit) -> str:
    """The month before this one, in the first company's zone."""
    zone = next((each.time_zone for each in visit.configuration.companies.values()), "UTC")
    first = visit.now.astimezone(ZoneInfo(zone)).replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


# --- digest and alerts ------------------------------------------------------------------------


@page(Permission.SEE)
def day(visit: Visit) -> HttpResponse:
    """The last 24 hours of each connection, as the digest says them."""
    documents = [
        digest.digest(visit.hub, name, visit.now) for name in visit.chosen() if name in visit.hub.connections
    ]
    return visit.show(
        "digest",
        days=[
            {
                "name": each["connection"],
                "verdict": digest_text.verdict(each),
                "sections": list(digest_text.sections(each)),
                "from": each["from"],
                "at": each["at"],
            }
            for each in documents
        ],
    )


@page(Permission.SEE)
def alert_list(visit: Visit) -> HttpResponse:
    """Open alerts with whom they were sent to, and those that ended lately."""
    seen, whole = set(visit.connections()), visit.rights.everywhere(Permission.SEE)
    report = alert_report.alert_list(visit.now)
    ended = [
        each
        for each in ended_alerts.since(visit.now - ENDED_WITHIN, MOST * 2)
        if each.connection in seen or (whole and not each.connection)
    ]
    return visit.show(
        "alerts",
        alerts=with_places(
            [
                each
                for each in report["alerts"]
                if each["connection"] in seen or (whole and not each["connection"])
            ]
        ),
        targets=list(visit.configuration.notify.targets) if whole else [],
        ended=ended[:MOST],
        tests=bool(visit.hub.addresses) and visit.rights.everywhere(Permission.STEER),
        at=visit.now,
    )


@page(Permission.STEER, methods=("POST",))
def alert_test(visit: Visit) -> HttpResponse:
    """Send a test message to each target, or to one; says which took it."""
    if not visit.rights.everywhere(Permission.STEER):
        raise Http404("targets belong to the whole hub")
    chosen = visit.text("target")
    addresses = {name: url for name, url in visit.hub.addresses.items() if chosen in ("", name)}
    if not addresses:
        messages.error(visit.request, "There is no such target: targets are configured in [notify.targets].")
        return redirect("/alerts")
    found = send_test(addresses, visit.now, link=visit.configuration.notify.link)
    with transaction("console-alert-test"):
        changes.record(visit.now, visit.name, "alerts tested", subject=", ".join(found), after=results(found))
    for name, error in found.items():
        if error:
            messages.error(visit.request, f"The test message was not sent to {name}: {error}")
        else:
            messages.success(visit.request, f"The test message was sent to {name}.")
    return redirect("/alerts")


def results(found: dict[str, str]) -> str:
    """Which targets took the test."""
    return ", ".join(f"{name}: {'not sent' if error else 'sent'}" for name, error in found.items())
