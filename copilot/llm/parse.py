"""Find the JSON in an answer, and read it into a model or say what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from copilot.errors import LlmUnusable
from copilot.llm.model import Completion

__all__ = ["json_text", "parse"]

T = TypeVar("T", bound=BaseModel)

_DECODER = json.JSONDecoder()
_TRIES = 40  # braces looked at: an answer of braces alone must not cost more than that


def parse(completion: Completion, schema: type[T]) -> T:
    """Raises `LlmUnusable`: `invalid_json`, or `wrong_fields` naming the first field at fault (never its value)."""
    fault: LlmUnusable
    try:
        return schema.model_validate_json(completion.text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        if first["type"] == "json_invalid":
            fault = LlmUnusable("invalid_json", "the language model's answer is not the JSON that was asked for")
        else:
            fault = LlmUnusable("wrong_fields", f"the language model's answer: {field or 'all of it'}: {first['msg']}")
    raise fault


def json_text(text: str, schema: type[BaseModel]) -> str:
    """The first object in `text` that fits the schema, else the first object, else `text` as it is.

    Fences and words around it, thoughts before it and braces in those words do no harm.
    """
    first = None
    for found in _objects(text):
        try:
            schema.model_validate_json(found)
        except ValidationError:
            first = first or found
        else:
            return found
    return first or text.strip()


def _objects(text: str) -> Iterator[str]:
    at = text.find("{")
    for _ in range(_TRIES):
        if at < 0:
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if value:
                yield text[at:end]
        at = text.find("{", end)
