"""An order that waits in a file of another hub, or of a ledger that was restored since, is not offered twice."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.sage.import_job import ImportJob
from tidegate.sage.port.outcomes import HandedOver
from tidegate.sage.sage100.import_files import ImportFiles

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
OTHERS = "0123456789abcdef0123-20260302140000"


class FixedClock:
    def now(self) -> datetime:
        return NOW


def prepared(key: str) -> Any:
    return SimpleNamespace(
        order=SimpleNamespace(key=key, gross=Decimal(1)), payload={"key": key}, payload_hash=key
    )


@pytest.fixture
def job(tmp_path: Path) -> ImportJob:
    files = ImportFiles(tmp_path)
    files.path(OTHERS).write_bytes(b'"H","magento:main:2","00"\r\n')
    return ImportJob(
        files,
        lambda keys: dict.fromkeys(keys),
        lambda payloads: b"".join(f'"H","{one["key"]}"\r\n'.encode() for one in payloads),
        FixedClock(),  # type: ignore[arg-type]
    )


def sent(job: ImportJob, *keys: str) -> dict[str, Any]:
    return dict(job.send([prepared(key) for key in keys]))


def test_it_waits_and_the_others_go(job: ImportJob) -> None:
    outcomes = sent(job, "magento:main:1", "magento:main:2")
    waits = outcomes["magento:main:2"]
    assert isinstance(outcomes["magento:main:1"], HandedOver)
    assert (waits.code, waits.sent) == (Code.RECORD_BUSY, False)
    assert OTHERS in waits.text
    made = [path for path in job.files.folder.glob("*.csv") if path.stem != OTHERS]
    assert [path.read_bytes() for path in made] == [b'"H","magento:main:1"\r\n']


def test_nothing_is_written_where_all_of_them_wait(job: ImportJob) -> None:
    assert sent(job, "magento:main:2")["magento:main:2"].code is Code.RECORD_BUSY
    assert [path.stem for path in job.files.folder.glob("*.csv")] == [OTHERS]


def test_a_file_that_was_worked_through_hinders_nobody(job: ImportJob) -> None:
    job.files.path(OTHERS).with_suffix(".log").write_text("")
    assert isinstance(sent(job, "magento:main:2")["magento:main:2"], HandedOver)


def test_a_key_is_not_found_within_a_longer_one(job: ImportJob) -> None:
    job.files.path(OTHERS).write_bytes(b'"H","magento:main:22","00"\r\n')
    assert isinstance(sent(job, "magento:main:2")["magento:main:2"], HandedOver)


def test_a_folder_that_cannot_be_read_takes_nothing(job: ImportJob, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_name: str) -> str:
        raise OSError(5, "The specified network name is no longer available")

    monkeypatch.setattr(job.files, "report", broken)
    failure = sent(job, "magento:main:1")["magento:main:1"]
    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (Code.UNREACHABLE, False)
