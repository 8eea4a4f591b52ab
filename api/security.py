"""Who is asking: keys in a header for programs, a signed session cookie for people.

A key never stands in an address.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Form, Header, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.state import ServerDep
from copilot.store import Key

__all__ = ["ApiKey", "CheckedForm", "CheckedScript", "Person", "csrf_token", "session_secret", "sign_in", "sign_out"]

_bearer = HTTPBearer(auto_error=False, description="An access key from `levelhead keys new`.")
# Roles that may see the cases of others.
SEES_ALL = frozenset({"trainer", "supervisor", "admin"})


def session_secret(home: Path) -> str:
    """The secret that signs session cookies, made on first use and readable by the owner only."""
    path = home / "session-secret"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text(encoding="utf-8").strip()


def api_key(server: ServerDep, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Key:
    if given is None:
        raise HTTPException(401, "Send an access key: Authorization: Bearer lh_…")
    key = server.keys.find(given.credentials)
    if key is None:
        raise HTTPException(401, "This access key is unknown or revoked.")
    return key


ApiKey = Annotated[Key, Depends(api_key)]


class NotSignedIn(Exception):
    """A page was asked for without a session."""


def person(request: Request, server: ServerDep) -> Key:
    """The key behind the session; a revoked key ends its sessions."""
    key_id = request.session.get("key")
    key = server.keys.get(str(key_id)) if key_id else None
    if key is None:
        raise NotSignedIn
    return key


Person = Annotated[Key, Depends(person)]


def sign_in(request: Request, key: Key) -> None:
    request.session.clear()
    request.session.update(key=key.id, csrf=secrets.token_urlsafe(24))


def sign_out(request: Request) -> None:
    request.session.clear()


def csrf_token(request: Request) -> str:
    """The session's token; made for visitors too, so that signing in is protected as well."""
    token = request.session.get("csrf")
    if not token:
        token = request.session["csrf"] = secrets.token_urlsafe(24)
    return str(token)


def checked_form(
    request: Request,
    csrf: Annotated[str, Form()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> None:
    """Refuse a form that was not made by our own page."""
    _check(request, csrf or x_csrf_token)


def checked_script(request: Request, x_csrf_token: Annotated[str, Header()] = "") -> None:
    """Refuse JSON that was not sent by our own page: its body holds no form to carry the token."""
    _check(request, x_csrf_token)


def _check(request: Request, given: str) -> None:
    expected = request.session.get("csrf")
    if not expected or not given or not hmac.compare_digest(str(expected).encode(), given.encode()):
        raise HTTPException(403, "This form has expired. Reload the page; what you typed is still in it.")


CheckedForm = Depends(checked_form)
CheckedScript = Depends(checked_script)
