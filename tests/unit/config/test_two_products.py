"""`[companies.NAME]` is a tagged union: what the key `product` decides, shown with a second product."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tidegate.config.company import CompanySettings
from tidegate.config.problem import ConfigurationError, Problem, Report
from tidegate.config.question import Question, address
from tidegate.config.questions import answers_of, questions_of
from tidegate.config.reading import Loaded, loads
from tidegate.config.references import Reference
from tidegate.config.sage_product import SageProduct
from tidegate.config.secrets import references
from tidegate.config.template import render, variables
from tidegate.sage.rooms import PRODUCTS
from unit.config.configuration_files import ENVIRONMENT, whole


class Abacus(CompanySettings, frozen=True, kw_only=True, tag="abacus"):
    """A product that asks for a counting house and a password."""

    counting_house: str = ""
    passphrase: Reference = ""

    @property
    def identity(self) -> str:
        return self.counting_house

    def check(self, key: str, report: Report) -> None:
        if not self.counting_house:
            report.problem(f"{key}.counting_house", "missing", "name the house")


ABACUS = SageProduct(
    title="Abacus",
    settings=Abacus,
    page="sage/abacus.md",
    signs_in=False,
    questions=(Question("counting_house", "Address of the counting house", None, address),),
    template=Path(__file__).with_name("abacus.toml.template"),
    secrets=("passphrase",),
)
BOTH = (*PRODUCTS, ABACUS)
OLD = 'product = "sage200"\nclient_id = "client"\nsite_id = "site"\ncompany_id = "1"'


def read(company: str, **environment: str) -> Loaded:
    return loads(
        whole((OLD, company)),
        path=Path("tidegate.toml"),
        environment={**ENVIRONMENT, **environment},
        settings=tuple(product.settings for product in BOTH),
    )


def problems(company: str) -> list[Problem]:
    with pytest.raises(ConfigurationError) as error:
        read(company)
    return error.value.problems


def test_the_product_chooses_the_keys() -> None:
    company = read('product = "abacus"\ncounting_house = "east"\nseats = 3').configuration.companies["uk"]
    assert isinstance(company, Abacus)
    assert (company.product, company.counting_house, company.seats) == ("abacus", "east", 3)
    assert read(OLD).configuration.companies["uk"].product == "sage200"


def test_keys_of_another_product_are_unknown() -> None:
    (problem,) = problems('product = "abacus"\ncounting_house = "east"\nsite_id = "1"')
    assert (problem.key, problem.found) == ("companies.uk.site_id", "unknown key")
    assert "counting_house" in problem.remedy
    assert "product" in problem.remedy


def test_each_room_checks_its_own_keys_and_the_shared_ones_are_checked_for_all() -> None:
    keys = {problem.key for problem in problems('product = "abacus"\nseats = 0')}
    assert keys == {"companies.uk.counting_house", "companies.uk.seats"}


def test_a_wrong_product_is_named_with_the_nearest_one_and_only_shared_keys_are_checked() -> None:
    found = problems('product = "abakus"\ncounting_house = 3\nseats = "many"')
    assert [problem.key for problem in found] == ["companies.uk.product", "companies.uk.seats"]
    assert 'did you mean "abacus"?' in found[0].remedy


@pytest.mark.parametrize("company", ['counting_house = "east"', "product = 7"])
def test_a_product_that_is_missing_or_no_text(company: str) -> None:
    (problem,) = problems(company)
    assert problem.key == "companies.uk.product"
    every = ", ".join(f'"{product.name}"' for product in BOTH)
    assert f"one of {every}" in problem.remedy


def test_references_of_a_room_are_references() -> None:
    loaded = read(
        'product = "abacus"\ncounting_house = "east"\npassphrase = "env:PHRASE"', PHRASE="open-sesame"
    )
    assert ("companies.uk.passphrase", "env:PHRASE", False) in list(references(loaded.configuration))
    inline = read('product = "abacus"\ncounting_house = "east"\npassphrase = "open-sesame"')
    assert "companies.uk.passphrase" in {warning.key for warning in inline.warnings}
    (problem,) = problems('product = "abacus"\ncounting_house = "east"\npassphrase = ["open-sesame"]')
    assert "open-sesame" not in str(problem)


def test_two_companies_that_their_room_calls_the_same_are_refused() -> None:
    east = 'product = "abacus"\ncounting_house = "east"'
    (problem,) = problems(f"{east}\n[companies.gb]\n{east}")
    assert (problem.key, problem.found) == ("companies.gb", 'the same Sage company as "uk"')


def test_the_wizard_asks_what_the_room_asks_and_writes_what_it_reads() -> None:
    given = {
        "store_url": "https://shop.example",
        "product": "abacus",
        "counting_house": "https://east.example",
    }
    asked = [question.id for question in questions_of(BOTH, given)]
    assert "counting_house" in asked
    assert "site_id" not in asked
    answers = answers_of(given, since=datetime(2026, 3, 2, tzinfo=UTC), products=BOTH)
    assert tomllib.loads(render(answers))["companies"]["uk"] == {
        "product": "abacus",
        "counting_house": "https://east.example",
        "passphrase": "env:TIDEGATE_UK_PASSPHRASE",
        "time_zone": "Europe/London",
        "currency": "GBP",
    }
    assert "TIDEGATE_UK_PASSPHRASE" in variables(answers)
