"""`tidegate demo` at the end of its evening: the console's address and a login that opens it, until it is stopped."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

PROGRAM = "from tidegate.cli.main import run; run()"


@pytest.mark.process
def test_the_demonstration_stays_with_its_console_until_it_is_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "demo", "--orders", "12"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            said = ""
            while "Ctrl-C" not in said:
                line = process.stderr.readline()
                assert line, said
                said += line
            address = re.search(r"http://127\.0\.0\.1:\d+", said)
            login = re.search(r"user (\S+), password (\S+) ", said)
            assert address is not None
            assert login is not None
            with httpx.Client(base_url=address[0], follow_redirects=True) as browser:
                page = browser.get("/").text
                token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
                assert token is not None
                form = {"csrfmiddlewaretoken": token[1], "login": login[1], "password": login[2]}
                page = browser.post("/account/login/", data=form).text
            assert "Tide table" in page
            assert "every account adds up" in page
            process.send_signal(signal.SIGINT)
            process.stderr.read()
        finally:
            process.terminate() if process.poll() is None else None
    assert process.returncode == 0
