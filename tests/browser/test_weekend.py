"""The weekend disaster, found and mended by somebody who has the console alone; every click is counted.

The numbers of clicks stand in docs/console.md and are compared with what is counted here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.test_console import eventually
from browser.weekend import ACCOUNT, UNMAPPED, Weekend, weekend
from integration.flows.stage import CONNECTION, SETTLED, Stage
from tidegate.domain.states import State

PAGE = Path(__file__).parents[2] / "docs" / "console.md"


@pytest.fixture(scope="module")
def disaster(with_console: None, tmp_path_factory: pytest.TempPathFactory) -> Weekend:
    """The weekend is over, Sage is still locked."""
    return weekend(tmp_path_factory.mktemp("weekend"))


@pytest.fixture(scope="module")
def stage(disaster: Weekend) -> Iterator[Stage]:
    """The hub behind the pages of this module."""
    yield disaster.stage
    disaster.stage.hub.close()


class Person:
    """Somebody before the page, whose clicks are counted by the trouble that they are for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks: Counter[str] = Counter()
        self.trouble = ""

    def begin(self, trouble: str) -> None:
        """From the home page, as every morning."""
        self.trouble = trouble
        self.clicks[trouble] = 0
        self.page.goto("/")

    def click(self, what: Locator) -> None:
        """One click."""
        what.click()
        self.clicks[self.trouble] += 1

    def go(self, place: str) -> None:
        """By the navigation."""
        self.click(self.page.get_by_role("navigation", name="Pages").get_by_role("link", name=place))

    def follow(self, alert: str, link: str) -> None:
        """From what needs a person on the tide table, to where it says."""
        entry = self.page.locator(".alerts li", has_text=alert).first
        self.click(entry.get_by_role("link", name=link))

    def press(self, name: str) -> None:
        """A button, or a link that looks like one."""
        self.click(self.page.get_by_role("button", name=name).first)


def test_the_weekend_is_found_and_mended_with_the_console_alone(page: Page, disaster: Weekend) -> None:
    stage, person = disaster.stage, Person(page)

    person.begin("Sage is locked for two days")
    expect(page.get_by_text("Closed until")).to_be_visible()
    expect(page.get_by_text("Orders wait in the ledger until then")).to_be_visible()
    assert State.CONFIRMED not in stage.states(disaster.good)
    disaster.open_sage()
    assert stage.states(disaster.good) == {State.CONFIRMED}  # nobody had to do anything

    person.begin("an order that Sage refuses")
    person.follow("The postcode is not valid", "See the review")
    expect(page.get_by_text("Edit the field that it names").first).to_be_visible()
    person.click(page.get_by_role("button", name=re.compile("^Edit ")).first)
    page.get_by_label("Deliver to: postcode").fill("48201")
    page.get_by_label("Invoice to: postcode").fill("48201")
    person.press("Preview the changes…")
    page.get_by_label("Why").fill("the buyer called")
    person.press("Edit and send again")
    expect(page.get_by_text("1 done")).to_be_visible()
    stage.cycle(after=SETTLED)
    assert stage.state(disaster.poison) is State.CONFIRMED

    person.begin("a payment method without a mapping")
    person.follow(f"payment:{UNMAPPED}", "See the review")
    expect(page.get_by_role("heading", name=f"payment:{UNMAPPED}")).to_be_visible()
    page.get_by_label("to account").first.fill("1210")
    person.press("Map, and send the orders")
    expect(page.get_by_text("is mapped")).to_be_visible()
    eventually(page, lambda: stage.state(disaster.unmapped) is State.CONFIRMED)

    person.begin("a customer on hold")
    person.go("Reviews")  # no alert: it goes by itself once the company's people have decided
    expect(page.get_by_text("or end its hold there").first).to_be_visible()
    expect(page.get_by_text(f"account {ACCOUNT} is on hold in the company").first).to_be_visible()
    disaster.hold(False)  # what the page says has to be done in Sage
    stage.cycle("customers", after=SETTLED)
    stage.cycle(after=SETTLED)
    assert stage.state(disaster.on_hold) is State.CONFIRMED

    placed = disaster.revoke()
    person.begin("a sign-in that was revoked")
    expect(page.get_by_text("Halted since")).to_be_visible()
    person.click(page.get_by_role("link", name="Lift the halt"))
    person.press("Sign in again…")
    person.press("Begin the sign-in")
    there = page.get_by_role("button", name="Go to the sign-in page").get_attribute("href")
    person.clicks[person.trouble] += 1  # it leads to Sage, where somebody signs in
    page.get_by_label("The last address that the browser shows").fill(disaster.sign_in_at_sage(there or ""))
    person.press("Use this address")
    expect(page.get_by_text(f"{CONNECTION} is lifted")).to_be_visible()
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED

    placed = disaster.silence()
    person.begin("a company that answers nothing")
    expect(page.get_by_text("Sage cannot be reached")).to_be_visible()
    stage.mend()  # somebody starts the server again, and does not want to wait for the next cycle
    person.click(page.get_by_role("link", name=CONNECTION, exact=True))
    person.click(page.get_by_role("row", name="orders ").get_by_role("button", name="Run now"))
    eventually(page, lambda: stage.state(placed) is State.CONFIRMED)

    page.goto("/reviews")
    expect(page.get_by_text("No delivery needs a person")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("nothing needs a person")).to_be_visible()
    assert person.clicks == written_down()


def written_down() -> dict[str, int]:
    """The table of docs/console.md."""
    text = PAGE.read_text(encoding="utf-8").partition("## A weekend")[2].partition("\n## ")[0]
    return {trouble: int(clicks) for trouble, clicks in re.findall(r"(?m)^\| ([^|]+?) \| (\d+) \|", text)}
