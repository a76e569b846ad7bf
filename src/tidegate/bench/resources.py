"""What a process has used: CPU seconds and memory, of this process alone."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import psutil

MIB = 2.0**20


def cpu_seconds() -> float:
    """CPU seconds of this process so far, user and system, all threads."""
    return time.process_time()


def resident_memory() -> float:
    """What is resident of this process now, in MB (10^6 bytes)."""
    return psutil.Process().memory_info().rss / 1e6


def peak_memory() -> float:
    """The largest resident memory of this process so far, in MiB.

    Asked from the kernel by address space: the figure of `getrusage` begins with that of the process
    which started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / MIB
    used = psutil.Process().memory_info()
    return (
        float(getattr(used, "peak_wset", used.rss)) / MIB
    )  # Windows keeps a peak; elsewhere what is used now


def forget_peak() -> None:
    """Let `peak_memory` begin anew with what is resident now, where the kernel can do that."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
