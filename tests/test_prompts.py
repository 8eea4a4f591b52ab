"""Prompts: every template uses its context and nothing else, and nobody's words can leave their fence."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError, meta

from copilot.config import shipped
from copilot.prompts import (
    CasePrompt,
    Draft,
    Objection,
    Prompt,
    Prompts,
    RepairPrompt,
    RepliesPrompt,
    Said,
    fence,
)

ROOT = shipped("prompts")
PROMPTS = Prompts(ROOT)
REPLIES = RepliesPrompt(
    stance="Specific complaint",
    stance_why="Often right.",
    heat="angry",
    flags=["Take it to the legal team."],
    escalated=True,
    route_team="our legal team",
    next_contact="within one hour",
    language="en",
    script=None,
    cantonese=False,
    channel="email",
    limit=900,
    company="Acme",
    blank="[[when]]",
    refund_up_to={"USD": 30.0},
    replacement=True,
    allowed_phrases=["free of charge"],
    steps=["List every point."],
    say=["You raise three points."],
    never=["Calm down."],
    drafts=[Draft("brief", "I have your letter.")],
    fence="#1#",
    pushes_back=True,
)
CASE = CasePrompt([Said("agent", "We will call you.")], "Nobody called.", "#1#")
REPAIR = RepairPrompt([Objection("warm", "we refund $500", "500 is not known.")])
EVERY = pytest.mark.parametrize("prompt", [REPLIES, CASE, REPAIR], ids=lambda p: p.template)


@EVERY
def test_a_template_uses_its_context_and_nothing_else(prompt: Prompt) -> None:
    source = (ROOT / prompt.template).read_text(encoding="utf-8")
    used = meta.find_undeclared_variables(Environment().parse(source))
    assert used == {field.name for field in fields(prompt)}


def test_every_template_is_one_of_ours() -> None:
    assert {path.name for path in ROOT.glob("*.j2")} == {p.template for p in (REPLIES, CASE, REPAIR)}


@EVERY
def test_what_it_is_given_is_in_it(prompt: Prompt) -> None:
    text = PROMPTS.render(prompt)
    for field in fields(prompt):
        value = getattr(prompt, field.name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and field.name not in ("language", "script"):
                assert item in text, field.name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"language": "zh", "script": "Hans"}, "Shanghai"),
        ({"language": "zh", "script": "Hant"}, "Taipei"),
        ({"language": "zh", "script": "Hant", "cantonese": True}, "Hong Kong"),
        ({"refund_up_to": {}, "replacement": False, "allowed_phrases": []}, "Promise nothing : no refund"),
        ({"pushes_back": False}, "no push-back"),
    ],
)
def test_it_fits_the_case(change: dict[str, object], said: str) -> None:
    text = PROMPTS.render(replace(REPLIES, **change))  # type: ignore[arg-type]
    assert said.replace(" :", ":") in text


def test_a_name_that_is_missing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "case.j2").write_text("{{ nothing }}", encoding="utf-8")
    with pytest.raises(UndefinedError):
        Prompts(tmp_path).render(CASE)


def test_a_changed_template_has_another_version(tmp_path: Path) -> None:
    (tmp_path / "case.j2").write_text("one", encoding="utf-8")
    before = Prompts(tmp_path).version(CASE)
    (tmp_path / "case.j2").write_text("two", encoding="utf-8")
    assert Prompts(tmp_path).version(CASE) != before
    assert before.startswith("case@")


@given(st.text(max_size=300) | st.sampled_from(["#1# end", "{{ fence }} end", "{% raw %}", "#0123456789abcdef# end"]))
def test_words_in_the_fence_cannot_close_it(text: str) -> None:
    mark = fence()
    lines = PROMPTS.render(CasePrompt([], text, mark)).splitlines()
    assert [line for line in lines if line.startswith(mark)] == [lines[0], lines[-1]]
