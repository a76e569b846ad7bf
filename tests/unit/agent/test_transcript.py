"""A transcript of the self-test is replayed: the same calls get the same answers, and a strange call is seen."""

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
from tidegate_agent.sage100.selftest import FAKE, Sample, SelfTest, session_for
from tidegate_sandbox.com.transcript import Stray, Transcript
from tidegate_sandbox.sage100.backend import Host
from unit.agent.hub import Stand
from unit.agent.stand import DAY


def self_tested(stand: Stand, installation: Any, sink: io.StringIO, item: str) -> Findings:
    backend = NativeBackend(installation)
    session = session_for(
        "ABC",
        stand.settings.sage100,
        "secret",
        lambda: RecordingWorker(InlineWorker(backend.connect(), backend.end_server), sink),
        10,
    )
    test = SelfTest(
        stand.settings.sage100, stand.agent.lookup("ABC"), Sample("00", "WEB0001", item), writes=True
    )
    return test.run(session, DAY)


def test_a_transcript_answers_as_it_was_recorded(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    sink = io.StringIO()
    stand.sage.texts["not_on_file"] = "{field}: not in this site's words"
    recorded = self_tested(stand, Host(stand.sage), sink, "ABC-1")
    assert recorded.problems == []
    assert recorded.facts["text: unknown item"] == "ItemCode: not in this site's words"
    terms, item = recorded.differences
    assert (terms.partition(":")[2].split(":")[0], item) == (
        " unknown terms",
        "text: unknown item: \"ItemCode: not in this site's words\", the fake answers 'The ItemCode is not on file.'",
    )
    path = tmp_path / "transcript.jsonl"
    path.write_text(sink.getvalue(), "utf-8")
    assert "secret" not in sink.getvalue()
    transcript = Transcript(path)
    replayed = self_tested(stand, transcript, io.StringIO(), "ABC-1")
    assert replayed.facts.keys() >= {"text: unknown item", "nWrite", "nDelete"}
    assert replayed.facts["text: unknown item"] == recorded.facts["text: unknown item"]
    assert transcript.is_over
    with pytest.raises(Stray):
        self_tested(stand, Transcript(path), io.StringIO(), "HUB-0001")


def test_the_fake_answers_as_the_self_test_expects_of_it(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    found = self_tested(stand, Host(stand.sage), io.StringIO(), "ABC-1")
    assert (found.differences, found.problems) == ([], [])
    assert found.facts.keys() >= FAKE.keys()


def test_a_self_test_that_fails_says_what_and_leaves_no_seat(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    stand.sage.options.udfs["SO_SalesOrderHeader"] = {}
    found = self_tested(stand, Host(stand.sage), io.StringIO(), "ABC-1")
    assert found.problems == ["Refused: The column UDF_MAGENTO_ORDER$ does not exist."]
    assert stand.sage.licence.held == []


@pytest.mark.windows
@pytest.mark.skipif(
    not os.environ.get("TIDEGATE_AGENT_TEST"), reason="needs Windows with Sage 100 (TIDEGATE_AGENT_TEST)"
)
def test_the_same_self_test_on_a_real_system() -> None:
    """TIDEGATE_AGENT_TEST: "SETTINGS COMPANY CUSTOMER ITEM", a test company. As the one above, without the fake."""
    settings, company, customer, item = os.environ["TIDEGATE_AGENT_TEST"].split()
    sample = ["--company", company, "--customer", customer, "--item", item]
    assert main(["selftest", "--settings", settings, *sample, "--write"]) == 0
