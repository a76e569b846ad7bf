"""What the store may show: the formula, its buffers, and that nothing is counted twice or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.domain.stock.availability import (
    PIECE,
    Buffer,
    Buffers,
    Claim,
    available,
    corrections,
    level_table,
    with_reservations,
    without_reservations,
)
from tidegate.domain.stock.stock_level import StockLevel, WebLine

D = Decimal
HOME = {"HOME": "default"}


def level(on_hand: object, allocated: object = 0, sku: str = "A", warehouse: str = "HOME") -> StockLevel:
    return StockLevel(sku, warehouse, D(str(on_hand)), D(str(allocated)))


def line(
    ordered: int, allocated: int = 0, despatched: int = 0, *, warehouse: str = "HOME", live: bool = True
) -> WebLine:
    return WebLine(
        order_id="1",
        order_number="1",
        order_key="magento:main:1",
        line_id="1",
        line_key="item:1",
        sku="A",
        warehouse=warehouse,
        ordered=D(ordered),
        allocated=D(allocated),
        despatched=D(despatched),
        invoiced=D(0),
        live=live,
    )


def shown(*levels: StockLevel, claims: tuple[Claim, ...] = (), **options: object) -> dict[str, Decimal]:
    """What each source may show of SKU A."""
    sources = options.pop("sources", HOME)
    buffers = options.pop("buffers", Buffers())
    table = available(level_table(levels), with_reservations(claims), sources, buffers, **options)  # type: ignore[arg-type]
    return {source: D(quantity) / PIECE for sku, source, quantity in table.iter_rows() if sku == "A"}


WORKED = (Claim(line(12, 12), open=D(12)), Claim(line(5, 0, 5), open=D(5)))


def test_the_worked_example_with_reservations() -> None:
    """100 on hand, 30 allocated of which 12 web pieces, 5 shipped in Sage but not in Magento, buffer 10."""
    assert shown(level(100, 30), claims=WORKED) == {"default": 77}
    reserved = 12 + 5 + 8  # 8 are queued: Magento reserves them, Sage does not know them yet
    assert 77 - reserved == 100 - 30 - 8 - 10


def test_the_worked_example_without_reservations() -> None:
    table = available(
        level_table([level(100, 30)]), without_reservations(WORKED, {("A", "HOME"): D(8)}), HOME, Buffers()
    )
    assert table["quantity"].to_list() == [52 * PIECE]


@pytest.mark.parametrize(
    ("on_hand", "percent", "expected"),
    [
        ("100", "10", 90),
        ("99", "10", 89),
        ("1", "10", 0),
        ("0", "10", 0),
        ("101", "7.5", 93),
        ("10", "0", 10),
    ],
)
def test_a_percentage_is_rounded_towards_caution(on_hand: str, percent: str, expected: int) -> None:
    assert shown(level(on_hand), buffers=Buffers(Buffer(D(percent)))) == {"default": expected}


def test_parts_of_a_piece_are_shown_only_where_that_is_allowed() -> None:
    kept = Buffers(Buffer(D(5)))
    assert shown(level("7.77"), buffers=kept) == {"default": 6}
    assert shown(level("7.77"), buffers=kept, decimals=2) == {"default": D("7.38")}  # 0.3885 kept as 0.39


def test_never_below_zero() -> None:
    assert shown(level(5, 30)) == {"default": 0}
    assert shown(level(-3)) == {"default": 0}
    assert shown(level(4), buffers=Buffers(Buffer(pieces=D(9)))) == {"default": 0}


@pytest.mark.parametrize("buffer", [Buffer(), Buffer(pieces=D(50))])
def test_the_buffer_does_not_keep_pieces_from_those_who_have_bought(buffer: Buffer) -> None:
    """Magento ships only what its source holds: the last pieces, sold on the web, must be there."""
    rules = Buffers(buffer)
    allocated, despatched = (Claim(line(5, 5), open=D(5)),), (Claim(line(5, 0, 5), open=D(5)),)
    assert shown(level(5, 5), claims=allocated, buffers=rules) == {"default": 5}
    assert shown(level(0, 0), claims=despatched, buffers=rules) == {"default": 5}


def test_the_nearest_rule_counts() -> None:
    rules = Buffers(
        Buffer(D(10)),
        groups=(("TOOL*", Buffer(pieces=D(7))), ("*", Buffer(D(20)))),
        skus=(("A", Buffer(pieces=D(1))), ("?B*", Buffer(D(50)))),
    )
    of = {"A": "TOOLS", "AB": "TOOLS", "C": "TOOLS", "D": "FOOD"}
    table = available(
        level_table([level(100, sku=sku) for sku in ("A", "AB", "C", "D", "E")]),
        corrections([]),
        HOME,
        rules,
        of,
    )
    assert [quantity // PIECE for quantity in table["quantity"]] == [99, 50, 93, 80, 80]


def test_signs_of_a_pattern_stand_for_themselves() -> None:
    rules = Buffers(Buffer(D(0)), skus=(("A.[1]+(x)", Buffer(D(50))),))
    table = available(
        level_table([level(10, sku=sku) for sku in ("A.[1]+(x)", "AX1x")]), corrections([]), HOME, rules
    )
    assert [quantity // PIECE for quantity in table["quantity"]] == [5, 10]


def test_warehouses_of_one_source_are_added_and_others_are_not_published() -> None:
    levels = (level(10), level(20, 5, warehouse="NORTH"), level(90, warehouse="QUARANTINE"))
    assert shown(*levels, sources={"HOME": "s", "NORTH": "s"}) == {"s": 22}  # 25 free, 3 of 30 kept back
    assert shown(*levels, sources={"HOME": "s", "NORTH": "n"}) == {"s": 9, "n": 13}


def test_a_web_line_counts_where_its_warehouse_is() -> None:
    claims = (Claim(line(4, 4, warehouse="NORTH"), open=D(4)),)
    levels = (level(10), level(20, 5, warehouse="NORTH"))
    assert shown(*levels, claims=claims, sources={"HOME": "s", "NORTH": "n"}) == {"s": 9, "n": 17}


def test_pieces_that_left_from_elsewhere_come_back_on_where_their_shipment_will_debit() -> None:
    # Seed 555002: 24 of 25 pieces left from another warehouse than the order's, whose source then held too few.
    claims = (Claim(line(25, 1, 24), open=D(25), left=(("NORTH", D(24)),)),)
    levels = (level(100, 1), level(4, warehouse="NORTH"))
    assert shown(*levels, claims=claims, sources={"HOME": "s", "NORTH": "n"}) == {"s": 90, "n": 27}
    refunded = (Claim(line(25, 1, 24), open=D(20), left=(("NORTH", D(24)),)),)
    assert shown(*levels, claims=refunded, sources={"HOME": "s", "NORTH": "n"}) == {"s": 89, "n": 23}


@pytest.mark.parametrize(
    ("claim", "pieces"),
    [
        (Claim(line(5, 5), open=D(5)), 5),
        (Claim(line(5, 2, 3), open=D(5)), 5),
        (Claim(line(5, 2, 3), written=D(3), open=D(2)), 2),
        (Claim(line(5, 0, 5), written=D(5), open=D(0)), 0),
        (Claim(line(5, 5), open=D(0)), 0),  # cancelled in Magento: nothing is reserved there any more
        (Claim(line(5, 5), open=D(3)), 3),  # partly refunded there
        (Claim(line(5, 0, 2), written=D(3), open=D(2)), 0),  # never below zero
    ],
)
def test_what_a_web_line_adds(claim: Claim, pieces: int) -> None:
    assert claim.reserved_twice == pieces


# --- a model of both sides ------------------------------------------------------------------------


@dataclass
class Order:
    """One web order of one line."""

    pieces: int
    warehouse: str
    pushed: bool = False
    allocated: int = 0
    despatched: int = 0
    written: int = 0
    cancelled: bool = False  # in Magento
    captured: bool = False  # the ledger knows of the cancellation
    read: bool = False  # the ledger has the order

    def line(self) -> WebLine:
        return line(self.pieces, self.allocated, self.despatched, warehouse=self.warehouse)


@dataclass
class World:
    """Sage, Magento, and the hub between them; one SKU."""

    sources: Mapping[str, str]
    on_hand: dict[str, int] = field(default_factory=lambda: {"E": 20, "W": 9})
    others: dict[str, int] = field(default_factory=lambda: {"E": 0, "W": 0})
    orders: list[Order] = field(default_factory=list)
    store: dict[str, int] = field(default_factory=dict)

    def allocated(self, warehouse: str) -> int:
        return self.others[warehouse] + sum(o.allocated for o in self.orders if o.warehouse == warehouse)

    def reserved(self) -> int:
        return sum(o.pieces - o.written for o in self.orders if not o.cancelled)

    def salable(self) -> int:
        return sum(self.store.values()) - self.reserved()

    def can_be_shipped(self) -> int:
        """Pieces that nobody has a right to: what cancelled orders still hold is free again soon."""
        live = [o for o in self.orders if not o.cancelled]
        held = {w: self.others[w] + sum(o.allocated for o in live if o.warehouse == w) for w in self.on_hand}
        return sum(max(self.on_hand[w] - held[w], 0) for w in self.on_hand)

    def act(self, verb: str, seed: int) -> None:
        warehouse, amount = "EW"[seed & 1], seed // 2 % 5 + 1
        free = max(self.on_hand[warehouse] - self.allocated(warehouse), 0)
        order = self.orders[seed // 16 % len(self.orders)] if self.orders else None
        if verb == "place":
            self.orders.append(Order(amount, warehouse))
        elif verb == "receive":
            self.on_hand[warehouse] += amount
        elif verb == "sell elsewhere":
            self.others[warehouse] += min(amount, free)
        elif verb == "ship elsewhere":
            shipped = min(amount, self.others[warehouse])
            self.others[warehouse] -= shipped
            self.on_hand[warehouse] -= shipped
        elif order is None:
            return
        elif verb == "push":
            order.pushed = order.pushed or not order.captured
            order.read = order.read or order.pushed
        elif verb == "read":
            order.read = True
        elif verb == "allocate" and order.pushed and not order.captured:
            free = max(self.on_hand[order.warehouse] - self.allocated(order.warehouse), 0)
            order.allocated += min(amount, free, order.pieces - order.allocated - order.despatched)
        elif verb == "despatch" and not order.cancelled:  # else: the page's *What nobody can know*
            leaving = min(amount, order.allocated)
            order.allocated -= leaving
            order.despatched += leaving
            self.on_hand[order.warehouse] -= leaving
        elif verb == "cancel":
            order.cancelled = order.cancelled or not order.despatched
        elif verb == "capture" and order.cancelled:
            order.captured, order.allocated, order.read = True, 0, True  # Sage follows only then

    def write_shipments(self) -> None:
        for order in self.orders:
            source = self.sources[order.warehouse]
            pieces = order.despatched - order.written
            if not order.cancelled and self.store.get(source, 0) >= pieces:
                self.store[source] = self.store.get(source, 0) - pieces
                order.written += pieces

    def publish(self, between: list[tuple[str, int]], buffer: int) -> None:
        """Read web lines, then stock, then what the ledger knows; other things happen between the reads."""
        lines = [(order, order.line()) for order in self.orders if order.pushed]
        for verb, seed in between:
            self.act(verb, seed)
        levels = [level(self.on_hand[w], self.allocated(w), warehouse=w) for w in "EW"]
        claims = tuple(
            Claim(read, D(order.written), D(0 if order.captured else order.pieces - order.written))
            for order, read in lines
        )
        rules = Buffers(Buffer(pieces=D(buffer)))
        told = shown(*levels, claims=claims, sources=self.sources, buffers=rules)
        self.store = {source: int(quantity) for source, quantity in told.items()}

    def publish_one_number(self, between: list[tuple[str, int]], later: list[tuple[str, int]]) -> None:
        """Without MSI: the ledger first, then Sage's lines and stock, at last what nobody had read."""
        known = [order.read for order in self.orders]
        waiting = [o for o in self.orders if o.read and not o.pushed and not o.captured]
        for verb, seed in between:
            self.act(verb, seed)
        lines = [(order, order.line()) for order in self.orders if order.pushed and not order.captured]
        for verb, seed in later:
            self.act(verb, seed)
        levels = [level(self.on_hand[w], self.allocated(w), warehouse=w) for w in "EW"]
        there = [id(order) for order, _ in lines]
        known += [False] * (len(self.orders) - len(known))
        unread = [
            order
            for order, was_known in zip(self.orders, known, strict=True)
            if not was_known and not order.cancelled and id(order) not in there
        ]
        owed = {("A", "E"): D(sum(order.pieces for order in [*waiting, *unread]))}
        corrected = without_reservations([Claim(read) for _, read in lines], owed)
        table = available(level_table(levels), corrected, ONE, Buffers(Buffer(pieces=D(0))))
        self.store = {"s": int(D(table["quantity"].item()) / PIECE)}

    def promised(self) -> int:
        """Pieces of web orders that Sage has not taken off its free stock."""
        return sum(o.pieces - o.allocated - o.despatched for o in self.orders if not o.cancelled)


VERBS = st.sampled_from(
    [
        *("place", "place", "push", "push", "allocate", "allocate", "despatch", "despatch", "receive"),
        *("sell elsewhere", "ship elsewhere", "cancel", "capture", "read"),
    ]
)
ACTS = st.lists(st.tuples(VERBS, st.integers(0, 999)), max_size=8)
ONE, TWO = {"E": "s", "W": "s"}, {"E": "east", "W": "west"}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(ACTS, ACTS, st.booleans()), min_size=1, max_size=6),
    st.sampled_from([ONE, TWO]),
    st.integers(0, 3),
)
def test_whatever_happens_no_more_is_salable_than_can_be_shipped(
    rounds: list[tuple[list[tuple[str, int]], list[tuple[str, int]], bool]],
    sources: Mapping[str, str],
    buffer: int,
) -> None:
    world = World(sources)
    for before, between, shipments in rounds:
        for verb, seed in before:
            world.act(verb, seed)
        if shipments:
            world.write_shipments()
        world.publish(between, buffer)
        assert world.salable() <= world.can_be_shipped()
    for order in world.orders:  # now everything comes to its end
        if order.cancelled:
            order.captured, order.allocated = True, 0
            continue
        order.pushed = True
        missing = order.pieces - order.allocated - order.despatched
        world.on_hand[order.warehouse] += missing
        order.allocated += missing
    world.publish([], buffer)
    for order in world.orders:
        world.on_hand[order.warehouse] -= order.allocated
        order.despatched, order.allocated = order.despatched + order.allocated, 0
    world.publish([], buffer)
    world.write_shipments()  # the sources hold what is to be shipped, whatever the buffer
    world.publish([], buffer)
    assert world.reserved() == 0
    free = dict.fromkeys(sources.values(), 0)
    for warehouse, source in sources.items():
        free[source] += world.on_hand[warehouse] - world.others[warehouse]
    assert world.store == {source: max(pieces - buffer, 0) for source, pieces in free.items()}
    assert world.salable() == sum(world.store.values())


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(ACTS, ACTS, ACTS), min_size=1, max_size=6))
def test_one_number_never_forgets_an_order_wherever_it_is(
    rounds: list[tuple[list[tuple[str, int]], list[tuple[str, int]], list[tuple[str, int]]]],
) -> None:
    """Whether the ledger, Sage or nobody has read it, and however it moves while they are asked."""
    world = World(ONE)
    for before, between, later in rounds:
        for verb, seed in before:
            world.act(verb, seed)
        world.publish_one_number(between, later)
        assert world.store["s"] <= max(world.can_be_shipped() - world.promised(), 0)
    for order in world.orders:
        order.read = True
        if order.cancelled:
            order.captured, order.allocated = True, 0
    world.publish_one_number([], [])
    assert world.store["s"] == max(world.can_be_shipped() - world.promised(), 0)


@settings(max_examples=60, deadline=None)
@given(st.integers(-50, 5000), st.integers(0, 300), st.integers(0, 400))
def test_the_columns_say_what_the_sentence_says(on_hand: int, allocated: int, tenths: int) -> None:
    kept = ceil(max(on_hand, 0) * D(tenths) / 10 / 100)
    rules = Buffers(Buffer(D(tenths) / 10))
    assert shown(level(on_hand, allocated), buffers=rules) == {"default": max(on_hand - allocated - kept, 0)}
