"""What several commands need: the copilot with progress on stderr, and lines of JSON."""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel, ValidationError

from copilot.config import Settings
from copilot.contract import as_input_error, parse_line
from copilot.errors import InputError, LevelheadError
from copilot.pipeline import Copilot

__all__ = ["build", "each_line", "open_database", "say_progress", "text_or_stdin"]

_AHEAD = 16  # lines read before the oldest is answered
_STEPS = {"embed": "reading the playbooks", "fit": "fitting the models", "index": "building the index"}


def say_progress(step: str, done: int, total: int) -> None:
    """One line a step, rewritten in place on a terminal."""
    line = f"{_STEPS.get(step, step)}: {done * 100 // max(1, total)} %"
    if sys.stderr.isatty():
        click.echo(f"\r{line:<50}", nl=done >= total, err=True)
    elif done >= total:
        click.echo(line, err=True)


def build(settings: Settings | None = None) -> Copilot:
    return Copilot.build(settings or Settings(), say_progress)


def open_database(settings: Settings | None = None) -> Any:
    from copilot.store import Database

    settings = settings or Settings()
    settings.prepare()
    return Database(settings.database)


def text_or_stdin(text: str | None) -> str:
    """The argument, or standard input for `-` or when something is piped in."""
    if text is None or text == "-":
        if text is None and sys.stdin.isatty():
            raise InputError("TEXT", "give the message as an argument, or pipe it in")
        data = sys.stdin.buffer.read()
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError("stdin", f"is not UTF-8 text (byte {error.start})") from error
    return text


def each_line(source: str, model: type[BaseModel], answer: Callable[[Any], dict[str, Any]]) -> int:
    """Answer each JSON line of a file (or `-`) in order; a bad one gets an error object. Returns how many were bad.

    A few lines are worked on at a time, on all processors; memory does not grow with the file.
    """
    bad = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for result in _in_order(pool, _lines(source), lambda number, line: _answer(number, line, model, answer)):
            bad += "error" in result
            # An id may hold half a character; it is echoed as a question mark.
            click.echo(json.dumps(result, ensure_ascii=False).encode("utf-8", "replace").decode())
    return bad


def _in_order(
    pool: ThreadPoolExecutor, lines: Iterator[bytes], work: Callable[[int, bytes], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Results in the order of the lines, with no more than `_AHEAD` under way."""
    waiting: deque[Future[dict[str, Any]]] = deque()
    for number, line in enumerate(lines, 1):
        if line.strip():
            waiting.append(pool.submit(work, number, line))
        while len(waiting) > _AHEAD or (waiting and waiting[0].done()):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _answer(
    number: int, line: bytes, model: type[BaseModel], answer: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    id_: Any = None
    try:
        data = parse_line(line)
        id_ = data.get("id") if isinstance(data, dict) else None
        return answer(model.model_validate(data))
    except ValidationError as error:
        fault = as_input_error(error)
        return _error(id_, number, fault.field, fault.message)
    except InputError as error:
        return _error(id_, number, error.field, error.message)
    except LevelheadError as error:
        return _error(id_, number, "line", str(error))


def _error(id_: Any, line: int, field: str, message: str) -> dict[str, Any]:
    return {"id": id_ if isinstance(id_, str) else None, "error": {"line": line, "field": field, "message": message}}


def _lines(source: str) -> Iterator[bytes]:
    if source == "-":
        yield from sys.stdin.buffer
        return
    path = Path(source)
    if not path.is_file():
        raise InputError("--jsonl", f"no such file: {source}")
    with path.open("rb") as file:
        yield from file
