"""The API: keys, roles, answers, batches, outcomes."""

from __future__ import annotations

import logging

import pytest
from fastapi.testclient import TestClient

from copilot.store import Cases, Database
from tests.personas import Personas

TEXT = "Order A-4471 is three weeks late and I will sue you in court."
ROUTES = [
    ("post", "/v1/suggestions", {"text": TEXT}),
    ("post", "/v1/suggestions/batch", {"items": [{"text": TEXT}]}),
    ("post", "/v1/suggestions/x/outcome", {"action": "copied"}),
    ("post", "/v1/readings", {"text": TEXT}),
    ("post", "/v1/lint", {"text": TEXT}),
]


@pytest.fixture
def agent(personas: Personas) -> TestClient:
    return personas.client("agent")


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_nobody_gets_anything_without_a_key(personas: Personas, method: str, path: str, body: object) -> None:
    answer = personas.client("nobody").request(method, path, json=body)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("header", ["Bearer lh_wrong", "Bearer ", "Basic abc", "lh_wrong", "Bearer \x7f"])
@pytest.mark.parametrize("path", ["/v1/readings", "/v1/lint"])
def test_a_wrong_key_opens_nothing(personas: Personas, header: str, path: str) -> None:
    answer = personas.client("nobody").post(path, json={"text": TEXT}, headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_key_in_an_address_opens_nothing(personas: Personas) -> None:
    secret = personas.visitor("agent").secret
    for query in (
        f"key={secret}",
        f"access_key={secret}",
        f"access_token={secret}",
        f"authorization=Bearer%20{secret}",
    ):
        assert personas.client("nobody").post(f"/v1/readings?{query}", json={"text": TEXT}).status_code == 401


def test_a_revoked_key_opens_nothing_from_that_moment(personas: Personas, agent: TestClient) -> None:
    assert agent.post("/v1/lint", json={"text": "ok"}).status_code == 200
    personas.keys.revoke(personas.key("agent").id)
    assert agent.post("/v1/lint", json={"text": "ok"}).status_code == 401


def test_a_suggestion_is_answered_and_kept(agent: TestClient, database: Database) -> None:
    answer = agent.post("/v1/suggestions", json={"id": "ticket-1", "text": TEXT, "channel": "email"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == "ticket-1"
    assert [reply["style"] for reply in body["replies"]] == ["brief", "warm", "firm"]
    (kept,) = Cases(database).export()
    assert kept["external_id"] == "ticket-1"
    assert kept["suggestions"][0]["id"] == body["suggestion_id"]


@pytest.mark.parametrize("path", ["/v1/readings", "/v1/lint"])
def test_readings_and_checks_keep_nothing(agent: TestClient, database: Database, path: str) -> None:
    assert agent.post(path, json={"text": TEXT}).status_code == 200
    assert list(Cases(database).export()) == []


def test_a_check_shows_where_and_what_instead(agent: TestClient) -> None:
    draft = "😀 I don't know."
    answer = agent.post("/v1/lint", json={"id": "d", "text": draft}).json()
    assert answer["id"] == "d"
    finding = answer["findings"][0]
    assert draft[finding["start"] : finding["end"]] == finding["text"]
    assert finding["suggestion"]


@pytest.mark.parametrize(("header", "start"), [("en", "Handoff note"), ("zh", "交接单"), (None, "Handoff note")])
def test_advice_comes_in_the_language_asked_for(agent: TestClient, header: str | None, start: str) -> None:
    headers = {"Levelhead-Locale": header} if header else {}
    assert agent.post("/v1/suggestions", json={"text": TEXT}, headers=headers).json()["handoff"].startswith(start)


def test_a_batch_is_answered_in_order(agent: TestClient, database: Database) -> None:
    items = [{"id": str(n), "text": text} for n, text in enumerate([TEXT, "我要退款", "Thank you!"])]
    answer = agent.post("/v1/suggestions/batch", json={"items": items})
    assert [item["id"] for item in answer.json()["items"]] == ["0", "1", "2"]
    assert len(list(Cases(database).export())) == 3


@pytest.mark.parametrize("items", [[], [{"text": "a"}] * 51])
def test_a_batch_has_one_to_fifty_messages(agent: TestClient, items: list[object]) -> None:
    assert agent.post("/v1/suggestions/batch", json={"items": items}).status_code == 422


def test_a_batch_with_one_bad_message_keeps_nothing(agent: TestClient, database: Database) -> None:
    answer = agent.post("/v1/suggestions/batch", json={"items": [{"text": TEXT}, {"text": "  "}]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith("text")
    assert list(Cases(database).export()) == []


def test_a_bad_message_of_a_batch_names_itself(agent: TestClient) -> None:
    answer = agent.post("/v1/suggestions/batch", json={"items": [{"text": TEXT}, {"text": "  "}]})
    assert answer.json()["errors"][0]["field"] == "items.1.text"


@pytest.fixture
def suggestion_id(agent: TestClient) -> str:
    return str(agent.post("/v1/suggestions", json={"text": TEXT}).json()["suggestion_id"])


@pytest.mark.parametrize(
    "body",
    [
        {"action": "copied", "style": "brief"},
        {"action": "edited", "style": "warm", "text": "Dear Ann"},
        {"action": "sent"},
        {"action": "rejected", "reason": "tone: too cold"},
        {"action": "stance_corrected", "type": "loyalist"},
    ],
)
def test_what_became_of_a_suggestion_is_kept(
    agent: TestClient, database: Database, suggestion_id: str, body: dict[str, str]
) -> None:
    answer = agent.post(f"/v1/suggestions/{suggestion_id}/outcome", json=body)
    assert answer.status_code == 201
    assert answer.json()["outcome_id"]
    (kept,) = Cases(database).export()
    (outcome,) = kept["suggestions"][0]["outcomes"]
    assert {name: outcome[name] for name in body} == body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "liked"}, "action"),
        ({}, "action"),
        ({"action": "copied", "style": "rude"}, "style"),
        ({"action": "stance_corrected"}, "type"),
        ({"action": "stance_corrected", "type": "angry"}, "type"),
        ({"action": "edited", "text": "a" * 20_001}, "text"),
        ({"action": "copied", "who": "me"}, "who"),
    ],
)
def test_a_bad_outcome_names_its_field(agent: TestClient, suggestion_id: str, body: dict[str, str], field: str) -> None:
    answer = agent.post(f"/v1/suggestions/{suggestion_id}/outcome", json=body)
    assert answer.status_code == 422
    assert field in answer.json()["detail"]


@pytest.mark.parametrize(
    ("who", "status"), [("agent", 201), ("agent-2", 403), ("trainer", 201), ("supervisor", 201), ("admin", 201)]
)
def test_an_agent_tells_only_of_their_own_suggestions(
    personas: Personas, suggestion_id: str, who: str, status: int
) -> None:
    answer = personas.client(who).post(f"/v1/suggestions/{suggestion_id}/outcome", json={"action": "copied"})
    assert answer.status_code == status


def test_an_unknown_suggestion_has_no_outcome(agent: TestClient) -> None:
    assert agent.post("/v1/suggestions/nothing/outcome", json={"action": "copied"}).status_code == 404


def test_the_server_is_alive_and_ready_without_a_key(personas: Personas) -> None:
    nobody = personas.client("nobody")
    assert nobody.get("/healthz").json()["status"] == "ok"
    ready = nobody.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["cards"] > 50


def test_a_server_without_its_database_is_alive_and_not_ready(personas: Personas, database: Database) -> None:
    path = database.engine.url.database
    assert path
    database.close()
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"no database any more" * 400)
    nobody = personas.client("nobody")
    assert nobody.get("/healthz").status_code == 200
    assert nobody.get("/readyz").status_code == 503
    failed = personas.client("nobody", raise_server_exceptions=False).post(
        "/v1/readings", json={"text": TEXT}, headers={"Authorization": "Bearer lh_x"}
    )
    assert failed.status_code == 503
    assert failed.headers["content-type"] == "application/problem+json"


def test_the_log_names_the_request_and_no_word_of_the_customer(
    agent: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    agent.post("/v1/suggestions?note=Zebulon", json={"text": "Zebulon here, order Q-99817 is late", "id": "Zebulon"})
    agent.post("/v1/suggestions", content=b'{"text": "Zebulon \\ud83d", "extra": "Zebulon"}')
    agent.post("/v1/lint", json={"text": "Zebulon, I don't know."})
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("levelhead")]
    assert any("POST /v1/suggestions 200" in line for line in ours)
    assert "Zebulon" not in "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))
    assert "Q-99817" not in caplog.text
    assert "lh_" not in caplog.text
