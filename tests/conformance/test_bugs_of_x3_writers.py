"""The suite bites: faults of X3's ways of writing, of its exports and of its calendar, and the question that finds each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conformance.bugs import Bug, Question, assert_found
from conformance.rooms import X3_CREATING
from conformance.x3_questions import a_wrong_product_is_a_review
from conformance.x3_stand import X3Stand
from tidegate.conformance import handed_over as asked
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, delta, failed, goods, make_order, prepared, send
from tidegate.domain.errors import Code, Failure, Group
from tidegate.sage import export_folder
from tidegate.sage.import_folder import Log
from tidegate.sage.import_job import _logged
from tidegate.sage.port.outcomes import HandedOver
from tidegate.sage.x3 import (
    answers,
    client,
    exports,
    graph_orders,
    graph_schema,
    request_orders,
    tasks,
    template,
)
from tidegate.sage.x3.import_files import DONE, ImportFiles
from tidegate.sage.x3.objects import Screen
from tidegate.sage.x3.request_orders import RequestOrders
from tidegate.sage.x3.tasks import Task
from tidegate.sage.x3.writers import ByGraphQL, ByTemplate
from tidegate_sandbox.faults import Fault

NEWER, OLDER = X3_CREATING["x3-creating-newer"], X3_CREATING["x3-creating-older"]
NIGHTLY = Task(does="export", rule="FREQ=DAILY;BYHOUR=4", minutes=20)


def make(**options: Any) -> Callable[[], X3Stand]:
    return lambda: X3Stand(**options)


REQUESTS = make(settings={"writer": ByTemplate()})
FILES = make(files=True)
EXPORTED = make(stock="files", settings={"tasks": (NIGHTLY,)})
LACKING = make(settings={"sign_in": "bearer", "writer": ByGraphQL(fields={"YMAGLIN": "magentoLine"})})


def of(question: Callable[..., None]) -> Question:
    return lambda stand: question(stand, stand.desktop)


# Questions


def what_the_log_says_wrongly_is_not_trusted(stand: X3Stand) -> None:
    order = make_order(stand, 300)
    with opened(stand.company) as session:
        ready = prepared(session, order)
        lies = dict(session.orders.send([ready]))[order.key]
        assert isinstance(lies, HandedOver)
        stand.face.import_task.run()
        stand.face.import_task.requests[lies.parcel].log.append(f"record 1 {order.key}: Refused.")
        found = session.orders.collect([asked._parcel(stand, [ready], lies.parcel)])
    assert accepted(found[order.key])


def a_text_with_separators_moves_no_field(stand: X3Stand) -> None:
    line = goods(stand)
    order = make_order(stand, 300, line, note="red; or blue | END", po_number="A;B")
    with opened(stand.company) as session:
        list(session.orders.send([prepared(session, order)]))
        stand.face.import_task.run()
    [booked] = stand.booked(order.key)
    assert booked.gross == order.gross
    assert "red, or blue / END" in stand.erp.orders.table.first("external_key", order.key).extra["SOHTEX"]


def untaxed_goods_stay_untaxed(stand: X3Stand) -> None:
    order = make_order(stand, 300, goods(stand, rate=0))
    with opened(stand.company) as session:
        list(session.orders.send([prepared(session, order)]))
        stand.face.import_task.run()
    assert [one.gross for one in stand.booked(order.key)] == [order.gross]


def an_error_without_its_code_is_in_doubt(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        body = '{"data": null, "errors": [{"message": "time-out"}]}'
        options = {"status": 200, "effect": True, "body": body, "content_type": "application/json"}
        stand.faults.add(Fault("status", times=1, body="mutation(", options=options))
        assert failed(send(session, make_order(stand, 213))).group is Group.VERIFY_FIRST


def an_answer_about_another_order_is_in_doubt(stand: X3Stand) -> None:
    node = '{"id": "SON0000001", "customerOrderReference": "ANOTHER", "totalIncludingTax": "1"}'
    body = f'{{"data": {{"x3Sales": {{"salesOrder": {{"create": {node}}}}}}}}}'
    with opened(stand.company) as session:
        options = {"status": 200, "body": body, "content_type": "application/json"}
        stand.faults.add(Fault("status", times=1, body="mutation(", options=options))
        assert failed(send(session, make_order(stand, 213))).group is Group.VERIFY_FIRST


def what_the_input_lacks_is_not_left_out(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        [ready] = session.orders.prepare([make_order(stand, 213)])
    assert failed(ready).missing == "setting:writer.fields"


def the_older_generation_takes_orders(stand: X3Stand) -> None:
    with opened(stand.company) as session:
        assert accepted(send(session, make_order(stand, 213)))


def half_an_export_is_refused(stand: X3Stand) -> None:
    whole = stand.face.export_text
    stand.face.export_text = lambda name: "\n".join(whole(name).splitlines()[1:])
    stand.export()
    with opened(stand.company) as session:
        assert isinstance(session.stock.read(None), Failure)


def an_old_export_is_refused(stand: X3Stand) -> None:
    stand.export()
    stand.advance(timedelta(days=2).total_seconds())
    with opened(stand.company) as session:
        assert isinstance(session.stock.read(None), Failure)


def far_fewer_rows_are_refused(stand: X3Stand) -> None:
    stand.export()
    with opened(stand.company) as session:
        assert delta(session.stock.read(None)).rows
        whole = stand.face.export_text().splitlines()
        stand.face.export_text = lambda name: "\n".join([*whole[:3], "END;3"])
        stand.export()
        assert isinstance(session.stock.read(None), Failure)


def a_file_left_during_a_run_is_for_the_next(_stand: X3Stand) -> None:
    runs = tasks.Runs([Task(does="import", rule="FREQ=HOURLY;BYMINUTE=0")], "import", "UTC")
    assert runs.worked_by(datetime(2026, 3, 2, 10, 0, tzinfo=UTC)) == datetime(2026, 3, 2, 11, 10, tzinfo=UTC)


# Faults


def log_trusted_first(patch: pytest.MonkeyPatch) -> None:
    collect = RequestOrders.collect

    def wrong(self: Any, parcels: Any) -> Any:
        found = dict(collect(self, parcels))
        for parcel in parcels:
            result = self._result(parcel.tracking)
            refused = {key: line for line in result.lines for key in parcel.keys if f" {key}: " in line}
            found |= _logged(Log(refused), parcel.keys)
        return found

    patch.setattr(RequestOrders, "collect", wrong)


def absence_counted_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(request_orders, "timedelta", lambda **_: timedelta(0))


def waiting_taken_for_done(patch: pytest.MonkeyPatch) -> None:
    result = request_orders._Result
    patch.setattr(request_orders, "_Result", lambda waits, lines=(), whole="": result(False, lines, whole))


def end_not_marked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(template, "END", "")


def whole_refusal_not_read(patch: pytest.MonkeyPatch) -> None:
    result = request_orders._Result
    patch.setattr(request_orders, "_Result", lambda waits, lines=(), whole="": result(waits, lines))


def separators_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(template, "_INSTEAD", {})


def tax_levels_left_out(patch: pytest.MonkeyPatch) -> None:
    names = template.line_names
    patch.setattr(
        template,
        "line_names",
        lambda company: tuple("" if one == "VACITM" else one for one in names(company)),
    )


def traces_not_found(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: ImportFiles, name: str) -> str | None:
        return "" if (self.folder / DONE / f"{name}.csv").exists() else None

    patch.setattr(ImportFiles, "report", wrong)


def moved_files_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ImportFiles, "report", lambda self, name: None)


def every_error_is_a_refusal(patch: pytest.MonkeyPatch) -> None:
    def wrong(errors: Any, *, ours: Any) -> Failure:
        return Failure(Code.REFUSED, str(errors), sent=False)

    patch.setattr(answers, "refused_by_graph", wrong)


def errors_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        client.answers, "refused_by_graph", lambda errors, *, ours: Failure(Code.UNCLEAR_ANSWER, "errors")
    )


def any_answer_is_ours(patch: pytest.MonkeyPatch) -> None:
    sent = graph_orders.GraphOrders._sent

    def wrong(self: Any, one: Any) -> Any:
        found = sent(self, one)
        return graph_orders.Accepted("1", "1") if isinstance(found, Failure) else found

    patch.setattr(graph_orders.GraphOrders, "_sent", wrong)


def the_rest_is_left_out(patch: pytest.MonkeyPatch) -> None:
    has = Screen.has
    patch.setattr(Screen, "has", lambda self, name: name == "YMAGKEY" or has(self, name))
    patch.setattr(graph_orders.GraphOrders, "_named", lambda self, values: {})


def one_generation_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(graph_schema, "OLDER", "none")


def trailer_not_counted(patch: pytest.MonkeyPatch) -> None:
    whole = exports.records_of

    def wrong(text: str, layout: Any) -> Any:
        lines = [line for line in text.split("\n") if line and not line.startswith("END")]
        return whole("\n".join([*lines, f"END;{len(lines)}"]), layout)

    patch.setattr(exports, "records_of", wrong)


def old_exports_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(exports, "GRACE", timedelta(days=365))


def fewer_rows_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(export_folder, "LEAST", 0)


def the_run_that_began_counts(patch: pytest.MonkeyPatch) -> None:
    worked_by = tasks.Runs.worked_by
    patch.setattr(
        tasks.Runs, "worked_by", lambda self, left_at: worked_by(self, left_at - timedelta(minutes=1))
    )


CASES: list[tuple[Bug, Callable[[], Any], Question]] = [
    (log_trusted_first, REQUESTS, what_the_log_says_wrongly_is_not_trusted),
    (
        absence_counted_at_once,
        REQUESTS,
        of(asked.test_a_file_whose_answer_was_lost_lies_there_all_the_same),
    ),
    (
        waiting_taken_for_done,
        REQUESTS,
        of(asked.test_what_lies_there_is_not_booked_and_stays_handed_over_however_often_it_is_asked),
    ),
    (end_not_marked, REQUESTS, of(asked.test_a_late_result_is_read_record_by_record)),
    (
        whole_refusal_not_read,
        REQUESTS,
        of(asked.test_a_file_that_is_refused_whole_says_so_of_each_and_halves_name_the_bad_one),
    ),
    (separators_kept, REQUESTS, a_text_with_separators_moves_no_field),
    (tax_levels_left_out, FILES, untaxed_goods_stay_untaxed),
    (traces_not_found, FILES, of(asked.test_a_late_result_is_read_record_by_record)),
    (moved_files_forgotten, FILES, of(asked.test_a_late_result_is_read_record_by_record)),
    (every_error_is_a_refusal, NEWER, an_error_without_its_code_is_in_doubt),
    (errors_not_read, NEWER, a_wrong_product_is_a_review),
    (any_answer_is_ours, NEWER, an_answer_about_another_order_is_in_doubt),
    (the_rest_is_left_out, LACKING, what_the_input_lacks_is_not_left_out),
    (one_generation_alone, OLDER, the_older_generation_takes_orders),
    (trailer_not_counted, EXPORTED, half_an_export_is_refused),
    (old_exports_taken, EXPORTED, an_old_export_is_refused),
    (fewer_rows_taken, EXPORTED, far_fewer_rows_are_refused),
    (the_run_that_began_counts, X3Stand, a_file_left_during_a_run_is_for_the_next),
]


@pytest.mark.parametrize(("bug", "build", "question"), CASES, ids=[bug.__name__ for bug, _, _ in CASES])
def test_a_fault_of_a_way_is_found(
    monkeypatch: pytest.MonkeyPatch, bug: Bug, build: Callable[[], Any], question: Question
) -> None:
    assert_found(monkeypatch, bug, build, question, ValueError)
