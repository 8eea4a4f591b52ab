"""The OpenAPI document: valid, complete, and true."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from tests.personas import Personas

PATHS = {
    "/healthz": {"get"},
    "/readyz": {"get"},
    "/v1/suggestions": {"post"},
    "/v1/suggestions/batch": {"post"},
    "/v1/suggestions/{suggestion_id}/outcome": {"post"},
    "/v1/readings": {"post"},
    "/v1/lint": {"post"},
}


@pytest.fixture
def agent(personas: Personas) -> TestClient:
    return personas.client("agent")


@pytest.fixture
def document(agent: TestClient) -> dict[str, Any]:
    return dict(agent.get("/v1/openapi.json").json())


def resolved(node: Any, root: dict[str, Any]) -> Any:
    """A schema with its references filled in, so that it stands alone."""
    if isinstance(node, dict):
        if "$ref" in node:
            target: Any = root
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            return resolved(target, root)
        return {key: resolved(value, root) for key, value in node.items()}
    return [resolved(item, root) for item in node] if isinstance(node, list) else node


def schemas(document: dict[str, Any], media_type: str) -> list[Any]:
    """The schemas of all requests and answers of one media type."""
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    bodies = [body for o in operations for body in (o.get("requestBody", {}), *o["responses"].values())]
    return [body["content"][media_type]["schema"] for body in bodies if media_type in body.get("content", {})]


def test_every_route_is_listed_and_no_page(document: dict[str, Any]) -> None:
    listed = {path: set(methods) for path, methods in document["paths"].items()}
    assert {path: listed.get(path) for path in PATHS} == PATHS
    assert all(path.startswith("/v1/") or path in PATHS for path in listed), "pages are no part of the API"


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json"])
def test_every_schema_is_valid_and_every_reference_leads_somewhere(document: dict[str, Any], kind: str) -> None:
    assert document["openapi"].startswith("3.1")
    found = schemas(document, kind)
    assert found
    for schema in found:
        jsonschema.Draft202012Validator.check_schema(resolved(schema, document))


def test_every_route_documents_its_failures_and_itself(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation.get("description"), path
            if path.startswith("/v1/"):
                assert {"401", "413", "422"} <= set(operation["responses"]), path
                for status, response in operation["responses"].items():
                    wanted = "application/json" if status.startswith("2") else "application/problem+json"
                    assert wanted in response["content"], f"{path} {status}"


def test_operations_are_told_apart(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(set(ids)) == len(ids)


def test_the_key_is_a_bearer_token_in_a_header(document: dict[str, Any]) -> None:
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert document["paths"]["/v1/suggestions"]["post"]["security"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/suggestions", {"text": "Order A-4471 is late, I will sue you.", "channel": "email"}),
        ("/v1/suggestions", {"text": "我要起诉你们"}),
        ("/v1/suggestions/batch", {"items": [{"text": "hello"}, {"text": "谢谢"}]}),
        ("/v1/readings", {"text": "I want to kill myself"}),
        ("/v1/lint", {"text": "I don't know."}),
    ],
)
def test_answers_keep_to_the_document(
    agent: TestClient, document: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    operation = document["paths"][path]["post"]
    request = resolved(operation["requestBody"]["content"]["application/json"]["schema"], document)
    jsonschema.validate(body, request)
    answer = agent.post(path, json=body)
    response = resolved(operation["responses"]["200"]["content"]["application/json"]["schema"], document)
    jsonschema.validate(answer.json(), response)


def test_a_problem_keeps_to_the_document(agent: TestClient, document: dict[str, Any]) -> None:
    operation = document["paths"]["/v1/readings"]["post"]
    schema = resolved(operation["responses"]["422"]["content"]["application/problem+json"]["schema"], document)
    jsonschema.validate(agent.post("/v1/readings", json={}).json(), schema)


def test_the_examples_of_the_document_work(agent: TestClient, document: dict[str, Any]) -> None:
    examples = [
        (name, example)
        for name, schema in document["components"]["schemas"].items()
        for example in schema.get("examples", [])
    ]
    assert examples
    for name, example in examples:
        assert name == "CaseIn"
        assert agent.post("/v1/suggestions", json=example).status_code == 200
