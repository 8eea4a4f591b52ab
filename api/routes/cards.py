"""The playbooks, to look things up."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.contexts import CardPage, CardsPage
from api.pages import page
from api.security import Person
from api.state import ServerDep
from copilot.errors import NotFound
from copilot.playbooks.model import KINDS

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/playbooks")
def cards(request: Request, server: ServerDep, key: Person) -> Response:
    catalogue = server.copilot.catalogue
    groups = [(kind, list(catalogue.of_kind(kind))) for kind in KINDS]
    return page(request, "cards.html", CardsPage(groups=groups, problems=catalogue.problems), key)


@router.get("/playbooks/{card_id}")
def card(card_id: str, request: Request, server: ServerDep, key: Person) -> Response:
    """The page of one card; only its inside when the workbench asks."""
    found = server.copilot.catalogue.cards.get(card_id)
    if found is None:
        raise NotFound(f"no active card {card_id}")
    inside = request.headers.get("x-requested-with") == "fetch"
    return page(request, "_card.html" if inside else "card.html", CardPage(card=found), key)
