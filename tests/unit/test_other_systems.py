"""Every module can be imported where POSIX's own modules do not exist: Sage sites are Windows sites."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

WALK = """
import builtins, importlib, os, pkgutil
real = builtins.__import__
BLOCKED = ("fcntl", "resource", "pwd", "grp", "termios", "syslog")
def guarded(name, globals=None, locals=None, fromlist=(), level=0):
    # libraries choose by system what they import; ours must import none of these anywhere
    if name.partition(".")[0] in BLOCKED and (globals or {}).get("__name__", "").startswith("tidegate"):
        raise ImportError(f"{globals['__name__']} imports {name}")
    return real(name, globals, locals, fromlist, level)
builtins.__import__ = guarded
os.environ["DJANGO_SETTINGS_MODULE"] = "tidegate.console.settings"
import django
django.setup()
import tidegate
broken = {}
for module in pkgutil.walk_packages(tidegate.__path__, "tidegate."):
    if ".peers.scripts." in module.name:  # programs of other environments, with what they stand beside
        continue
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        broken[module.name] = str(error)
print(broken)
"""


@pytest.mark.process
def test_every_module_is_imported_without_the_modules_of_posix() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALK], capture_output=True, text=True, timeout=280, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "{}"), done.stdout + done.stderr


def test_no_signal_and_no_question_that_another_system_takes_for_an_order() -> None:
    """`os.kill(pid, 0)` is Ctrl-C on Windows, and SIGKILL does not exist there."""
    found = [
        f"{path.name}: {word}"
        for path in (ROOT / "src" / "tidegate").rglob("*.py")
        for word in ("os.kill", "signal.SIGKILL", "os.fork", "os.getuid")
        if word in path.read_text(encoding="utf-8").replace("never os.kill(pid, 0)", "")
    ]
    assert found == []
