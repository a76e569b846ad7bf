"""The official JavaScript SDK, unchanged, against the simulator: the first judge of the wire form (contract §17.4)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox.intacct.address import served

HERE = Path(__file__).parent / "official_sdk"
PACKAGE = "@intacct/intacct-sdk@2.2.1"
KEPT = Path(__file__).parents[4] / ".tools" / "official-sdk-2.2.1"
pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        shutil.which("npm") is None or shutil.which("node") is None, reason="npm is not installed"
    ),
]


def installed() -> Path:
    """The folder that the SDK lies in; it is fetched once, and two who fetch it at once do not disturb each other."""
    if not KEPT.is_dir():
        KEPT.parent.mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=KEPT.parent))
        options = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
        subprocess.run(
            ["npm", "install", *options, "--prefix", str(folder), PACKAGE],
            check=True,
            capture_output=True,
            timeout=240,
        )
        try:
            folder.rename(KEPT)
        except OSError:
            shutil.rmtree(folder)
    return KEPT / "node_modules"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    modules = installed()
    with served(tmp_path_factory.mktemp("tls")) as stage:
        stage.face.tenant.policies["hub-policy"] = ""
        environment = {
            "PATH": os.environ["PATH"],
            "NODE_PATH": str(modules),
            "NODE_EXTRA_CA_CERTS": str(stage.ca),
            "SIMULATOR_PORT": str(stage.server.port),
            "CREDENTIALS": json.dumps(asdict(stage.face.credentials)),
        }
        done = subprocess.run(
            ["node", "--require", str(HERE / "loader.js"), str(HERE / "judge.js")],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert stage.face.company.books()["violations"] == []
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_signs_in_and_is_refused(seen: dict[str, Any]) -> None:
    assert seen["session"] == {
        "endpoint": "https://api.intacct.com/ia/xml/xmlgw.phtml",
        "entity": "",
        "user": "hub",
    }
    assert seen["wrongUser"]["kind"] == "ResponseException"
    assert "authentication status failure" in seen["wrongUser"]["text"]
    assert "control status failure" in seen["wrongSender"]["text"]
    assert any("XML Partner ID" in each for each in seen["wrongSender"]["errors"])


def test_it_makes_reads_changes_pages_and_deletes(seen: dict[str, Any]) -> None:
    assert seen["created"] == {"count": 1, "type": "objects", "id": "JS-1"}
    assert seen["read"] == {"NAME": "Zoë", "MAGENTO_CUSTOMER_ID": "7"}
    assert seen["queried"] == {"total": 1, "row": {"NAME": "Zoë II", "ONHOLD": "true"}}
    paged = [item for page in seen["pages"] for item in page]
    assert len(paged) == len(set(paged)) > 9
    assert {len(page) for page in seen["pages"][:-1]} == {3}
    assert seen["more"] == paged
    assert seen["deleted"] is None
    assert seen["gone"] == 0


def test_it_works_with_documents(seen: dict[str, Any]) -> None:
    assert seen["docid"] == "Sales Order-SO0001"
    assert seen["order"] == {
        "DOCID": "Sales Order-SO0001",
        "TOTAL": "107",
        "STATE": "Pending",
        "MESSAGE": "Thank you",
        "MAGENTO_ORDER_ID": "js:1",
    }
    assert seen["shipper"] == "Shipper-SHP0001"
    assert any("Partially Converted" in each for each in seen["locked"]["errors"])
    assert seen["erased"] == "success"


def test_it_fails_batches_and_rolls_back(seen: dict[str, Any]) -> None:
    assert any("already exists" in each for each in seen["duplicate"]["errors"])
    assert any("DL02000001" in each for each in seen["unknownField"]["errors"])
    assert [status for status, _, _ in seen["batch"]] == ["success", "failure", "success"]
    assert {(function, control) for _, function, control in seen["batch"]} == {
        ("create", "create-JS-2"),
        ("create", "create-C-10001"),
        ("create", "create-JS-3"),
    }
    assert seen["rolledBack"]["kind"] == "ResultException"
    assert any("rolled back" in each for each in seen["rolledBack"]["errors"])
    assert seen["left"] == ["JS-2", "JS-3"]
    assert any("already been used" in each for each in seen["repeated"]["errors"])


def test_it_works_in_an_entity_and_offline(seen: dict[str, Any]) -> None:
    assert seen["private"] == 0
    assert seen["offline"] == "success"
    assert any("transport policy" in each for each in seen["noPolicy"]["errors"])
