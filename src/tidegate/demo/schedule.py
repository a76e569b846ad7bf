"""The working day in Sage, reported in plain words: what the staff do, and when it shows in the shop."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tidegate.demo import story as script
from tidegate.demo.life import Life
from tidegate.demo.setup import Setup
from tidegate.demo.staff import Staff


class Schedule:
    """Carries out the beats of Sage's people, and tells when the shop shows them."""

    def __init__(self, setup: Setup, say: Callable[[str, str], None]) -> None:
        self._setup = setup
        self._say = say
        self._staff = Staff(setup.sage.company, setup.house.codes)
        self._reported: set[str] = set()
        self._sold_at: Decimal | None = None  #: what the shop could sell before the counter sale

    @property
    def has_credited(self) -> bool:
        """Whether goods came back."""
        return bool(self._staff.credited)

    def play(self, what: str) -> None:
        """One beat."""
        staff = self._staff
        match what:
            case script.SELL:
                self._sold_at = self.salable()
                staff.sell(script.COUNTER, script.PIECES)
                self._say(f"{script.PIECES} pieces of {script.COUNTER} are sold over the counter", "")
            case script.REPRICE:
                staff.reprice(script.REPRICED, script.NEW_PRICE)
                self._say(f"{script.REPRICED} costs {script.NEW_PRICE} in Sage from now on", "")
            case script.PACK:
                if packed := staff.pack():
                    self._say(f"the warehouse despatches {packed} orders", "")
            case script.FINISH:
                if staff.finish():
                    self._say("the second parcel leaves; a tracking number has come", "")
            case script.INVOICE:
                if invoices := staff.invoice():
                    self._say(f"the invoice run posts {invoices} invoices", "")
            case script.CREDIT:
                if number := staff.credit():
                    self._say(f"goods of {number} come back: a credit note", "")
            case script.COLLECT:
                first = not staff.part_paid
                if paid := staff.collect():
                    part = ", another one in part" if first else ""
                    self._say(f"customers pay {paid} invoices{part}", "")
            case script.REST:
                staff.collect_rest()
                self._say("the customer who sent goods back pays the rest", "")
            case script.CLOSE:
                if journals := staff.close_day():
                    self._say(f"the day is closed: {journals} journals are posted", "")

    def salable(self) -> Decimal:
        """What the shop can sell of the product that the counter sells, too."""
        with self._setup.shop.lock:
            return self._setup.shop.stock.salable(script.COUNTER, self._setup.place.stock)

    def notice(self, life: Life) -> None:
        """What of it shows in the shop for the first time."""
        with self._setup.shop.lock:
            price = self._setup.shop.catalogue.price(script.REPRICED, self._setup.place.website_id)
        before, now = self._sold_at, self.salable()
        signs = (
            (
                before is not None and now < before,
                f"the shop has followed: {now} of {script.COUNTER} are left to sell",
            ),
            (price == Decimal(script.NEW_PRICE), f"the shop asks {price:.2f} for {script.REPRICED}"),
            (life.shipped > 0, "the first parcels are shipments in the shop, with their tracking numbers"),
            (life.invoiced > 0, "the first invoices are in the shop: invoiced, open"),
            (life.paid > 0, "the first orders are paid, in Sage and in the shop"),
            (life.credited > 0, "the credit note is a credit memo in the shop"),
            (life.posted > 0, "the postings of the first invoices are known"),
        )
        for seen, text in signs:
            key = text.partition(":")[0]
            if seen and key not in self._reported:
                self._reported.add(key)
                self._say(text, "green")
