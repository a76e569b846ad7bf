"""The whole demonstration, as its user starts it: processes, sockets, files."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from documents import check

#: Ctrl-C as at a terminal, also where the tests themselves run in the background and ignore it.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from tidegate.cli.main import run; run()"
)
PATIENCE = 250.0


#: The command's `--json` leaves the console out; here one evening tells its figures and shows its console.
BOTH = (
    "from tidegate.demo import main; "
    "raise SystemExit(main(orders=40, seed=3, sage='sage200', headless=False, as_json=True))"
)


@contextmanager
def demo(folder: Path, *words: str, program: str = PROGRAM) -> Iterator[subprocess.Popen[str]]:
    """`tidegate demo`, whose temporary files go to `folder`."""
    with subprocess.Popen(
        [sys.executable, "-c", program, "demo", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)


def reported_until(process: subprocess.Popen[str], sign: str) -> str:
    """What it has said by then."""
    assert process.stderr is not None
    said = ""
    while sign not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    return said


def opened(said: str) -> str:
    """The console's first page, with the login that was told."""
    address = re.search(r"http://127\.0\.0\.1:\d+", said)
    login = re.search(r"user (\S+), password (\S+) ", said)
    assert address is not None
    assert login is not None
    with httpx.Client(base_url=address[0], follow_redirects=True) as browser:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/").text)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "login": login[1], "password": login[2]}
        return browser.post("/account/login/", data=form).text


@pytest.mark.process
@pytest.mark.slow
def test_nothing_is_lost_or_doubled_the_account_adds_up_and_the_console_shows_it(tmp_path: Path) -> None:
    """At the end it tells the console's address and a login that opens it, until it is stopped."""
    with demo(tmp_path, program=BOTH) as process:
        stderr = reported_until(process, "Ctrl-C")
        page = opened(stderr)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=PATIENCE)
    assert "Tide table" in page
    assert "every tally adds up" in page
    assert process.returncode == 0, stderr
    report = json.loads(stdout)
    check("demo", report)
    assert set(report) == {
        *(
            "read",
            "confirmed",
            "handed_over",
            "waiting",
            "in_doubt",
            "review",
            "held",
            "cancelled",
            "skipped",
        ),
        *("unexplained", "sage_orders", "duplicates", "calls_per_order", "kills", "closed_windows"),
        "seat_seconds_per_order",
        *("shipped", "invoiced", "posted", "paid", "stock_writes", "price_writes"),
        *("chain_complete", "trial_balance", "seconds"),
    }
    places = ("confirmed", "handed_over", "waiting", "in_doubt", "review", "held", "cancelled", "skipped")
    assert report["read"] == 40 == sum(report[place] for place in places)
    assert (
        report["handed_over"]
        == report["waiting"]
        == report["in_doubt"]
        == report["unexplained"]
        == report["duplicates"]
        == 0
    )
    assert report["review"] == report["cancelled"] == report["kills"] == report["closed_windows"] == 1
    assert report["skipped"] >= 3  # one of each kind that is never sent
    assert report["confirmed"] == report["sage_orders"] > 20
    assert 1 < report["calls_per_order"] < 12  # all flows of one evening, spread over few orders
    assert report["shipped"] == report["invoiced"] == report["posted"] == report["confirmed"]
    assert report["paid"] == report["chain_complete"] == report["confirmed"] - 1  # one customer paid in part
    assert report["stock_writes"] > 2000  # the first load, and what has moved since
    assert report["price_writes"] > 1000
    assert report["trial_balance"] == 0
    assert not list(tmp_path.iterdir()), stderr  # its folder is gone


@pytest.mark.process
@pytest.mark.slow
def test_an_interruption_ends_the_hub_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with demo(tmp_path, "--headless") as process:
        assert process.stdout is not None
        assert "the shop is open" in process.stdout.readline()
        [hub] = psutil.Process(process.pid).children()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, stderr
    assert stderr == "stopped\n"
    assert not hub.is_running()
    assert not list(tmp_path.iterdir())


@pytest.mark.process
def test_an_unknown_product_is_refused(tmp_path: Path) -> None:
    with demo(tmp_path, "--sage", "sage50000") as process:
        stdout, stderr = process.communicate(timeout=PATIENCE)
    assert (process.returncode, stdout) == (2, "")
    assert "sage50000" in stderr
    assert "sage200" in stderr
