"""What the gateway's contract says of faults, limits, sequence and sessions (contract section 16)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate_agent.failure import Failure
from tidegate_agent.sage300 import browsing
from tidegate_agent.sage300.soap import OURS
from tidegate_sandbox.sage300.accpac_views import Field
from unit.agent.gateway import KEY, GatewayStand, order
from unit.agent.test_gateway import stand

__all__ = ["stand"]


def test_a_fault_says_class_view_field_line_and_each_message_with_its_priority(stand: GatewayStand) -> None:
    fields, [line] = order()
    line.fields["ITEM"] = "NONE"

    def answered() -> str:
        header = "".join(f'<f name="{name}">{text}</f>' for name, text in fields.items())
        goods = "".join(f'<f name="{name}">{text}</f>' for name, text in line.fields.items())
        return stand.call(
            f'<WriteDocument xmlns="{OURS}"><company>SAMLTD</company><action>insert</action><view>OE0520</view>'
            f'<key>{KEY}</key>{header}<detail view="OE0500">{goods}</detail></WriteDocument>'
        )

    answer = answered()
    assert answer.startswith("500")
    for part in ("class>validation<", "view>OE0500<", "field>ITEM<", "line>1<", 'priority="Error"'):
        assert part in answer
    stand.agent.stop()
    stand.agent.pool.resume()
    stand.face.options.lanpaks = 0
    answer = answered()
    for part in ("class>seat_limit<", "retryAfter>900<"):
        assert part in answer
    stand.face.options.lanpaks = None


def test_fields_are_set_in_the_order_given(stand: GatewayStand) -> None:
    fields, details = order()
    given = dict(reversed(fields.items()))
    seen: list[str] = []
    value = Field.Value

    def note(self: Field, text: object) -> None:
        if self._view.view_name == "OE0520":
            seen.append(self._name)
        value.__set__(self, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Field, "Value", value.setter(note))  # type: ignore[attr-defined]
        stand.room().write("OE0520", "insert", KEY, given, details)
    assert seen[: len(given)] == list(given)


def test_one_answer_has_so_many_rows_and_one_call_so_many_keys(
    stand: GatewayStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browsing.MOST == 1000
    monkeypatch.setattr(browsing, "MOST", 2)
    ask = f'<ReadView xmlns="{OURS}"><company>SAMLTD</company><view>IC0290</view><field>ITEMNO</field>'
    answer = stand.call(f"{ask}<limit>9999</limit></ReadView>")
    assert (answer.startswith("200"), answer.count("row>") // 2) == (True, 2)
    find = f'<FindDocument xmlns="{OURS}"><company>SAMLTD</company><view>OE0520</view>'
    for count, status in ((0, "500"), (200, "200"), (201, "500")):
        keys = "".join(f"<key>magento:main:{number}</key>" for number in range(count))
        assert stand.call(f"{find}{keys}</FindDocument>").startswith(status)


def test_a_ping_that_sage_refuses_says_unknown(tmp_path: Path) -> None:
    stand = GatewayStand(tmp_path, sage300={"user": "NOBODY"})
    found = stand.room().ping()
    assert isinstance(found, dict)
    assert (found["state"], found["sessionsInUse"]) == ("unknown", "0")
    assert stand.is_even()


def test_a_company_has_one_session_however_many_seats_there_are(tmp_path: Path) -> None:
    stand = GatewayStand(tmp_path, seats={"seats": 2})
    with stand.agent.lease("SAMLTD", "one"), pytest.raises(Failure), stand.agent.lease("SAMLTD", "two"):
        pass
    assert stand.sage.licence.held == ["WEBAPI in SAMLTD"]
    assert stand.is_even()
