"""Errors as problem details (RFC 9457): one shape for every failure, never an echo of what was sent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from copilot.errors import InputError, LevelheadError, NotFound

__all__ = ["Problem", "documented", "install", "problem"]

_log = logging.getLogger("levelhead")

_TITLES = {
    400: "Bad request",
    401: "Sign in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    413: "Too large",
    415: "Unsupported media type",
    422: "The request cannot be used",
    500: "Something broke on our side",
    503: "Not ready",
}


class FieldFault(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """Problem details, media type `application/problem+json`."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldFault] = Field(default_factory=list)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for OpenAPI."""
    # Written out whole: a reference would point at a place that this document does not have.
    schema = Problem.model_json_schema()
    schema["properties"]["errors"]["items"] = schema.pop("$defs")["FieldFault"]
    return {
        status: {"description": _TITLES[status], "content": {"application/problem+json": {"schema": schema}}}
        for status in statuses
    }


def problem(status: int, detail: str, errors: list[FieldFault] | None = None) -> JSONResponse:
    body = Problem(title=_TITLES.get(status, "Error"), status=status, detail=detail, errors=errors or [])
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body.model_dump(), status, headers, media_type="application/problem+json")


def install(app: FastAPI, show: Callable[[Request, Problem], Response]) -> None:
    """Give the app its handlers. People get a page made by `show`, programs get JSON."""

    def answer(request: Request, status: int, detail: str, errors: list[FieldFault] | None = None) -> Response:
        response = problem(status, detail, errors)
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1")
        if not wants_page or request.headers.get("x-requested-with") == "fetch":
            return response
        return show(request, Problem(title=_TITLES.get(status, "Error"), status=status, detail=detail))

    @app.exception_handler(RequestValidationError)
    def unusable(request: Request, error: RequestValidationError) -> Response:
        faults = [FieldFault(field=_name(item["loc"]), message=str(item["msg"])) for item in error.errors()[:10]]
        return answer(request, 422, f"{faults[0].field}: {faults[0].message}" if faults else "cannot be used", faults)

    @app.exception_handler(InputError)
    def bad_input(request: Request, error: InputError) -> Response:
        return answer(request, 422, str(error), [FieldFault(field=error.field, message=error.message)])

    @app.exception_handler(NotFound)
    def missing(request: Request, error: NotFound) -> Response:
        return answer(request, 404, str(error))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, str(error.detail))

    @app.exception_handler(LevelheadError)
    def ours(request: Request, error: LevelheadError) -> Response:
        _log.error("%s: %s", type(error).__name__, error)
        return answer(request, 503, str(error))

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        # The traceback may hold a customer's words, so only its place is logged.
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        _log.error("%s %s: %s at %s", request.method, request.url.path, type(error).__name__, where)
        return answer(request, 500, "The server failed on this request; nothing was saved. The log says where.")


def _name(loc: tuple[int | str, ...]) -> str:
    if len(loc) == 2 and isinstance(loc[1], int):
        return "body"  # not JSON at all: the number is a place in the text
    parts = [str(part) for part in loc if part not in ("body", "query", "path")]
    return ".".join(parts) or "body"
