"""Is it alive, and can it work?"""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api.problems import documented, problem
from api.state import ServerDep

__all__ = ["router"]

router = APIRouter(tags=["operation"])


class Alive(BaseModel):
    status: str


class Ready(BaseModel):
    status: str
    cards: int
    problems: list[str]


@router.get("/healthz", response_model=Alive)
def alive() -> Alive:
    """The process answers."""
    return Alive(status="ok")


@router.get("/readyz", response_model=Ready, responses=documented(503))
def ready(server: ServerDep) -> Response:
    """Database and index answer. `problems` lists faults in the organisation's own files that were skipped."""
    if not server.database.ready():
        return problem(503, "The database does not answer.")
    body = Ready(status="ready", cards=len(server.copilot.catalogue.cards), problems=list(server.copilot.problems()))
    return JSONResponse(body.model_dump())
