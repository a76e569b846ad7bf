"""The machine line: without it a timed figure means nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tidegate.bench.folder import file_system, on_disk


def machine_line() -> str:
    """Cores, memory, load at the start, file system of the ledgers, versions, synchronous level."""
    parts = [
        f"{os.cpu_count() or '?'} cores ({processor()})",
        f"{memory_gib():.0f} GiB",
        f"load {load()}",
        f"{platform.system()} {platform.release()}",
        f"ledgers on {file_system(on_disk())}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version} (WAL, synchronous FULL)",
        f"Tidegate {installed()}",
    ]
    return ", ".join(parts)


def processor() -> str:
    """What the processor calls itself."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def memory_gib() -> float:
    """The machine's memory in GiB; 0 where it does not tell."""
    names = os.sysconf_names
    if "SC_PHYS_PAGES" not in names or "SC_PAGE_SIZE" not in names:
        return 0.0
    return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) / 2**30


def load() -> str:
    """Runnable processes over the last minute, on average: what else the machine is busy with."""
    try:
        return f"{os.getloadavg()[0]:.1f}"
    except OSError:
        return "unknown"


def installed() -> str:
    """Tidegate's version."""
    try:
        return version("tidegate")
    except PackageNotFoundError:
        return "from source"
