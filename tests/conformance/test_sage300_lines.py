"""Lines of one item can be told apart by our key alone: without an optional field for it such an order does not leave."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from conformance.sage300_stand import Sage300Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import failed, goods, make_order, prepared
from tidegate.sage.sage300.csv_layout import USUAL
from tidegate.sage.sage300.writers import ByCsvImport

LINE_OPTIONS = '"RECTYPE","ORDUNIQ","LINENUM","OPTFIELD","VALUE"\n'


@pytest.mark.parametrize(
    "way", [{"settings": {"line_option": ""}}, {"csv": True}], ids=["no optional field", "no records for it"]
)
def test_an_order_with_one_item_on_two_lines_is_held(way: dict[str, object]) -> None:
    with closing(Sage300Stand(**way)) as stand, opened(stand.company) as session:  # type: ignore[arg-type]
        twice = make_order(stand, 213, goods(stand), goods(stand, item_id=552))
        failure = failed(session.orders.prepare([twice])[0])
        prepared(session, make_order(stand, 214))
    assert (failure.missing, failure.sent) == ("setting:line_option", False)
    assert "HUB-0001 stands on several lines" in failure.text


def test_it_leaves_where_the_sample_of_the_site_has_records_for_it(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text(USUAL + LINE_OPTIONS)
    writer = ByCsvImport(folder=str(tmp_path), sample=str(sample))
    with (
        closing(Sage300Stand(csv=True, settings={"writer": writer})) as stand,
        opened(stand.company) as session,
    ):
        prepared(session, make_order(stand, 213, goods(stand), goods(stand, item_id=552)))
