"""Sage 100 in weeks with another writer of orders: eBusiness Web Services, and an import job of the site.

The agent only reads in both, and takes no seat.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses import sage100
from tidegate.simulation.houses.import_folder import folder_of, import_runs, records_in
from tidegate.simulation.houses.sage100 import SAGE_100
from tidegate.simulation.houses.sage100_calls import CALLS, ORDER_READ
from tidegate.simulation.houses.sage100_troubles import Machine, script
from tidegate.simulation.target import SAGE, Target

if TYPE_CHECKING:
    import httpx

ADDRESS = "/ebusinessWebServices/MasService.svc"
CREATED = Target(SAGE, "POST", "MasService.svc$", ":CreateSalesOrder>")
PREVIEWED = Target(SAGE, "POST", "MasService.svc$", ":PreviewSalesOrder>")
NUMBERED = Target(SAGE, "POST", "MasService.svc$", ":GetNextSalesOrderNo>")
READ = Target(SAGE, "POST", "MasService.svc$", ":GetSalesOrder>")
DELETED = Target(SAGE, "POST", "MasService.svc$", ":DeleteSalesOrder>")
OPENED = Target(SAGE, "POST", "MasService.svc$", ":CreateCustomer>")
POOL_STOPS = 0.4  #: of weeks: an administrator stops the application pool for some hours


def of_a_reader(url: str, edition: str, known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]` beside an agent that only reads: it computes no prices."""
    return sage100.room(url, edition, known).replace("price_probes = 5\n", "")


# By web services


def by_web_services(url: str, edition: str, known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`."""
    writer = f'way = "ews", url = "{url}{ADDRESS}", user = "env:SAGE_USER", password = "env:SAGE_PASSWORD"'
    return of_a_reader(url, edition, known) + f"writer = {{ {writer} }}\n"


def known_to_them(face: Any) -> dict[str, Any]:
    """The agent's token, and the services' own user."""
    return {**sage100.credentials(face), "user": "tidegate", "password": "secret"}


def creations_in(request: httpx.Request) -> int:
    """One a call."""
    return int(request.url.path == ADDRESS and b":CreateSalesOrder>" in request.read())


def services_script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's: what happens at every host, and a pool that an administrator stops so that files are free."""
    yield from script(seed, start, days)
    rng = random.Random(f"services-{seed}")
    if rng.random() < POOL_STOPS:
        at = moment(rng, start, days)
        yield Event(at, "pool-stopped", {"on": True})
        yield Event(at + timedelta(hours=rng.choice((1, 3))), "pool-stopped", {"on": False})


class ServicesHost(Machine):
    """The host, with an application pool of the services."""

    def __init__(self, face: Any, host: Any) -> None:
        super().__init__(face, host)
        self._services = face.web_services

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        if what != "pool-stopped":
            return super().carry_out(what, options)
        self._services.stopped = options["on"]
        return True

    def peace(self) -> None:
        """The pool runs, too."""
        super().peace()
        self._services.stopped = False


SAGE_100_BY_WEB_SERVICES = replace(
    SAGE_100,
    way="ews",
    build=lambda clock, faults, company, *, browser="": sage100.build(
        clock, faults, company, browser=browser, read_only=True
    ),
    credentials=known_to_them,
    room=by_web_services,
    calls=replace(
        CALLS,
        order_sent=CREATED,
        cancelling=DELETED,
        records_sent=OPENED,
        faulty=(CREATED, CREATED, CREATED, PREVIEWED, NUMBERED, READ, OPENED, *CALLS.faulty[3:5]),
        writes=(CREATED, CREATED, OPENED),
    ),
    orders_counted=lambda face: face.web_services.created,
    orders_in=creations_in,
    script=services_script,
    actor=lambda world: ServicesHost(world.sage, world.sage.host),
)


# By an import job


def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator and its wire, and a folder with an import job, which ends with the simulator."""
    from tidegate_sandbox.sage100.import_job import ImportJob

    face, wire = sage100.build(clock, faults, company, browser=browser, read_only=True)
    face.folder = folder_of(face)
    face.job = ImportJob(face.installation, face.site, face.folder)
    return face, wire


def credentials(face: Any) -> dict[str, Any]:
    """The agent's token, and where files are left."""
    return {**sage100.credentials(face), "folder": str(face.folder)}


def by_import(url: str, edition: str, known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`: nobody opens accounts or cancels by this way."""
    lines = of_a_reader(url, edition, known).replace("cancels = true\n", "opens_accounts = false\n")
    return lines + f'writer = {{ way = "import-job", folder = "{known["folder"]}", orders_per_file = 5 }}\n'


def records(face: Any) -> int:
    """Orders of all files so far."""
    return records_in(face.folder, b'"H"')


def import_script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's: what happens at every host, and a job that runs every hour or two, at times not at all or in part."""
    yield from script(seed, start, days)
    yield from import_runs(seed, start, days)


class ImportHost(Machine):
    """The host, with the job that its people have set up."""

    def __init__(self, face: Any, host: Any) -> None:
        super().__init__(face, host)
        self._job = face.job

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        if what == "import-runs":
            self._job.run(**options)
        elif what == "import-damages-a-file":
            self._job.damage_next()
        else:
            return super().carry_out(what, options)
        return True

    def peace(self) -> None:
        """And the job works every file off, whenever one comes."""
        super().peace()
        self._host.before_request = self._job.run
        self._job.run()


SAGE_100_BY_IMPORT = replace(
    SAGE_100,
    way="import-job",
    build=build,
    credentials=credentials,
    room=by_import,
    opens_accounts=False,
    hands_over=True,
    calls=replace(
        CALLS,
        order_sent=ORDER_READ,  # no call sends one: the question what became of it is struck instead
        cancelling=None,
        records_sent=None,
        faulty=(ORDER_READ, ORDER_READ, *CALLS.faulty[4:5], CALLS.faulty[-1]),
        writes=(),
    ),
    orders_counted=records,
    orders_in=lambda _request: 0,
    script=import_script,
    actor=lambda world: ImportHost(world.sage, world.sage.host),
)
