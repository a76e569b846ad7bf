"""Taking a person out of the records, on both databases."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import polars as pl
import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, captured, create
from tidegate.domain.orders.order import Address, Customer, LineOption, Order, Remark
from tidegate.domain.orders.personal import without_person, words_of
from tidegate.domain.states import State
from tidegate.ledger import customers, database, erasure, models, personal, snapshot
from tidegate.ledger.customers import KnownCustomer
from unit.domain.orders import line, order

EMAIL = '"\\[/x]"@Example.com'


def order_of(entity_id: int, email: str = EMAIL, customer_id: int | None = None) -> Order:
    """An order whose every personal field says something."""
    place = Address(
        name="Åsa Öst",
        company="Öst & Co",
        street=("1 Rue Cachée", "Attic"),
        city="Lund",
        postcode="22100",
        country="SE",
        telephone="+46 70 1234567",
        email=email,
        vat_id="SE556677",
    )
    return order(
        line(1, "A", "1", "10", options=(LineOption(id="7", value="Engrave: Åsa Öst", title="Engraving"),)),
        entity_id=entity_id,
        customer=Customer(email=email, name="Åsa Öst", id=customer_id, vat_number="SE556677"),
        billing=place,
        shipping=place,
        note="leave it with Bertil",
        remarks=(Remark("gift_message", "For Åsa"),),
    )


def stored(placed: Order) -> int:
    """The order as a source with a confirmed delivery; the source's id."""
    (pk,) = captured(placed.entity_id)
    delivery = models.Delivery.objects.filter(pk=pk)
    delivery.update(state=State.CONFIRMED.value, reason=f"{placed.customer.email} of Rue Cachée")
    source_id = int(delivery.values_list("source_id", flat=True)[0] or 0)
    text = msgspec.json.encode(placed).decode()
    models.Source.objects.filter(pk=source_id).update(document=text)
    return source_id


def test_an_order_without_its_person_keeps_every_number() -> None:
    whole = order_of(1, customer_id=17)
    bare = without_person(whole)
    text = msgspec.json.encode(bare).decode()
    assert not [word for word in words_of(whole) if word in text]
    assert (bare.customer.id, bare.billing.country, bare.totals) == (17, "SE", whole.totals)
    assert [line.amounts for line in bare.lines] == [line.amounts for line in whole.lines]
    assert words_of(bare) == set()
    assert without_person(bare) == bare


def test_one_customer_goes_and_others_stay(ledger: Ledger) -> None:
    mine, guest = stored(order_of(1, customer_id=17)), stored(order_of(2, EMAIL.upper()))
    other = stored(order_of(3, "else@example.com", customer_id=18))
    create("magento:main:customer:17", label=EMAIL, state=State.SKIPPED)
    people = {"17": {"id": 17, "email": EMAIL}, "18": {"id": 18, "email": "else@example.com"}}
    accounts = {
        "C1": {"email": EMAIL.lower(), "name": "Åsa Öst", "key": ""},
        "C2": {"email": "", "name": "Åsa", "key": "magento:main:customer:17"},
        "C3": {"email": "else@example.com", "name": "Other", "key": ""},
    }
    with database.transaction("test"):
        customers.save([KnownCustomer(CONNECTION, "base", EMAIL, "C1")], NOW)
        customers.save([KnownCustomer(CONNECTION, "base", "17", "C1")], NOW)
        for name, values in (("people", people), ("accounts", accounts)):
            texts = [msgspec.json.encode(each).decode() for each in values.values()]
            frame = pl.DataFrame({"key": list(values), "value": texts}, schema=snapshot.schema())
            snapshot.write(CONNECTION, f"customers:{name}", frame, NOW)
    found = erasure.find(CONNECTION, "main", customer_id=17)
    assert found.sources == (mine, guest)
    assert found == erasure.find(CONNECTION, "main", email=EMAIL.lower())
    with database.transaction("test"):
        told = erasure.erase(found, "anna", NOW)
    assert (told["order documents"], told["labels"], told["mirrored records"]) == (2, 1, 3)
    documents = dict(models.Source.objects.values_list("pk", "document"))
    assert personal.words_in([documents[mine], documents[guest]]) == set()
    assert "else@example.com" in documents[other]
    assert list(customers.find(CONNECTION, "base", [EMAIL, 17])) == ["17"]
    assert snapshot.read(CONNECTION, "customers:people")["key"].to_list() == ["18"]
    kept = dict(snapshot.read(CONNECTION, "customers:accounts").iter_rows())
    assert "Other" in kept["C3"]
    assert not [text for text in (kept["C1"], kept["C2"]) if "Åsa" in text or "example" in text.lower()]
    reasons = models.Delivery.objects.filter(source_id__in=[mine, guest]).values_list("reason", flat=True)
    assert not [reason for reason in reasons if "example" in reason.lower()]
    assert [entry["by"] for entry in erasure.history(CONNECTION)] == ["anna"]
    assert erasure.history("other") == []


def test_a_delivery_that_opened_while_a_person_was_asked_refuses(ledger: Ledger) -> None:
    source = stored(order_of(1))
    found = erasure.find(CONNECTION, "main", email=EMAIL)
    assert found.open == ()
    create("main:1/change", source_id=source, step="change", state=State.REVIEW)
    with pytest.raises(ValueError, match="open deliveries"), database.transaction("test"):
        erasure.erase(found, "anna", NOW)
    assert personal.words_in(models.Source.objects.values_list("document", flat=True))


def test_a_colleague_with_the_address_is_not_swept_along(ledger: Ledger) -> None:
    theirs = order_of(1, "colleague@example.com", customer_id=18)
    shipped_to_me = msgspec.structs.replace(theirs, shipping=Address(name="Me", email=EMAIL))
    mine, also = stored(order_of(3, customer_id=17)), stored(shipped_to_me)
    stored(order_of(2, "colleague@example.com", customer_id=18))
    found = erasure.find(CONNECTION, "main", email=EMAIL)
    assert found.sources == tuple(sorted((mine, also)))  # the one that names the e-mail, not the account
    assert found.ids == {17}


@pytest.mark.parametrize(
    ("age", "state", "taken"), [(40, State.CONFIRMED, 1), (20, State.CONFIRMED, 0), (40, State.HELD, 0)]
)
def test_only_what_is_old_and_finished_goes_by_age(
    ledger: Ledger, age: int, state: State, taken: int
) -> None:
    source = stored(order_of(1))
    models.Delivery.objects.update(state=state.value)
    create("magento:main:customer:17", label=EMAIL, step="customer", state=State.SKIPPED)
    before = NOW + timedelta(days=age - 30, seconds=1)
    found = personal.finished_orders(CONNECTION, before, 0, 10)
    assert found == [source] * taken
    assert len(personal.finished_registrations(CONNECTION, before, 0, 10)) == (age > 30)
    with database.transaction("test"):
        personal.blank_orders(found, NOW, documents=True)
    assert personal.words_in(models.Source.objects.values_list("document", flat=True)) == set() or not taken
