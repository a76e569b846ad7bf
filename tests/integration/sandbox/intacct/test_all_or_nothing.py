"""Whatever is asked in whatever order: what is refused changes nothing, and the books agree (contract §2.4, §17.3)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from integration.sandbox.intacct.documents import convert, line
from integration.sandbox.intacct.world import World

ITEMS = ("WIDGET-01", "WIDGET-02", "INSTALL", "KIT-1", "SKIT-1", "HUB-0001")


class Asking:
    """Functions drawn at random, sensible and not."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = Random(seed)

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def subtotals(self) -> str:
        return "".join(
            f"<subtotal><description>{self.pick('Shipping', 'Sales Tax', 'Discount')}</description>"
            f"<total>{self.pick('7.50', '1.00', '-2.00', '0', '50')}</total><locationid>100</locationid></subtotal>"
            for _ in range(self.random.randint(0, 3))
        )

    def changed_line(self) -> str:
        return (
            f'<updatesotransitem line_num="{self.pick("1", "2", "3")}"><warehouseid>{self.pick("WH1", "WH2")}</warehouseid>'
            f"<quantity>{self.pick('1', '5', '300', '0')}</quantity></updatesotransitem>"
        )

    def function(self) -> str:
        lines = [
            (self.pick(*ITEMS), self.pick("1", "3", "0.5", "200"), self.pick("1.00", "19.90"))
            for _ in range(self.random.randint(1, 3))
        ]
        known = [one["DOCID"] for one in self.world.rows("SODOCUMENT", "DOCID")] or ["Sales Order-SO0001"]
        docid = self.pick(*known)
        match self.pick(
            "order", "order", "document", "convert", "convert", "convert", "update", "state", "delete"
        ):
            case "order":
                return self.world.order(
                    *lines, subtotals=self.subtotals(), state=self.pick("Draft", "Pending", "Closed")
                )
            case "document":
                return self.world.document(
                    self.pick("Shipper", "Sales Invoice"), *lines, subtotals=self.subtotals()
                )
            case "convert":
                sums = self.subtotals()
                wanted = [
                    line(self.pick(*ITEMS), self.pick("1", "0.5", "2"))
                    for _ in range(self.random.randint(1, 2))
                ]
                target = self.pick("Shipper", "Sales Invoice", "Sales Return")
                return convert(
                    docid, target, *wanted, subtotals=f"<subtotals>{sums}</subtotals>" if sums else ""
                )
            case "update":
                changes = "".join(self.changed_line() for _ in range(self.random.randint(1, 3)))
                return (
                    f'<update_sotransaction key="{docid}"><message>new</message>'
                    f"<updatesotransitems>{changes}</updatesotransitems></update_sotransaction>"
                )
            case "state":
                state = self.pick("Closed", "Pending", "Draft")
                return f'<update_sotransaction key="{docid}"><state>{state}</state></update_sotransaction>'
            case _:
                return f'<delete_sotransaction key="{docid}"/>'


@pytest.mark.parametrize("seed", range(4))
def test_what_is_refused_changes_nothing(seed: int) -> None:
    world = World()
    asking, refused = Asking(world, seed), 0
    for _ in range(40):
        function = asking.function()
        before = books(world)
        if world.call(function).findtext("status") == "failure":
            refused += 1
            assert books(world) == before, function
        assert (world.company.books()["violations"], world.company.books()["trial_balance"]) == (
            [],
            "0.00",
        ), function
    assert 0 < refused < 40


def books(world: World) -> dict[str, Any]:
    return world.company.books()
