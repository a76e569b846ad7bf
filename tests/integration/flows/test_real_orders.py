"""Orders as real shops have them: options, fixed product tax, gift cards, virtual goods, long addresses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.flows.stage import Stage
from tidegate.config.amounts import Amount, Amounts
from tidegate.domain.states import State
from tidegate_sandbox.magento.additions import Additions

FIVE = Decimal(5)
MAPPED = Amounts(
    fixed_product_tax=Amount(account="4905"),
    gift_card=Amount(account="1210"),
    store_credit=Amount(account="1210"),
    reward_points=Amount(account="1210"),
    gift_wrapping=Amount(account="4905"),
    custom_fees={"*": Amount(account="4905")},
    fields={"surcharge": Amount(account="4905")},
)
LINES = [("HUB-0001", 2), ("HUB-0002", 1)]


def place(stage: Stage, **wanted: Any) -> int:
    return stage.order("guest", lines=LINES, additions=Additions(**wanted))


def lines(stage: Stage, entity_id: int) -> list[Any]:
    return list(stage.only(entity_id)["lines"])


@pytest.mark.parametrize(
    ("wanted", "named", "source"),
    [
        ({"fixed_product_tax": FIVE}, "fixed product tax", "fixed_product_tax"),
        ({"commerce": {"gift_cards_amount": FIVE}}, "gift card (gift_cards_amount) 5.00", "gift_card"),
        ({"commerce": {"customer_balance_amount": FIVE}}, "store credit", "store_credit"),
        ({"commerce": {"reward_currency_amount": FIVE}}, "reward points", "reward_points"),
        ({"commerce": {"gw_price": FIVE}}, "gift wrapping (gw_price) 5.00", "gift_wrapping"),
        ({"custom_fees": (("eco", "Eco fee", FIVE),)}, 'custom_fees eco "Eco fee" 5.00', "custom_fees.eco"),
        ({"silent": {"club_fee": FIVE, "club_discount": -FIVE}}, "cancel each other out", "fields.club_fee"),
    ],
)  # fmt: skip
def test_an_amount_is_held_by_name_and_goes_on_when_it_is_mapped(
    stage: Stage, wanted: dict[str, Any], named: str, source: str
) -> None:
    stage.reopen(amounts=Amounts())
    placed = place(stage, **wanted)
    stage.cycle()
    held = stage.delivery(placed)
    assert (held.state, held.waits_for) == (State.HELD, f"amount:{source}")
    assert named in held.reason
    mapped = MAPPED
    if source.startswith("fields."):
        mapped = Amounts(fields={name: Amount(account="4905") for name in ("club_fee", "club_discount")})
    stage.reopen(amounts=mapped)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    paid = sum(
        (amount for name, amount in wanted.get("commerce", {}).items() if name != "gw_price"), Decimal(0)
    )
    assert Decimal(stage.only(placed)["gross"]) == stage.total(placed) + paid


def test_a_field_of_an_extension_goes_to_its_account(stage: Stage) -> None:
    placed = place(stage, fields={"surcharge": FIVE})
    stage.cycle()
    assert stage.state(placed) is State.REVIEW
    assert "[connections.web.amounts.fields.surcharge]" in stage.delivery(placed).reason
    stage.reopen(amounts=MAPPED)
    other = place(stage, fields={"surcharge": FIVE})
    stage.cycle()
    assert stage.state(other) is State.CONFIRMED
    assert Decimal(stage.only(other)["gross"]) == stage.total(other)


@pytest.mark.parametrize("suffix", ["red", "-"])
def test_an_option_sku_is_its_product_and_the_engraving_reaches_sage(stage: Stage, suffix: str) -> None:
    placed = place(stage, option=(suffix, "For Ben, with love"), colour="Blue")
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    told = lines(stage, placed)
    assert [line["code"] for line in told if line["kind"] == "goods"] == ["HUB-0001", "HUB-0002"]
    assert any("Engraving: For Ben, with love; Colour: Blue" in str(line) for line in told)


def test_orders_read_while_products_could_not_be_are_sent_by_their_own_skus_later(stage: Stage) -> None:
    stage.break_shop("permission", times=None, path="V1/products", resource="Magento_Catalog::products")
    placed = [place(stage, option=("-", text)) for text in ("Ann", "Ben")]
    stage.cycle()
    assert {stage.delivery(one).waits_for for one in placed} == {"sku:HUB-0001--"}
    stage.cycle()
    assert stage.states(placed) == {State.HELD}
    stage.mend()
    assert stage.cycle().counts["released"] == 2
    assert stage.states(placed) == {State.CONFIRMED}
    assert [line["code"] for one in placed for line in lines(stage, one) if line["kind"] == "goods"] == [
        *("HUB-0001", "HUB-0002"),
        *("HUB-0001", "HUB-0002"),
    ]
    assert stage.alerts() == []


@pytest.mark.parametrize("kind", ["virtual", "downloadable"])
def test_orders_with_nothing_to_ship_go_through(stage: Stage, kind: str) -> None:
    placed = stage.order("guest", lines=LINES, shipping=Decimal(0), additions=Additions(virtual=kind))
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED, stage.delivery(placed).reason
    assert Decimal(stage.only(placed)["gross"]) == stage.total(placed)


def test_long_addresses_pickup_and_gift_messages_lose_nothing(stage: Stage) -> None:
    street = tuple(
        f"{number}, the very long name of a house in a very long row of houses, part {number}"
        for number in range(6)
    )
    said = {"pickup_location": "LONDON-1", "gift_message": "Happy birthday", "company": "Acme"}
    placed = place(stage, street=street, **said)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED, stage.delivery(placed).reason
    told = str(stage.only(placed))
    for text in ("Pickup location: LONDON-1", "Happy birthday"):
        assert text in told
