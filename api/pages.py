"""Rendering: one environment, strict about what a template may name."""

from __future__ import annotations

from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from api.i18n import locale_of, translator
from api.security import csrf_token
from copilot.store import Key

__all__ = ["page"]

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: Request, template: str, context: object, key: Key | None = None, status: int = 200) -> HTMLResponse:
    """Render a context. Besides it, templates know `t`, `locale`, `csrf`, `key` and `here`."""
    assert is_dataclass(context) and not isinstance(context, type)
    locale = locale_of(request)
    fields: dict[str, Any] = {name: getattr(context, name) for name in context.__dataclass_fields__}
    html = _environment.get_template(template).render(
        **fields,
        t=translator(locale),
        locale=locale,
        csrf=csrf_token(request),
        key=key,
        here=request.url.path,
    )
    return HTMLResponse(html, status, headers={"Vary": "Accept-Language, Cookie", "Content-Language": locale})
