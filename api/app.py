"""The web application: console and API over one `Copilot`."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response

from api import problems
from api.contexts import ProblemPage
from api.middleware import BodyLimit, Guarded
from api.pages import page
from api.routes import cards, console, health, sessions, v1
from api.security import NotSignedIn, session_secret
from api.state import Server
from copilot.config import Settings
from copilot.pipeline import Copilot
from copilot.store import Cases, Database, Keys

__all__ = ["create_app"]

_BODY_LIMIT = 1_000_000
_SHIFT = 12 * 3600  # seconds that a session lasts

_DESCRIPTION = """
A copilot for human support agents who face difficult customers, in Chinese and English.

Authenticate with `Authorization: Bearer <access key>`. Spans count Unicode code points into the text as received;
browsers count UTF-16 units, so convert. Errors are problem details (RFC 9457). A stance describes a message, not a
person: do not show it to the customer and decide nothing on it alone.
"""


def _problem_page(request: Request, problem: problems.Problem) -> Response:
    return page(request, "problem.html", ProblemPage(problem.title, problem.detail), status=problem.status)


def create_app(settings: Settings, copilot: Copilot, database: Database) -> FastAPI:
    app = FastAPI(
        title="Levelhead",
        version=version("levelhead"),
        description=_DESCRIPTION,
        redoc_url=None,
        docs_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.server = Server(settings, copilot, database, Keys(database), Cases(database))
    problems.install(app, _problem_page)

    @app.exception_handler(NotSignedIn)
    def to_sign_in(request: Request, _error: Exception) -> Response:
        if request.headers.get("x-requested-with") == "fetch":
            return problems.problem(401, "You are signed out. Sign in again in another tab; your text stays here.")
        return RedirectResponse("/sign-in", 303)

    for routes in (health, v1, sessions, console, cards):
        app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")), name="static")

    app.add_middleware(
        SessionMiddleware,
        secret_key=session_secret(settings.home),
        session_cookie="levelhead_session",
        max_age=_SHIFT,
        same_site="lax",
        https_only=settings.secure_cookies,
    )
    app.add_middleware(BodyLimit, limit=_BODY_LIMIT)
    hosts = [host.strip() for host in settings.allowed_hosts.split(",") if host.strip()]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.add_middleware(Guarded)
    return app
