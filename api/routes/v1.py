"""The API, version 1."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Header, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from api.problems import documented
from api.security import SEES_ALL, ApiKey
from api.state import ServerDep
from copilot.contract import CaseIn, LintIn, LintOut, ReadingOut, SuggestionOut
from copilot.errors import InputError
from copilot.playbooks.model import Stance, Style
from copilot.types import Case, Language

__all__ = ["router", "suggest_and_save"]

router = APIRouter(prefix="/v1", responses=documented(401, 413, 422))

_BATCH = 50
Locale = Annotated[
    Literal["en", "zh"] | None,
    Header(alias="Levelhead-Locale", description="language of advice and notices; the message's own by default"),
]


class BatchIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    items: list[CaseIn] = Field(min_length=1, max_length=_BATCH)


class BatchOut(BaseModel):
    items: list[SuggestionOut]


class OutcomeIn(BaseModel):
    """What the agent did with a suggestion."""

    model_config = ConfigDict(extra="forbid")
    action: Literal["copied", "edited", "sent", "rejected", "stance_corrected"]
    style: Style | None = None
    text: str | None = Field(default=None, max_length=20_000, description="the words used, if they differ")
    type: Stance | None = Field(default=None, description="the right stance, for stance_corrected")
    reason: str | None = Field(default=None, max_length=2_000)


class OutcomeOut(BaseModel):
    outcome_id: str


def suggest_and_save(
    server: ServerDep,
    key_id: str,
    items: list[tuple[Case, CaseIn]],
    locale: Language | None,
    case_id: str | None = None,
    stance: Stance | None = None,
    *,
    drafting: bool = False,
) -> list[tuple[str, SuggestionOut]]:
    """Suggest for every case, keep all in one transaction; pairs of case id and answer. `stance` is the agent's;
    `drafting` has the language model write, where there is one."""
    rows = []
    for number, (case, request) in enumerate(items):
        started = time.perf_counter()
        try:
            suggestion = server.copilot.suggest(case, locale, stance)
            answer = SuggestionOut.of(server.copilot.draft(suggestion, locale) if drafting else suggestion)
        except InputError as error:
            raise InputError(
                f"items.{number}.{error.field}" if len(items) > 1 else error.field, error.message
            ) from error
        milliseconds = round((time.perf_counter() - started) * 1000)
        rows.append((case, request.model_dump(mode="json"), answer.model_dump(mode="json"), milliseconds))
    saved = server.cases.save(rows, key_id, case_id)
    return [
        (place.case_id, SuggestionOut.model_validate({**row[2], "suggestion_id": place.suggestion_id}))
        for place, row in zip(saved, rows, strict=True)
    ]


@router.post("/suggestions", tags=["suggestions"], response_model=SuggestionOut)
def suggestions(body: CaseIn, server: ServerDep, key: ApiKey, locale: Locale = None) -> SuggestionOut:
    """Read a message and suggest three replies, with guidance and a handoff note. Where a language model is set up it
    writes them, which takes seconds; what does not pass the guard comes from the playbooks, with a notice."""
    return suggest_and_save(server, key.id, [(body.case(), body)], locale, drafting=True)[0][1]


@router.post("/suggestions/batch", tags=["suggestions"], response_model=BatchOut)
def batch(body: BatchIn, server: ServerDep, key: ApiKey, locale: Locale = None) -> BatchOut:
    """Up to 50 messages at once, answered in order from the playbooks alone. One unusable message refuses the batch
    and names itself."""
    answers = suggest_and_save(server, key.id, [(item.case(), item) for item in body.items], locale)
    return BatchOut(items=[answer for _, answer in answers])


@router.post(
    "/suggestions/{suggestion_id}/outcome",
    tags=["suggestions"],
    response_model=OutcomeOut,
    status_code=201,
    responses=documented(403, 404),
)
def outcome(suggestion_id: str, body: OutcomeIn, server: ServerDep, key: ApiKey) -> OutcomeOut:
    """Tell what became of a suggestion: this is how the playbooks learn."""
    owner = server.cases.owner(suggestion_id)
    if owner != key.id and key.role not in SEES_ALL:
        raise HTTPException(403, "This suggestion belongs to another key.")
    if body.action == "stance_corrected" and body.type is None:
        raise HTTPException(422, "type: give the right stance with stance_corrected")
    fields = {"style": body.style, "text": body.text, "type_": body.type, "reason": body.reason}
    return OutcomeOut(outcome_id=server.cases.outcome(suggestion_id, key.id, body.action, **fields))


@router.post("/readings", tags=["readings"], response_model=ReadingOut)
def readings(body: CaseIn, server: ServerDep, key: ApiKey, locale: Locale = None) -> ReadingOut:
    """Read a message without suggesting replies. Nothing is kept."""
    return ReadingOut.of_reading(body.id, server.copilot.read(body.case(), locale))


@router.post("/lint", tags=["lint"], response_model=LintOut)
def lint(body: LintIn, server: ServerDep, key: ApiKey, locale: Locale = None) -> LintOut:
    """Check a draft: phrases that hurt, better words, whether it will calm the customer. Nothing is kept."""
    return LintOut.of(body.id, server.copilot.review(body.text, body.customer_text, locale))
