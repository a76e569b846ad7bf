"""Who holds a lease: the name of a process, and the proof that a process has ended.

A process that was killed leaves its leases behind. Its successor on the same machine need not wait until
they expire: the name says which kernel, which process table and which process it was, and that one can be
looked up. Where this cannot be known (another machine, a container of its own, another operating system),
nothing is proved and the lease expires in its own time.

A wrong proof would do no harm either: a late process is recognised by its fence.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from functools import lru_cache
from pathlib import Path

import psutil

_LARGEST = 2**31 - 1  #: no system has a process with a larger number
_PROC = Path("/proc")
_NAME = re.compile(r".*:(?P<pid>\d+):(?P<table>[0-9a-f]{8})\.(?P<began>\d+)\.[^.]+")


def this_process(token: str) -> str:
    """The name of this process: `host:pid:...`; `token` distinguishes several holders in one process."""
    pid = os.getpid()
    began = _began(pid)
    proof = f"{_process_table()}.{began}." if began and _process_table() else ""
    return f"{socket.gethostname()}:{pid}:{proof}{token}"


def gone(holder: str) -> bool:
    """Whether that process has certainly ended; False where nothing can be proved."""
    found = _NAME.fullmatch(holder)
    if found is None or found["table"] != _process_table():
        return False
    pid = int(found["pid"])
    if pid > _LARGEST:
        return False
    if not psutil.pid_exists(pid):  # never os.kill(pid, 0): on Windows that is Ctrl-C
        return True
    return _began(pid) not in ("", found["began"])  # its number was given to another process


@lru_cache(maxsize=1)
def _process_table() -> str:
    """The table in which process ids mean something: this boot of this kernel, this PID namespace."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text()
        namespace = os.readlink(_PROC / "self/ns/pid")
    except OSError:
        return ""
    return hashlib.sha256(f"{boot} {namespace}".encode()).hexdigest()[:8]


def _began(pid: int) -> str:
    """When it began, in the kernel's ticks since the boot (proc(5), field 22 of stat); "" if unknown."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]  # the name in brackets may contain anything
