"""Every failure is a problem document that says what to mend and repeats nothing of what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.personas import HOST, Personas

GOOD = b'{"text": "hello"}'


@pytest.fixture
def agent(personas: Personas) -> TestClient:
    return personas.client("agent")


def check(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert all(set(fault) == {"field", "message"} for fault in body["errors"])
    return body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/static/nothing.js", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e/app.py", 404),
        ("GET", "/v1/suggestions", 405),
        ("DELETE", "/v1/lint", 405),
        ("PUT", "/healthz", 405),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
    ],
)
def test_a_wrong_address_or_method_is_a_problem(agent: TestClient, method: str, path: str, status: int) -> None:
    check(agent.request(method, path), status)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b"\xff\xfe",
        b"\x00",
        b'{"text": "a"',
        b"[" * 50_000,
        b"{'text': 1}",
    ],
)
def test_a_body_that_is_no_request_is_a_problem(agent: TestClient, body: bytes) -> None:
    answer = agent.post("/v1/readings", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    check(answer, answer.status_code)


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "\\ud83d"}',
        b'{"text": "a", "id": "\\ud83d"}',
        b'{"text": "a", "\\ud83d": 1}',
        b'{"text": "a", "conversation": [{"role": "customer", "text": "\\udfff"}]}',
        b'{"text": "a", "channel": "\\ud83d"}',
        b'{"text": "\\u0000PNG"}',
        b'{"text": ' + b"9" * 5000 + b"}",
        b'{"text": 1e999}',
        b'{"text": NaN}',
    ],
    ids=["text", "id", "name", "turn", "channel", "nul", "digits", "infinite", "nan"],
)
def test_half_characters_and_odd_numbers_are_a_problem(personas: Personas, body: bytes) -> None:
    http = personas.client("agent", raise_server_exceptions=False)
    for path in ("/v1/readings", "/v1/suggestions"):
        answer = http.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), answer.text
        check(answer, answer.status_code)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_type_is_a_problem(agent: TestClient, content_type: str) -> None:
    answer = agent.post("/v1/readings", content=GOOD, headers={"Content-Type": content_type})
    assert answer.status_code in (400, 415, 422)
    check(answer, answer.status_code)


def test_a_declared_body_over_a_megabyte_is_refused(agent: TestClient) -> None:
    body = b'{"text": "' + b"a" * 1_000_001 + b'"}'
    problem = check(agent.post("/v1/readings", content=body, headers={"Content-Type": "application/json"}), 413)
    assert "1,000,000" in problem["detail"]


def test_a_body_that_declares_nothing_is_refused_once_it_is_too_large(agent: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(12):
            yield b"a" * 100_000

    check(agent.post("/v1/readings", content=chunks(), headers={"Content-Type": "application/json"}), 413)


def test_a_body_in_pieces_is_read_whole(agent: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        yield GOOD[:5]
        yield GOOD[5:]

    answer = agent.post("/v1/readings", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


@pytest.mark.parametrize("length", ["-1", "abc", "1e3"])
def test_a_length_that_is_none_is_refused(agent: TestClient, length: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": length}
    check(agent.post("/v1/readings", content=GOOD, headers=headers), 413)


def test_the_longest_message_is_taken_and_one_more_character_is_not(agent: TestClient) -> None:
    assert agent.post("/v1/readings", json={"text": "退款。" + "好" * 49_997}).status_code == 200
    assert check(agent.post("/v1/readings", json={"text": "好" * 50_001}), 422)["errors"][0]["field"] == "text"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "a", "channel": "fax"}, "channel"),
        ({"text": "a", "txet": "b"}, "txet"),
        ({"text": "a", "history": {"tier": "gold"}}, "history.tier"),
        ({"text": "a", "conversation": [{"role": "bot", "text": "b"}]}, "conversation.0.role"),
    ],
)
def test_a_bad_field_is_named(agent: TestClient, body: object, field: str) -> None:
    problem = check(agent.post("/v1/suggestions", json=body), 422)
    assert field in [fault["field"] for fault in problem["errors"]]
    assert field in problem["detail"]


def test_what_was_sent_is_not_repeated(agent: TestClient) -> None:
    marked = "Zebulon4711"
    for body in ({"text": marked, "channel": marked}, {"text": {"a": marked}}, {"text": marked, "id": [marked]}):
        assert marked not in agent.post("/v1/suggestions", json=body).text


@pytest.mark.parametrize("header", ["fr", "", "en-GB", "x" * 5000])
def test_an_unknown_locale_is_a_problem(agent: TestClient, header: str) -> None:
    check(agent.post("/v1/readings", content=GOOD, headers={"Levelhead-Locale": header}), 422)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.example:80", "10.0.0.1"])
def test_another_host_name_is_refused(app: FastAPI, host: str) -> None:
    answer = TestClient(app, base_url=HOST).get("/healthz", headers={"Host": host})
    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:9000"])
def test_our_own_host_names_are_answered(app: FastAPI, host: str) -> None:
    assert TestClient(app, base_url=HOST).get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["[::1]", "[::1]:8080"])
def test_our_own_address_of_the_new_kind_is_answered(app: FastAPI, host: str) -> None:
    assert TestClient(app, base_url=HOST).get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/healthz", "/v1/nothing", "/static/console.js", "/v1/openapi.json"])
def test_every_answer_carries_the_headers_that_keep_pages_safe(personas: Personas, path: str) -> None:
    headers = personas.client("nobody").get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/playbooks"])
def test_pages_are_not_kept_by_browsers(personas: Personas, path: str) -> None:
    assert personas.visitor("agent").get(path).headers["cache-control"] == "no-store"


def test_a_fault_of_ours_tells_nothing_of_the_request(
    app: FastAPI, personas: Personas, caplog: pytest.LogCaptureFixture
) -> None:
    @app.post("/v1/broken")
    def broken() -> None:
        raise RuntimeError("Zebulon4711")

    answer = personas.client("agent", raise_server_exceptions=False).post("/v1/broken")
    problem = check(answer, 500)
    assert "Zebulon4711" not in answer.text
    assert "nothing was saved" in problem["detail"]
    ours = [r for r in caplog.records if r.name.startswith("levelhead")]
    assert any("RuntimeError" in r.getMessage() for r in ours)
    assert all("Zebulon4711" not in r.getMessage() for r in ours)
