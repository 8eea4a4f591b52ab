"""The console with a language model: first the playbook's replies, then the model's; an agent's work is never lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from copilot.config import Settings
from copilot.embed import BundledEncoder
from copilot.net.session import BundledNetwork
from copilot.pipeline import Copilot
from tests.live import ENGLISH, NEEDS_CHROMIUM, Site, Visit, draft, read, serving
from tests.llm_server import Behaviour, Exchange, LlmServer, answer, status

pytestmark = NEEDS_CHROMIUM

GOOD = "A parcel three weeks late and nobody on the phone: you should not have to chase us. I am looking into it."
DRAFTS = json.dumps(dict.fromkeys(("brief", "warm", "firm"), GOOD))


@pytest.fixture(scope="module")
def model() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


@pytest.fixture(scope="module")
def server(
    copilot: Copilot,
    settings: Settings,
    encoder: BundledEncoder,
    network: BundledNetwork,
    model: LlmServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEVELHEAD_LLM_BASE_URL", model.url)
        patch.setenv("LEVELHEAD_LLM_MODEL", "test-model")
        patch.setenv("LEVELHEAD_LLM_FIRST_SIGN", "8")
        writing = Copilot.build(settings, encoder=encoder, network=network)
    with serving(writing, settings, tmp_path_factory.mktemp("site") / "levelhead.db") as site:
        yield site


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit()


class Gate:
    """Answers when it is told to."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._open, self._behaviour = threading.Event(), behaviour

    def open(self) -> None:
        self._open.set()

    def __call__(self, exchange: Exchange) -> None:
        self._open.wait(8)
        self._behaviour(exchange)


def test_the_playbook_answers_at_once_and_the_model_takes_its_place(page: Page, model: LlmServer) -> None:
    gate = Gate(answer(DRAFTS))
    model.script(gate)
    read(page, ENGLISH)
    expect(page.locator(".drafting")).to_contain_text("ready to use")
    assert draft(page)
    assert draft(page) != GOOD
    gate.open()
    expect(page.locator(".draft").first).to_have_value(GOOD)
    expect(page.locator(".drafting")).to_have_count(0)
    expect(page.get_by_text("Written with test-model")).to_be_visible()


def test_a_reply_that_the_agent_works_on_stays(page: Page, model: LlmServer) -> None:
    gate = Gate(answer(DRAFTS))
    model.script(gate)
    read(page, ENGLISH)
    page.locator(".draft").nth(1).fill("My own words.")
    gate.open()
    offer = page.get_by_role("button", name="Show the language model's replies")
    expect(offer).to_be_visible()
    assert draft(page, 1) == "My own words."
    offer.click()
    expect(page.locator(".draft").nth(1)).to_have_value(GOOD)


def test_when_the_model_fails_the_playbook_stays_and_says_why(page: Page, model: LlmServer) -> None:
    model.script(status(500), status(500))
    read(page, ENGLISH)
    expect(page.get_by_text("the language model's server has a fault")).to_be_visible()
    assert draft(page)
    assert draft(page) != GOOD
