"""The workbench: paste, read, copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from pydantic import ValidationError
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.contexts import ResultView, WorkbenchPage, result_view
from api.i18n import locale_of
from api.pages import page
from api.routes.v1 import OutcomeIn, suggest_and_save
from api.security import SEES_ALL, CheckedForm, CheckedScript, Person
from api.state import Server, ServerDep
from copilot.contract import CaseIn, LintIn, LintOut, SuggestionOut, as_input_error
from copilot.errors import InputError
from copilot.playbooks.model import STANCES, Stance
from copilot.store import Key
from copilot.types import Language

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

Role = Literal["customer", "agent", "noise"]


def _workbench(
    request: Request,
    server: Server,
    key: Key,
    *,
    text: str = "",
    channel: str = "",
    tier: str = "",
    result: ResultView | None = None,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    locale = locale_of(request)
    sees_all = key.role in SEES_ALL
    context = WorkbenchPage(
        recent=server.cases.recent(None if sees_all else key.id),
        stance_words={s: server.copilot.wording.say("stances", s, language=locale) for s in STANCES},
        sees_all=sees_all,
        text=text,
        channel=channel,
        tier=tier,
        result=result,
        fault=fault,
        now=datetime.now(UTC),
    )
    fetched = request.headers.get("x-requested-with") == "fetch"
    template = "_answer.html" if fetched else "workbench.html"
    return page(request, template, context, key, status)


@router.get("/")
def workbench(request: Request, server: ServerDep, key: Person) -> Response:
    return _workbench(request, server, key)


@router.post("/", dependencies=[CheckedForm])
def read(
    request: Request,
    server: ServerDep,
    key: Person,
    text: Annotated[str, Form()] = "",
    channel: Annotated[str, Form()] = "",
    tier: Annotated[str, Form()] = "",
    case_id: Annotated[str, Form()] = "",
    stance: Annotated[Stance | Literal[""], Form()] = "",
    turn_role: Annotated[list[Role] | None, Form()] = None,
    turn_text: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Read a message, or read it again with the turns or the stance as corrected."""
    locale = locale_of(request)
    # Browsers send line ends as CRLF; the message as pasted had one character there.
    text = text.replace("\r\n", "\n")
    try:
        data: dict[str, Any] = {"text": text, "channel": channel or None}
        if tier:
            data["history"] = {"tier": tier}
        if turn_text:
            data.update(_from_turns(turn_role or [], turn_text))
        case_in = CaseIn.model_validate(data)
        owned = _own_case(server, key, case_id)
        found_id, answer = suggest_and_save(server, key.id, [(case_in.case(), case_in)], locale, owned, stance or None)[
            0
        ]
    except (ValidationError, InputError) as error:
        fault = as_input_error(error) if isinstance(error, ValidationError) else error
        return _workbench(request, server, key, text=text, channel=channel, tier=tier, fault=str(fault), status=422)
    result = result_view(server.copilot, case_in, answer, found_id, locale, datetime.now(UTC))
    result = replace(result, asks_model=server.copilot.writes is not None)
    return _workbench(request, server, key, text=text, channel=channel, tier=tier, result=result)


def _from_turns(roles: list[Role], texts: list[str]) -> dict[str, Any]:
    """The corrected turns as a request: the customer's last turn is the message, those before it the conversation."""
    turns = [
        (role, text.replace("\r\n", "\n").strip())
        for role, text in zip(roles, texts, strict=False)
        if role != "noise" and text.strip()
    ]
    last = max((i for i, (role, _) in enumerate(turns) if role == "customer"), default=None)
    if last is None:
        raise InputError("turns", "mark at least one turn as the customer's")
    return {
        "text": turns[last][1],
        "conversation": [{"role": role, "text": text} for i, (role, text) in enumerate(turns) if i != last],
    }


def _own_case(server: Server, key: Key, case_id: str) -> str | None:
    if not case_id:
        return None
    case = server.cases.get(case_id)
    if case.key_id != key.id and key.role not in SEES_ALL:
        raise HTTPException(403, "This case belongs to another agent.")
    return case.id


@router.get("/cases/{case_id}")
def case_page(case_id: str, request: Request, server: ServerDep, key: Person) -> Response:
    """An earlier case as it was answered then."""
    row = server.cases.get(case_id)
    if row.key_id != key.id and key.role not in SEES_ALL:
        raise HTTPException(403, "This case belongs to another agent.")
    server.database.audit("case.open", key.id, case_id)
    locale: Language = locale_of(request)
    case_in = CaseIn.model_validate(row.request)
    answer = SuggestionOut.model_validate({**row.suggestion, "suggestion_id": row.suggestion_id})
    result = result_view(server.copilot, case_in, answer, row.id, locale, datetime.now(UTC))
    tier = (case_in.history.tier if case_in.history else None) or ""
    return _workbench(request, server, key, text=case_in.text, channel=case_in.channel or "", tier=tier, result=result)


@router.post("/cases/{case_id}/drafts", dependencies=[CheckedForm])
def drafts(
    case_id: str, request: Request, server: ServerDep, key: Person, stance: Annotated[Stance | Literal[""], Form()] = ""
) -> Response:
    """The same case with the language model's replies: asked for by the page that shows the playbook's."""
    owned = _own_case(server, key, case_id)
    case_in = CaseIn.model_validate(server.cases.get(case_id).request)
    locale = locale_of(request)
    found_id, answer = suggest_and_save(
        server, key.id, [(case_in.case(), case_in)], locale, owned, stance or None, drafting=True
    )[0]
    result = result_view(server.copilot, case_in, answer, found_id, locale, datetime.now(UTC))
    tier = (case_in.history.tier if case_in.history else None) or ""
    return _workbench(request, server, key, text=case_in.text, channel=case_in.channel or "", tier=tier, result=result)


@router.post("/cases/{case_id}/delete", dependencies=[CheckedForm])
def delete_case(case_id: str, server: ServerDep, key: Person) -> Response:
    if _own_case(server, key, case_id):
        server.cases.delete(case_id, key.id)
    return RedirectResponse("/", 303)


@router.post("/outcomes/{suggestion_id}", dependencies=[CheckedScript])
def outcome(suggestion_id: str, body: OutcomeIn, server: ServerDep, key: Person) -> Response:
    """What the agent did with a reply: copied, edited, wrong, stance corrected."""
    if server.cases.owner(suggestion_id) != key.id and key.role not in SEES_ALL:
        raise HTTPException(403, "This suggestion belongs to another agent.")
    server.cases.outcome(
        suggestion_id, key.id, body.action, style=body.style, text=body.text, type_=body.type, reason=body.reason
    )
    return JSONResponse({"kept": True}, 201)


@router.post("/lint", dependencies=[CheckedScript])
def check_draft(body: LintIn, request: Request, server: ServerDep, key: Person) -> LintOut:
    """What the editor underlines while an agent types."""
    return LintOut.of(body.id, server.copilot.review(body.text, body.customer_text, locale_of(request)))
