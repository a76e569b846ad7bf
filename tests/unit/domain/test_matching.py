"""First load: pairs by rules in a stated order, and decisions that count all or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.domain.masters.match_decisions import COLUMNS, Decision, read, write
from tidegate.domain.masters.matching import (
    CUSTOMER_RULES,
    PRODUCT_RULES,
    Certainty,
    Pair,
    Record,
    loose,
    match,
    normal,
    unmatched,
)


def customer(id: str, owner: str = "", **values: str) -> Record:
    return Record(id, f"name of {id}", values, owner)


def only(store: Record, *company: Record) -> Pair:
    (pair,) = match([store], company, CUSTOMER_RULES, shared=True)
    return pair


def test_the_first_rule_that_finds_one_names_it() -> None:
    pair = only(
        customer("1", account="acme", email="a@x", vat="gb1"),
        customer("ACME", account="acme", email="a@x", vat="gb1"),
    )
    assert (pair.company and pair.company.id, pair.rule, pair.certainty) == (
        "ACME",
        "account",
        Certainty.CERTAIN,
    )


def test_rules_that_disagree_are_for_a_person() -> None:
    pair = only(
        customer("1", account="acme", email="a@x"),
        customer("ACME", account="acme"),
        customer("B", email="a@x"),
    )
    assert pair.certainty is Certainty.LIKELY
    assert [other.id for other in pair.others] == ["B"]


def test_two_accounts_of_one_address_are_for_a_person() -> None:
    pair = only(customer("1", email="a@x"), customer("A", email="a@x"), customer("B", email="a@x"))
    assert (pair.certainty, len(pair.others)) == (Certainty.LIKELY, 1)


def test_a_vat_id_alone_is_never_certain() -> None:
    assert only(customer("1", vat="gb1"), customer("A", vat="gb1")).certainty is Certainty.LIKELY


def test_an_account_made_for_another_customer_is_never_taken() -> None:
    made = customer("W1", owner="2", key="2", email="a@x")
    assert only(customer("1", key="1", email="a@x"), made).certainty is Certainty.UNMATCHED
    assert only(customer("2", key="2", email="a@x"), made).certainty is Certainty.CERTAIN


def test_customers_of_one_firm_share_its_account() -> None:
    people = [customer("1", account="acme"), customer("2", account="acme")]
    pairs = match(people, [customer("ACME", account="acme")], CUSTOMER_RULES, shared=True)
    assert [pair.certainty for pair in pairs] == [Certainty.CERTAIN] * 2


def test_products_are_one_to_one() -> None:
    store = [Record("HUB-1", "", {"sku": "hub-1"}), Record("HUB1", "", {"sku": "hub1", "loose": "hub1"})]
    company = [Record("HUB-1", "", {"sku": "hub-1", "loose": "hub1"}), Record("Z", "", {"sku": "z"})]
    pairs = match(store, company, PRODUCT_RULES, shared=False)
    assert [pair.certainty for pair in pairs] == [Certainty.CERTAIN, Certainty.UNMATCHED]
    assert [record.id for record in unmatched(company, pairs)] == ["Z"]


def test_values_are_compared_without_case_and_blanks() -> None:
    assert normal("  A@X.example ") == "a@x.example"
    assert loose("GB 123 4567-89") == "gb123456789"


VALUE = st.sampled_from(["", "a", "b", "c"])
RECORDS = st.lists(st.fixed_dictionaries({"sku": VALUE, "barcode": VALUE, "loose": VALUE}), max_size=6)


@given(RECORDS, RECORDS)
@settings(max_examples=200, deadline=None)
def test_no_product_is_certain_twice(store: list[dict[str, str]], company: list[dict[str, str]]) -> None:
    ours = [Record(f"s{n}", "", values) for n, values in enumerate(store)]
    theirs = [Record(f"c{n}", "", values) for n, values in enumerate(company)]
    pairs = match(ours, theirs, PRODUCT_RULES, shared=False)
    assert [pair.store for pair in pairs] == ours
    sure = [pair.company.id for pair in pairs if pair.company and pair.certainty is Certainty.CERTAIN]
    assert len(sure) == len(set(sure))


# --- decisions ----------------------------------------------------------------------------------

STORE = {"customer": ["1", "2"], "product": ["HUB-1", "HUB-2"]}
COMPANY = {"customer": ["ACME"], "product": ["HUB-1"]}


def table(*lines: str) -> str:
    return "\n".join([",".join(COLUMNS), *lines]) + "\n"


def test_what_was_written_is_read_back() -> None:
    pairs = match(
        [customer("1", account="acme")], [customer("ACME", account="acme")], CUSTOMER_RULES, shared=True
    )
    decisions, wrong = read("\ufeff" + write({"customer": pairs}), STORE, COMPANY)
    assert (decisions, wrong) == ([Decision("customer", "1", "ACME")], [])


def test_names_are_no_formulas() -> None:
    pair = Pair(Record("-1+1", "=cmd()", {}), None, Certainty.UNMATCHED)
    assert ",'-1+1,'=cmd()," in "," + write({"customer": [pair]}).splitlines()[1].replace("customer,", ",")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("customer,9,,ACME,,,,,yes", "the store has no customer '9'"),
        ("customer,1,,NOPE,,,,,yes", "the company has no customer 'NOPE'"),
        ("customer,1,,,,,,,yes", "the decision is yes, but company_id is empty"),
        ("customer,1,,ACME,,,,,maybe", "the decision is yes, no or empty"),
        ("person,1,,ACME,,,,,yes", "the kind is customer or product"),
        ("customer,1", "2 columns instead of 9"),
    ],
)
def test_one_wrong_line_and_none_counts(line: str, text: str) -> None:
    decisions, wrong = read(table("customer,2,,ACME,,,,,yes", "", line), STORE, COMPANY)
    assert decisions == []
    assert [(each.line, text in each.text) for each in wrong] == [(4, True)]


def test_nothing_is_decided_twice() -> None:
    twice = table("customer,1,,ACME,,,,,yes", "customer,1,,ACME,,,,,yes")
    assert "line 2 already" in read(twice, STORE, COMPANY)[1][0].text
    given_away = table("product,HUB-1,,HUB-1,,,,,yes", "product,HUB-2,,HUB-1,,,,,yes")
    assert "is used on line 2" in read(given_away, STORE, COMPANY)[1][0].text
    assert "heading" in read("a,b\n", STORE, COMPANY)[1][0].text
