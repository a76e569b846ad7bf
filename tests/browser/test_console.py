"""The real pages in a real browser: found, mended, halted, lifted; accessible and readable in every dress."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect

from browser.conftest import PATIENCE, PICTURES
from browser.served import CONNECTION, MONTH, UNMAPPED
from integration.flows.stage import Stage
from tidegate.console import accounts, installed
from tidegate.domain.states import State
from tidegate.engine import digest, month_end
from tidegate.ledger import month_ends

TEMPLATES = Path(installed.__file__).parent / "templates"
#: Bytes of a page, and of all that a browser loads for its first one.
LARGEST = 200_000
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
#: What is in order is not described: describing every element takes longer than looking at it.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,  # of style sheets, for an experimental rule that is not asked for
}
#: The rules that look at colours: all that a dark dress can break.
OF_COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
    "preload": False,
}


def pages(stage: Stage) -> dict[str, str]:
    """Every page by its name."""
    first = stage.shop.orders.all()[0]
    item = stage.delivery(first.entity_id)
    return {
        "tide-table": "/",
        "search": "/search?q=no-such-number",
        "order": f"/delivery/{item.id}",
        "queue": "/queue",
        "reviews": "/reviews",
        "mappings": "/mappings",
        "cycles": "/cycles",
        "items": "/items",
        "why-stock": f"/items/why?connection={CONNECTION}&flow=inventory&key=HUB-0001",
        "why-price": f"/items/why?connection={CONNECTION}&flow=prices&key=HUB-0001",
        "drift": "/drift",
        "parcels": "/parcels",
        "connections": "/connections",
        "shop": f"/connections/{CONNECTION}/shop",
        "connect": f"/connections/{CONNECTION}/connect",
        "connection": f"/connections/{CONNECTION}",
        "edit": f"/delivery/{stage.delivery(stage.shop.orders.all()[12].entity_id).id}/edit",
        "link": f"/delivery/{stage.delivery(stage.shop.orders.all()[12].entity_id).id}/link",
        "attempt": "/attempts/1",
        "cycle": "/cycles/1",
        "months": "/months",
        "month": f"/months/sage/{MONTH}",
        "digest": "/digest",
        "alerts": "/alerts",
        "audit": "/audit",
        "users": "/users",
        "account": "/account",
        "second-factor": "/account/2fa/totp/activate/",
        "password": "/account/password/change/",
    }


#: Templates that are parts of pages, and those of pages that another test looks at.
PARTS = {"node", "tide", "queue_rows", "queue_plot", "attempt_sent"}
ELSEWHERE = {"preview", "acted", "edit_preview", "invitation", "notice"}
#: Pages whose template has another name.
CALLED = {"home": "tide-table", "why": "why-stock"}


def test_every_template_is_looked_at(stage: Stage) -> None:
    kept = {each.stem for each in (TEMPLATES / "pages").glob("*.html")} - PARTS - ELSEWHERE
    assert {CALLED.get(name, name) for name in kept} <= set(pages(stage))


def test_every_page_is_accessible_small_and_fits_a_phone(page: Page, stage: Stage) -> None:
    """Each page is loaded once, and looked at in every dress: the dark one is to break no colour."""
    axe, found = Axe(), []
    for name, where in pages(stage).items():
        page.set_viewport_size(WIDE)
        answer = page.goto(where)
        assert answer is not None
        if len(answer.body()) > LARGEST:
            found.append(f"{name} has {len(answer.body())} bytes")
        found += complaints(axe, page, name)
    assert not found, "\n".join(found)


def complaints(axe: Axe, page: Page, name: str) -> list[str]:
    """What the rules say about a page that is there, in both themes, and what does not fit; pictures of it."""
    found = []
    for theme, rules in (("light", RULES), ("dark", OF_COLOURS)):
        # without motion a dress is on at once
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        for violation in axe.run(page, options=rules).response["violations"]:
            nodes = [
                node["html"][:120] + " " + node["failureSummary"][:160] for node in violation["nodes"][:2]
            ]
            found.append(f"{name} {theme}: {violation['id']}: {nodes}")
    for dress, size in (("desktop", WIDE), ("phone", NARROW)):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > size["width"]:
            found.append(f"{name} on a {dress} is {wide} wide")
        if PICTURES:
            take_pictures(page, f"{name}-{dress}")
    page.set_viewport_size(WIDE)
    return found


def take_pictures(page: Page, name: str) -> None:
    """In both themes."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.screenshot(path=Path(PICTURES) / f"{name}-{theme}.png", full_page=True)


def test_what_actions_show_is_accessible_too(page: Page, stage: Stage) -> None:
    """Previews and results; nothing is changed: an order that has arrived cannot be held back."""
    axe, found = Axe(), []
    page.set_viewport_size(WIDE)
    page.goto("/queue?state=confirmed&flow=orders")
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="Hold…").click()
    page.get_by_label("Why (the history shows it)").fill("asked for")
    found += complaints(axe, page, "act-preview")
    page.get_by_role("button", name="Hold", exact=True).click()
    expect(page.get_by_text("1 refused")).to_be_visible()
    found += complaints(axe, page, "acted")
    page.goto(pages(stage)["edit"])
    page.get_by_label("Invoice to: postcode").fill("LS1 1AA")
    page.get_by_role("button", name="Preview the changes…").click()
    expect(page.get_by_role("cell", name="LS1 1AA")).to_be_visible()
    found += complaints(axe, page, "edit-preview")
    assert not found, "\n".join(found)


def test_the_entrance_is_accessible_and_small(chromium: Browser, address: str, stage: Stage) -> None:
    """Before anybody is signed in: the sign-in, and a link that sets a first password; nothing is cached yet."""
    context = chromium.new_context(base_url=address, viewport=WIDE)
    page = context.new_page()
    loaded: list[Response] = []
    page.on("response", lambda response: loaded.append(response))
    axe, found = Axe(), []
    page.goto("/account/login/")
    weight = sum(len(response.body()) for response in loaded)
    token = accounts.invite(accounts.find("anna"), stage.now)
    entrances = {
        "sign-in": "/account/login/",
        "invitation": f"/invitation/{token}",
        "notice": "/invitation/nobodys",
    }
    for name, where in entrances.items():
        page.goto(where)
        found += complaints(axe, page, name)
    context.close()
    assert not found, "\n".join(found)
    assert weight < LARGEST


def test_an_order_is_found_by_keyboard(page: Page, stage: Stage) -> None:
    order = stage.shop.orders.all()[0]
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(stage.delivery(order.entity_id).target_number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(order.row["increment_id"]))
    expect(page.get_by_text("none, to the cent")).to_be_visible()


def test_times_are_the_viewers_and_keys_work(page: Page) -> None:
    page.goto("/")
    time = page.locator("time").first
    expect(time).to_have_attribute("data-local", "1")
    assert "UTC" in str(time.get_attribute("title"))
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.keyboard.press("t")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != before
    page.keyboard.press("t")
    page.evaluate("localStorage.removeItem('tidegate-theme')")


def eventually(page: Page, holds: Callable[[], bool]) -> None:
    """The cycle runs beside the browser."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come about")


def test_an_order_is_edited_and_sent_again(page: Page, stage: Stage) -> None:
    refused = stage.shop.orders.all()[12].entity_id
    page.goto("/reviews")
    page.get_by_role("link", name="1 × refused").click()
    page.get_by_role("link", name=re.compile("^Edit ")).first.click()
    page.get_by_label("Invoice to: postcode").fill("LS1 1AA")
    page.get_by_role("button", name="Preview the changes…").click()
    expect(page.get_by_role("cell", name="LS1 1AA")).to_be_visible()
    page.get_by_label("Why").fill("the buyer called")
    page.get_by_role("button", name="Edit and send again").click()
    expect(page.get_by_text("1 done")).to_be_visible()
    page.goto(f"/connections/{CONNECTION}")
    page.get_by_role("row", name="orders ", exact=False).get_by_role("button", name="Run now").first.click()
    eventually(page, lambda: stage.state(refused) is State.CONFIRMED)
    page.goto(f"/delivery/{stage.delivery(refused).id}")
    expect(page.get_by_text("Edited: these values are sent instead of Magento's")).to_be_visible()
    page.get_by_text("2 attempts").click()
    page.get_by_text("What was sent", exact=True).last.click()
    expect(page.get_by_label("What was sent").last).to_contain_text("LS1 1AA")


def test_a_mapping_is_added_and_its_orders_go(page: Page, stage: Stage) -> None:
    orders = [order.entity_id for order in stage.shop.orders.all()[13:]]
    assert State.CONFIRMED not in stage.states(orders)
    page.goto("/reviews")
    cause = page.get_by_role("heading", name=f"payment:{UNMAPPED}")
    expect(cause).to_be_visible()
    page.get_by_label("to account").first.fill("1210")
    page.get_by_role("button", name="Map, and send the orders").first.click()
    expect(page.get_by_text("is mapped")).to_be_visible()
    eventually(page, lambda: stage.states(orders) == {State.CONFIRMED})
    page.goto("/reviews")
    expect(cause).to_have_count(0)


def test_a_halt_is_made_and_lifted(page: Page) -> None:
    page.goto(f"/connections/{CONNECTION}")
    page.get_by_label("Why nothing may be sent").fill("stock-taking")
    page.get_by_role("button", name="Halt", exact=True).click()
    expect(page.get_by_text("Halted since")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("stock-taking").first).to_be_visible()
    page.get_by_role("link", name="Lift the halt").click()
    page.get_by_role("button", name="Lift the halt").click()
    expect(page.get_by_text("The halt is lifted: the next cycles send again.")).to_be_visible()
    page.goto("/audit")
    expect(page.get_by_role("cell", name="stock-taking").first).to_be_visible()


def test_the_last_day_is_read(page: Page, stage: Stage) -> None:
    page.goto("/")
    page.get_by_role("link", name="Last day", exact=True).click()
    orders = digest.digest(stage.hub, CONNECTION, stage.now)["orders"]
    expect(page.get_by_role("heading", level=2).first).to_contain_text(CONNECTION)
    pending, confirmed = orders["pending"], orders["confirmed"]
    expect(page.get_by_text(f"{pending} pending, {confirmed} confirmed").first).to_be_visible()


def test_a_month_is_compared_and_signed(page: Page, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = threading.Event()
    compared = month_end.run
    # a month of twelve orders is compared before a busy browser has asked for the page that says so
    monkeypatch.setattr(month_end, "run", lambda *asked: (seen.wait(PATIENCE / 1000), compared(*asked))[1])
    page.goto("/months")
    page.get_by_role("link", name=MONTH).click()
    expect(page.get_by_text("Nobody has signed this month.")).to_be_visible()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text(f"{MONTH} had not ended when it was run")).to_be_visible()
    stage.pass_time(timedelta(days=30))
    ((_, _, early),) = month_ends.runs()
    page.goto("/months")
    page.get_by_label("Period").fill(MONTH)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("The comparison is running")).to_be_visible()
    seen.set()
    eventually(page, lambda: [at for _, _, at in month_ends.runs()] != [early])
    page.goto(f"/months/sage/{MONTH}")
    page.get_by_label("Note").fill("closed with the books")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Signed by")).to_contain_text("anna")
    expect(page.get_by_text("no figure has changed since")).to_be_visible()
