"""One hub and one browser for the whole folder; skipped, with the reason, where no Chromium can be had."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tidegate.console import installed

installed.install()
installed.uninstall()

from browser.served import PASSWORD, at_work, served  # noqa: E402
from integration.flows.stage import Stage  # noqa: E402
from tidegate.ledger import database  # noqa: E402

#: Where pictures of the pages go, for people who want to look at them; "" makes none.
PICTURES = os.environ.get("TIDEGATE_PICTURES", "")
NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Milliseconds for what takes moments: the suite runs on busy machines, and what fails there is the machine.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE / 4)


@pytest.fixture(scope="module")
def with_console() -> Iterator[None]:
    """Django has the console for this module only."""
    installed.install()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield
    database.close()
    installed.uninstall()


@pytest.fixture(scope="module")
def stage(with_console: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The hub behind the pages."""
    made = at_work(tmp_path_factory.mktemp("browser"))
    yield made
    made.hub.close()


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    """Where the console is served."""
    with served(stage) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or another one of this machine."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium: `make chromium` installs Debian's where apt-get may")
    # Playwright runs an event loop in this thread, which Django takes for asynchronous code
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    """A context with a session; every request to a foreign host fails the test."""
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Tide table").wait_for()
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(signed_in: BrowserContext, address: str) -> Iterator[Page]:
    """A page that complains about errors in its console and about foreign hosts."""
    found = signed_in.new_page()
    wrong: list[str] = []
    found.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(address) else None)
    yield found
    found.close()
    assert wrong == []
