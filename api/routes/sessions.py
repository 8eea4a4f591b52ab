"""Signing in and out, and choosing the language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from api.contexts import SignInPage
from api.i18n import COOKIE
from api.pages import page
from api.security import CheckedForm, Person, sign_in, sign_out
from api.state import ServerDep

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_YEAR = 365 * 24 * 3600


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    return page(request, "sign_in.html", SignInPage(fault=None))


@router.post("/sign-in", dependencies=[CheckedForm])
def sign_in_with_key(
    request: Request, server: ServerDep, access_key: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    secret = access_key.strip()
    key = server.keys.find(secret) if secret else None
    if key is None:
        fault = "key_wrong" if secret else "key_missing"
        return page(request, "sign_in.html", SignInPage(fault=fault), status=422)
    sign_in(request, key)
    server.database.audit("session.start", key.id)
    return RedirectResponse("/", 303)


@router.post("/sign-out", dependencies=[CheckedForm])
def leave(request: Request, server: ServerDep, key: Person) -> Response:
    sign_out(request)
    server.database.audit("session.end", key.id)
    return RedirectResponse("/sign-in", 303)


@router.post("/language", dependencies=[CheckedForm])
def language(code: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> Response:
    # Only a path of this server is followed back.
    safe = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    response = RedirectResponse(safe, 303)
    if code in ("en", "zh"):
        response.set_cookie(COOKIE, code, max_age=_YEAR, samesite="lax", httponly=True)
    return response
