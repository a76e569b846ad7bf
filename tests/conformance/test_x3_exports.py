"""X3's master data, documents and stock read from exports, carried by SOAP or in files: the port's questions, and what is theirs alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from conformance.x3_stand import X3Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.reading_fulfilment import *
from tidegate.conformance.reading_masters import *
from tidegate.conformance.reading_prices import *
from tidegate.conformance.reading_stock import *
from tidegate.conformance.stand import Stand, delta, failed
from tidegate.domain.errors import Code
from tidegate.sage.export_folder import ExportFolder
from tidegate.sage.x3 import exports
from tidegate.sage.x3.tasks import Task

NIGHTLY = Task(does="export", rule="FREQ=DAILY;BYHOUR=4", minutes=20)


@pytest.fixture(params=["soap", "files"])
def stand(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """A folder of which all that can be is exported; files are as fresh as they can be."""
    built = X3Stand(exported=request.param)
    read = ExportFolder.read

    def fresh(*given: Any) -> Any:
        built.export()
        return read(*given)

    monkeypatch.setattr(ExportFolder, "read", fresh)
    yield built
    built.close()


@pytest.fixture
def files() -> Iterator[X3Stand]:
    """Exports that a task leaves every night."""
    built = X3Stand(stock="files", settings={"tasks": (NIGHTLY,)})
    built.export()
    yield built
    built.close()


def read(stand: X3Stand) -> Any:
    with opened(stand.company) as session:
        return session.stock.read(None)


@pytest.mark.parametrize("cut", ["the trailer is missing", "a row is missing"])
def test_half_an_export_is_none(files: X3Stand, cut: str) -> None:
    path = files.exported
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1] if cut == "the trailer is missing" else lines[1:]))
    os.utime(path, (files.clock.now().timestamp() - 300,) * 2)
    assert "is not whole" in failed(read(files)).text


def test_an_export_that_is_still_written_is_not_taken(files: X3Stand) -> None:
    os.utime(files.exported, (files.clock.now().timestamp() - 5,) * 2)
    assert "being written" in failed(read(files)).text


def test_far_fewer_rows_need_a_persons_agreement(files: X3Stand) -> None:
    assert delta(read(files)).rows
    lines = files.exported.read_text().splitlines()[: -len(files.erp.items) // 2]
    files.exported.write_text("\n".join([*lines, f"END;{len(lines)}"]))
    os.utime(files.exported, (files.clock.now().timestamp() - 300,) * 2)
    assert "if that is right, make YTGSTOCK.agreed" in failed(read(files)).text
    files.exported.with_suffix(".agreed").touch()
    assert len(delta(read(files)).rows) == len(lines)


def test_an_export_that_a_later_run_should_have_replaced_is_refused(files: X3Stand) -> None:
    assert delta(read(files)).rows
    files.advance(timedelta(hours=18, minutes=30).total_seconds())  # 04:30: it may be a little late
    assert delta(read(files)).rows
    files.advance(timedelta(minutes=10).total_seconds())
    failure = failed(read(files))
    assert failure.code is Code.SERVER_TROUBLE
    assert "its task should have run since" in failure.text


def test_an_export_by_soap_without_its_trailer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stand = X3Stand(stock="soap")
    monkeypatch.setattr(exports, "END", "FIN")
    assert "is not whole" in failed(read(stand)).text
    stand.close()
