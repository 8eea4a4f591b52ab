"""The contract with programs, version 1: exactly these names, these types, these nulls."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from copilot.contract import CaseIn, LintIn, LintOut, SuggestionOut, as_input_error
from copilot.pipeline import Copilot
from copilot.types import Case
from tests.personas import Personas
from tests.samples import CASES, CRISES

STR, INT, NUM, BOOL = "string", "integer", "number", "boolean"
EVIDENCE = {"start": INT, "end": INT, "text": STR, "why": STR}
FINDING: dict[str, Any] = {
    "start": INT,
    "end": INT,
    "text": STR,
    "kind": STR,
    "severity": STR,
    "message": STR,
    "suggestion": STR,
}
FINDING |= {"card": STR, "edit": ({"start": INT, "end": INT, "text": STR}, None)}
GENERATION = {
    "model": STR,
    "prompt": STR,
    "input_tokens": INT,
    "output_tokens": INT,
    "cost": (NUM, None),
    "milliseconds": INT,
    "verdicts": {"*": STR},
}
READING = {
    "version": STR,
    "id": (STR, None),
    "language": STR,
    "script": (STR, None),
    "customer": {"type": STR, "confidence": NUM, "probabilities": {"*": NUM}, "evidence": [EVIDENCE]},
    "heat": {"level": INT, "score": NUM},
    "flags": [
        {
            "code": STR,
            "confidence": NUM,
            "evidence": [EVIDENCE],
            "source": STR,
            "next_step": STR,
            "route_to": (STR, None),
        }
    ],
    "escalation": {
        "needed": BOOL,
        "score": NUM,
        "urgency": STR,
        "reasons": [STR],
        "route_to": [STR],
        "respond_within_minutes": (INT, None),
    },
    "notices": [STR],
}
SUGGESTION = READING | {
    "suggestion_id": (STR, None),
    "replies": [{"style": STR, "text": STR, "cards": [STR], "blanks": [STR], "findings": [FINDING]}],
    "guidance": {
        "steps": [{"text": STR, "card": STR}],
        "say": [{"text": STR, "card": STR}],
        "dont_say": [{"text": STR, "instead": STR, "card": STR}],
        "ask": [{"text": STR, "card": STR}],
    },
    "facts": [{"slot": STR, "value": STR, "start": INT, "end": INT}],
    "handoff": STR,
    "cards": [STR],
    "generated_by": STR,
    "generation": (GENERATION, None),
}
TYPES: dict[Any, Any] = {STR: str, INT: int, NUM: (int, float), BOOL: bool, None: type(None)}


def mismatch(value: Any, shape: Any, where: str = "") -> list[str]:
    """Where a JSON value is not of a shape; extra and missing names count."""
    if isinstance(shape, tuple):
        fits = any(not mismatch(value, option) for option in shape)
        return [] if fits else [f"{where}: {value!r} is none of {shape}"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where}: no list"]
        return [fault for n, item in enumerate(value) for fault in mismatch(item, shape[0], f"{where}.{n}")]
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where}: no object"]
        wanted = dict.fromkeys(value, shape["*"]) if "*" in shape else shape
        names = [f"{where}: {name} is missing or unknown" for name in sorted(set(value) ^ set(wanted))]
        return names + [
            f for name in wanted if name in value for f in mismatch(value[name], wanted[name], f"{where}.{name}")
        ]
    fits = isinstance(value, TYPES[shape]) and (shape == BOOL or not isinstance(value, bool))
    return [] if fits else [f"{where}: {value!r} is no {shape}"]


@pytest.mark.parametrize("case", CASES + CRISES, ids=lambda case: case.text[:20])
def test_an_answer_has_exactly_the_fields_of_the_contract(copilot: Copilot, case: Case) -> None:
    answer = SuggestionOut.of(copilot.suggest(case)).model_dump(mode="json")
    assert mismatch(answer, SUGGESTION) == []
    assert answer["version"] == "1"
    assert answer["suggestion_id"] is None
    assert answer["language"] in ("zh", "en")
    assert answer["script"] in (("Hans", "Hant") if answer["language"] == "zh" else ("Hans", "Hant", None))
    assert answer["customer"]["type"] in ("hater", "critic", "loyalist", "enthusiast", "ordinary")
    assert set(answer["customer"]["probabilities"]) == {"hater", "critic", "loyalist", "enthusiast", "ordinary"}
    assert answer["escalation"]["urgency"] in ("none", "soon", "now")
    assert (answer["escalation"]["respond_within_minutes"] is None) == (not answer["escalation"]["needed"])
    assert [reply["style"] for reply in answer["replies"]] == ["brief", "warm", "firm"]
    assert answer["generated_by"] == "playbook"
    routes = {"legal", "pr", "safety", "crisis", "privacy", "fraud", "billing", "supervisor", "retention"}
    assert set(answer["escalation"]["route_to"]) | {flag["route_to"] for flag in answer["flags"]} <= routes | {None}


@pytest.mark.parametrize("case", CASES[::4], ids=lambda case: case.text[:20])
def test_a_reading_is_a_suggestion_without_replies_and_guidance(personas: Personas, case: Case) -> None:
    request = {"id": "x", "text": case.text, "channel": case.channel}
    api = personas.client("agent")
    reading, suggestion = (api.post(f"/v1/{path}", json=request).json() for path in ("readings", "suggestions"))
    assert mismatch(reading, READING) == []
    assert mismatch(suggestion, SUGGESTION) == []
    assert reading["id"] == "x"
    assert {name: suggestion[name] for name in READING if name != "notices"} == {
        name: reading[name] for name in READING if name != "notices"
    }


def test_a_finding_has_exactly_the_fields_of_the_contract(copilot: Copilot) -> None:
    answer = LintOut.of("a", copilot.review("I don't know.", "Where is my parcel? Three weeks!")).model_dump(
        mode="json"
    )
    assert set(answer) == {"id", "findings", "tension"}
    assert mismatch(answer["findings"], [FINDING]) == []
    assert -1 <= answer["tension"]["score"] <= 1
    assert all(set(i) == {"code", "effect", "text"} for i in answer["tension"]["influences"])
    assert answer["id"] == "a"
    assert answer["findings"]


def test_the_least_request_is_a_text() -> None:
    case = CaseIn.model_validate({"text": "hello"}).case()
    assert (case.text, case.id, case.channel, case.conversation) == ("hello", None, None, ())
    assert case.history.contacts == ()


def test_the_fullest_request_is_taken_whole() -> None:
    case = CaseIn.model_validate_json(
        """{"id": "t-1", "text": "hello", "channel": "email",
            "conversation": [{"role": "agent", "text": "we ring you", "at": "2026-01-02T03:04:05"}],
            "history": {"contacts": [{"at": "2026-01-01T00:00:00+08:00", "text": "late", "resolved": false}],
                        "tenure_days": 12, "tier": "vip"}}"""
    ).case()
    assert (case.id, case.channel) == ("t-1", "email")
    assert case.conversation[0].role == "agent"
    assert case.conversation[0].at is not None
    assert case.conversation[0].at.utcoffset() is not None, "a time without a zone is taken for UTC"
    assert (case.history.tenure_days, case.history.tier) == (12, "vip")
    assert not case.history.contacts[0].resolved


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"text": "a", "txet": "b"}, "txet"),
        ({"text": "a", "channel": "fax"}, "channel"),
        ({"text": "a", "id": "x" * 201}, "id"),
        ({"text": "a" * 50_001}, "text"),
        ({"text": "a", "conversation": [{"role": "bot", "text": "b"}]}, "conversation.0.role"),
        ({"text": "a", "conversation": "b"}, "conversation"),
        ({"text": "a", "history": {"tier": "gold"}}, "history.tier"),
        ({"text": "a", "history": {"tenure_days": -1}}, "history.tenure_days"),
        ({"text": "a", "history": {"contacts": [{"text": "b", "resolved": True}]}}, "history.contacts.0.at"),
        ({"text": "half \ud83d"}, "text"),
    ],
)
def test_a_bad_request_names_its_field(request_: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CaseIn.model_validate(request_)
    fault = as_input_error(caught.value)
    assert fault.field == field
    assert fault.message


@pytest.mark.parametrize("request_", [{"text": "a"}, {"text": "a", "id": "x", "customer_text": "b"}])
def test_a_draft_may_come_with_what_it_answers(request_: dict[str, Any]) -> None:
    assert LintIn.model_validate(request_).text == "a"
