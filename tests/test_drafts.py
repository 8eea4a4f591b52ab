"""A language model behind API and console: asked over real HTTP, never waited for in vain, nothing personal sent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from api.app import create_app
from copilot.config import Settings
from copilot.embed import BundledEncoder
from copilot.net.session import BundledNetwork
from copilot.pipeline import Copilot
from copilot.store import Database
from tests.fakes import Run
from tests.llm_server import LlmServer, answer, cut, endless, hang, pieces, status
from tests.personas import Personas

TEXT = "My kettle leaks and nobody calls me back. I am on +44 20 7946 0958 and this is shameful."
GOOD = "A kettle that leaks is not what you paid for, and you should not have to chase us. I am looking into it."
DRAFTS = json.dumps(dict.fromkeys(("brief", "warm", "firm"), GOOD))
Connect = Callable[..., Copilot]


@pytest.fixture
def connected(
    copilot: Copilot,
    settings: Settings,
    encoder: BundledEncoder,
    network: BundledNetwork,
    llm_server: LlmServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Connect:
    """The real copilot with the test server for a model: `connected(TIMEOUT="0.6")`."""

    def build(**variables: str) -> Copilot:
        for name, value in {"BASE_URL": llm_server.url, "MODEL": "test-model", **variables}.items():
            monkeypatch.setenv(f"LEVELHEAD_LLM_{name}", value)
        return Copilot.build(settings, encoder=encoder, network=network)

    return build


@pytest.fixture
def app(connected: Connect, settings: Settings, database: Database) -> FastAPI:
    return create_app(settings, connected(FIRST_SIGN="8"), database)


@pytest.fixture
def personas(app: FastAPI, database: Database) -> Personas:
    return Personas(app, database)


def suggest(personas: Personas, text: str = TEXT) -> dict[str, Any]:
    response = personas.client("agent").post("/v1/suggestions", json={"text": text, "channel": "chat"})
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


def test_the_api_answers_with_the_models_replies(personas: Personas, llm_server: LlmServer) -> None:
    llm_server.script(answer(DRAFTS))
    made = suggest(personas)
    assert [reply["text"] for reply in made["replies"]] == [GOOD] * 3
    assert made["generated_by"] == "llm:test-model"
    assert made["generation"]["prompt"].startswith("replies@")
    assert "7946" not in json.dumps([request.body for request in llm_server.requests])


def test_how_it_was_made_is_kept_with_the_suggestion(personas: Personas, llm_server: LlmServer, app: FastAPI) -> None:
    llm_server.script(answer(DRAFTS))
    suggest(personas)
    (case,) = app.state.server.cases.export()
    (kept,) = case["suggestions"]
    assert kept["suggestion"]["generation"]["model"] == "test-model"
    assert kept["suggestion"]["generation"]["verdicts"] == dict.fromkeys(("brief", "warm", "firm"), "passed")


def test_a_batch_is_answered_from_the_playbooks_alone(personas: Personas, llm_server: LlmServer) -> None:
    body = {"items": [{"text": TEXT}, {"text": "The lid is broken."}]}
    answers = personas.client("agent").post("/v1/suggestions/batch", json=body).json()["items"]
    assert {item["generated_by"] for item in answers} == {"playbook"}
    assert not llm_server.requests


@pytest.mark.parametrize(
    "fault",
    [hang, endless, cut("{"), status(500), status(401), status(404), status(429), answer(""), answer("No JSON here.")],
    ids=lambda fault: getattr(fault, "__name__", "fault"),
)
def test_whatever_goes_wrong_the_playbook_answers_in_time(
    connected: Connect, settings: Settings, database: Database, llm_server: LlmServer, fault: Any
) -> None:
    personas = Personas(create_app(settings, connected(TIMEOUT="1", FIRST_SIGN="0.5"), database), database)
    llm_server.script(fault, fault)
    client = personas.client("agent")
    started = time.monotonic()
    made = client.post("/v1/suggestions", json={"text": TEXT}).json()
    assert time.monotonic() - started < 6, "the deadline, our own reading, and a slow machine"
    assert made["generated_by"] == "playbook"
    assert all(reply["text"] for reply in made["replies"])
    assert len(made["notices"]) >= 1


def test_the_console_shows_the_playbook_first_and_then_asks(personas: Personas, llm_server: LlmServer) -> None:
    visitor = personas.visitor("agent")
    page = visitor.read(TEXT).text
    assert not llm_server.requests
    address = page.split('data-drafts="')[1].split('"')[0]
    llm_server.script(answer(DRAFTS))
    drafted = visitor.send(address).text
    assert drafted.count(GOOD) >= 3
    assert "data-drafts" not in drafted, "it is asked once"
    assert personas.visitor("agent-2").send(address).status_code == 403


def test_without_a_model_nothing_is_asked(copilot: Copilot, settings: Settings, database: Database) -> None:
    visitor = Personas(create_app(settings, copilot, database), database).visitor("agent")
    assert "data-drafts" not in visitor.read(TEXT).text


def test_what_the_model_writes_is_escaped(personas: Personas, llm_server: LlmServer) -> None:
    evil = json.dumps(dict.fromkeys(("brief", "warm", "firm"), "<script>alert(1)</script> Sorry."))
    llm_server.script(answer(evil), answer(evil))
    visitor = personas.visitor("agent")
    address = visitor.read(TEXT).text.split('data-drafts="')[1].split('"')[0]
    assert "<script>alert" not in visitor.send(address).text


def test_the_command_line_writes_with_it_too(
    connected: Connect, llm_server: LlmServer, levelhead: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = connected()
    monkeypatch.setattr("copilot.cli.messages.build", lambda: made)
    llm_server.script(pieces(*DRAFTS))
    assert GOOD in levelhead("suggest", TEXT).out


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield
