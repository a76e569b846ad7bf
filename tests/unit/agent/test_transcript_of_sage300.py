"""The self-test of Sage 300: what the fake answers, what a site says otherwise, and the replay of its transcript."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from tidegate_agent.backends import NativeBackend
from tidegate_agent.command import main
from tidegate_agent.findings import Findings
from tidegate_agent.inline_worker import InlineWorker
from tidegate_agent.recording import RecordingWorker
from tidegate_agent.sage300.selftest import FAKE, KEY, Sample, SelfTest, session_for
from tidegate_sandbox.com.transcript import Stray, Transcript
from tidegate_sandbox.sage300.accpac import Link
from tidegate_sandbox.sage300.backend import Host
from unit.agent.gateway import SECRETS, GatewayStand

SAMPLE = Sample("WEB", "HUB-0001", "1", "MAGEORDER", "MAGELINE")


@pytest.fixture
def stand(tmp_path: Path) -> GatewayStand:
    return GatewayStand(tmp_path)


def self_tested(
    stand: GatewayStand, installation: Any = None, sink: io.StringIO | None = None, sample: Sample = SAMPLE
) -> Findings:
    backend = NativeBackend(installation or Host(stand.sage))
    written = sink or io.StringIO()
    session = session_for(
        "SAMLTD",
        stand.agent.settings.sage300,
        SECRETS["sage"],
        lambda: RecordingWorker(InlineWorker(backend.connect(), backend.end_server), written),
        10,
        stand.agent.today,
    )
    return SelfTest(sample, writes=True).run(session, stand.agent.today())


def test_the_fake_answers_as_the_self_test_expects_of_it(stand: GatewayStand) -> None:
    found = self_tested(stand)
    assert (found.differences, found.problems) == ([], [])
    assert found.facts.keys() >= FAKE.keys()
    assert stand.keys() == [KEY]
    assert {one.status for one in stand.erp.orders.table} == {"cancelled"}, "a deleted order of this fake"
    assert stand.sage.licence.held == []


def test_a_transcript_answers_as_it_was_recorded(
    stand: GatewayStand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Link.OpenView2

    def without_shipments(link: Link, name: str) -> Any:
        if name == "OE0692":
            raise link.session.fail("Diese Sicht gibt es hier nicht.")
        return made(link, name)

    monkeypatch.setattr(Link, "OpenView2", without_shipments)
    sink = io.StringIO()
    recorded = self_tested(stand, sink=sink)
    monkeypatch.undo()
    assert recorded.problems == []
    assert recorded.differences == [
        "view OE0692: 'Diese Sicht gibt es hier nicht. (auth)', the fake answers 'its key is there'"
    ]
    path = tmp_path / "transcript.jsonl"
    path.write_text(sink.getvalue(), "utf-8")
    assert SECRETS["sage"] not in sink.getvalue()
    transcript = Transcript(path)
    replayed = self_tested(stand, transcript)
    assert (replayed.facts, replayed.problems) == (recorded.facts, [])
    assert transcript.is_over
    with pytest.raises(Stray):
        self_tested(stand, Transcript(path), sample=Sample("WEB", "HUB-0002"))


def test_nothing_is_stored_unless_it_may_write(
    stand: GatewayStand, capsys: pytest.CaptureFixture[str]
) -> None:
    backend = NativeBackend(Host(stand.sage))
    session = session_for(
        "SAMLTD",
        stand.agent.settings.sage300,
        SECRETS["sage"],
        lambda: InlineWorker(backend.connect(), backend.end_server),
        10,
        stand.agent.today,
    )
    found = SelfTest(SAMPLE, writes=False).run(session, stand.agent.today())
    assert (found.differences, found.problems, stand.keys()) == ([], [], [])
    assert "the number after the insert" not in found.facts


def test_a_self_test_that_fails_says_what_and_leaves_no_seat(stand: GatewayStand) -> None:
    stand.insert(KEY)
    stand.agent.stop()
    assert self_tested(stand).problems == [
        f"an order {KEY} of an earlier self-test is there: delete it first"
    ]
    stand.erp.window.lock("backup")
    [problem] = self_tested(stand).problems
    assert problem.startswith("Failure: ")
    assert "backup" in problem
    assert stand.sage.licence.held == []


def test_a_site_that_takes_a_number_twice_is_a_problem(
    stand: GatewayStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Sample.document
    monkeypatch.setattr(Sample, "document", lambda self, day, number="": document(self, day))
    found = self_tested(stand)
    assert found.problems == ["the same number again: Sage took it"]
    assert found.facts["found when it was deleted"] == "0", "both are deleted"


def test_the_command_tests_the_sage_that_the_settings_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ["--settings", str(tmp_path / "agent.toml")]
    (tmp_path / "agent.toml").write_text(SETTINGS.format(folder=tmp_path), "utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(SECRETS["sage"] + "\n"))
    assert main(["secret", *settings, "sage"]) == 0
    transcript = tmp_path / "transcript.jsonl"
    sample = ["--company", "SAMLTD", "--customer", "WEB", "--item", "HUB-0001", "--location", "1"]
    options = ["--order-option", "MAGEORDER", "--line-option", "MAGELINE"]
    assert main(["selftest", *settings, *sample, *options, "--write", "--transcript", str(transcript)]) == 0
    shown = capsys.readouterr().out
    assert "found when it was deleted: 0" in shown
    assert "DIFFERS" not in shown
    assert SECRETS["sage"] not in transcript.read_text("utf-8")
    assert main(["selftest", *settings, *sample[:-3], "NOWHERE", "--transcript", str(transcript)]) == 1
    assert "PROBLEM Refused: Item NOWHERE does not exist." in capsys.readouterr().out


SETTINGS = """\
journal = '{folder}/journal.db'
backend = "fake-accpac"
worker = "inline"

[listen]
tokens = ["agent-token"]

[sage300]
user = "WEBAPI"
companies = ["SAMLTD"]
"""


@pytest.mark.windows
@pytest.mark.skipif(
    not os.environ.get("TIDEGATE_GATEWAY_TEST"), reason="needs Windows with Sage 300 (TIDEGATE_GATEWAY_TEST)"
)
def test_the_same_self_test_on_a_real_system() -> None:
    """TIDEGATE_GATEWAY_TEST: "SETTINGS COMPANY CUSTOMER ITEM", a test company. As the first, without the fake."""
    settings, company, customer, item = os.environ["TIDEGATE_GATEWAY_TEST"].split()
    sample = ["--company", company, "--customer", customer, "--item", item]
    assert main(["selftest", "--settings", settings, *sample, "--write"]) == 0
