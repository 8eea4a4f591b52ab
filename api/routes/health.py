"""Is it alive, and can it work?"""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api.problems import documented, problem
from api.state import ServerDep

__all__ = ["router"]

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    status: str
    cards: int = 0
    problems: list[str] = []


@router.get("/healthz", response_model=Health)
def alive() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", response_model=Health, responses=documented(503))
def ready(server: ServerDep) -> Response:
    """Database and index answer. `problems` lists faults in the organisation's own files that were skipped."""
    if not server.database.ready():
        return problem(503, "The database does not answer.")
    body = Health(status="ready", cards=len(server.copilot.catalogue.cards), problems=list(server.copilot.problems()))
    return JSONResponse(body.model_dump())
