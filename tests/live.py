"""A real server on a free port, and a real browser to visit it; fixtures for all page tests (see `conftest.py`)."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from api.app import create_app
from copilot.config import Settings
from copilot.pipeline import Copilot
from copilot.store import Cases, Database, Keys

__all__ = [
    "CHINESE",
    "ENGLISH",
    "NEEDS_CHROMIUM",
    "PHONE",
    "Site",
    "Visit",
    "brightness",
    "clipboard",
    "draft",
    "read",
    "sideways",
]

CHROMIUM = Path("/usr/bin/chromium")
expect.set_options(timeout=15_000)  # a machine with other work to do is slow, not wrong
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed: apt-get install chromium"),
]
ENGLISH = "Order A-4471 is three weeks late, nobody calls back and I will sue you in court."
CHINESE = "订单号202503031234，等了12天还没到，打了3次电话都没人管，我要起诉你们！"
PHONE = {"width": 390, "height": 844}

Visit = Callable[..., Page]


@dataclass
class Site:
    """Where it is, an agent's key, and what it has kept."""

    address: str
    secret: str
    cases: Cases

    def outcomes(self) -> list[dict[str, Any]]:
        return [o for case in self.cases.export() for s in case["suggestions"] for o in s["outcomes"]]


@contextmanager
def serving(copilot: Copilot, settings: Settings, path: Path) -> Iterator[Site]:
    with closing(Database(f"sqlite:///{path}")) as database, socket.create_server(("127.0.0.1", 0)) as listener:
        secret = Keys(database).new("Ann", "agent")[1]
        server = uvicorn.Server(uvicorn.Config(create_app(settings, copilot, database), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", secret, Cases(database))
        server.should_exit = True
        thread.join()


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(copilot: Copilot, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(copilot, settings, tmp_path_factory.mktemp("site") / "levelhead.db") as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    """The server with nothing kept."""
    for case in list(server.cases.export()):
        server.cases.delete(case["id"])
    return server


@pytest.fixture(scope="module")
def chromium(server: Site) -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Visit]:
    """Opens a page, signed in unless told otherwise; what the browser complains of fails the test."""
    opened, complaints = [], []

    def open_page(signed_in: bool = True, expects: str = "nothing", **options: Any) -> Page:
        def heard(words: str) -> None:
            if expects not in words:
                complaints.append(words)

        allowed = ["clipboard-read", "clipboard-write"]
        context = chromium.new_context(base_url=site.address, locale="en-GB", permissions=allowed, **options)
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: heard(str(error)))
        page.on("console", lambda said: heard(said.text) if said.type in ("error", "warning") else None)
        page.goto("/sign-in")
        if signed_in:
            page.fill("#access_key", site.secret)
            page.keyboard.press("Enter")
            page.wait_for_selector("#message")
            page.wait_for_load_state("load")
        return page

    yield open_page
    for context in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit()


def read(page: Page, text: str) -> None:
    """Paste and press Ctrl+Enter; the keyboard then belongs to the page."""
    page.wait_for_load_state("load")  # after a navigation the words are there before the script is
    page.fill("#message", text)
    page.focus("#message")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Control+Enter")
    expect(page.locator("#reader .primary")).to_be_enabled()
    page.wait_for_selector(".reply >> nth=2")
    page.evaluate("document.activeElement.blur()")


def draft(page: Page, number: int = 0) -> str:
    return page.locator(".draft").nth(number).input_value()


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def brightness(page: Page) -> float:
    """Of the page's background, 0 to 255."""
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3
