"""Labelled messages, as people wrote them down, and what a build answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.contract import ReadingOut, as_input_error, parse_line
from copilot.errors import InputError
from copilot.playbooks.examples import Bad
from copilot.playbooks.model import FlagCode, Stance

__all__ = ["Answer", "DraftRow", "GoldRow", "read_answers", "read_drafts", "read_gold"]


class GoldRow(BaseModel):
    """One labelled message. A label that is null or left out is not scored, nor is a flag under `contested`.

    A row with `flag` and `positive` is a challenge: it is asked about that one flag only.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    text: str
    lang: str = "en"
    type: Stance | None = None
    heat: float | None = Field(default=None, ge=0, le=3)
    flags: tuple[FlagCode, ...] | None = None
    contested: tuple[FlagCode, ...] = ()
    escalate: bool | None = None
    flag: FlagCode | None = None
    positive: bool | None = None


class DraftRow(BaseModel):
    """An agent's draft and every stretch of it that should be found; none in a draft that is fine."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    text: str
    lang: str = "en"
    bad: tuple[Bad, ...] = ()
    customer_text: str | None = None


Row = TypeVar("Row", GoldRow, DraftRow)


@dataclass(frozen=True)
class Answer:
    """What of a reading is scored, and the words it gave as reasons."""

    type: str
    probabilities: dict[str, float]
    heat: int
    flags: frozenset[str]
    needed: bool
    score: float
    evidence: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: dict[str, Any]) -> Answer:
        """From a reading as the contract gives it."""
        customer, flags = reading["customer"], reading["flags"]
        spans = [*customer["evidence"], *(span for flag in flags for span in flag["evidence"])]
        return cls(
            customer["type"],
            dict(customer["probabilities"]),
            int(reading["heat"]["level"]),
            frozenset(flag["code"] for flag in flags),
            bool(reading["escalation"]["needed"]),
            float(reading["escalation"]["score"]),
            tuple(dict.fromkeys(str(span["text"]) for span in spans)),
        )


def read_gold(paths: Sequence[Path]) -> list[GoldRow]:
    """The labelled messages of all files. Raises `InputError` with file, line and field."""
    return _rows(paths, GoldRow)


def read_drafts(paths: Sequence[Path]) -> list[DraftRow]:
    """The labelled drafts of all files. Raises `InputError` with file, line and field."""
    return _rows(paths, DraftRow)


def _rows(paths: Sequence[Path], model: type[Row]) -> list[Row]:
    rows = []
    for path, number, data in _objects(paths):
        try:
            rows.append(model.model_validate(data))
        except ValidationError as error:
            raise InputError(f"{path.name} line {number}", str(as_input_error(error))) from error
    if not rows:
        raise InputError("FILE", "holds no labelled message; one JSON object a line is expected")
    return rows


def read_answers(path: Path) -> dict[str, Answer]:
    """Readings of an earlier build, as `levelhead read --jsonl` or `levelhead eval --save` wrote them, by id."""
    answers = {}
    for _, number, data in _objects([path]):
        if "error" in data:
            continue
        try:
            reading = ReadingOut.model_validate(data).model_dump(mode="json")
        except ValidationError as error:
            raise InputError(f"{path.name} line {number}", f"is not a reading: {as_input_error(error)}") from error
        answers[str(data.get("id"))] = Answer.of(reading)
    return answers


def _objects(paths: Iterable[Path]) -> Iterator[tuple[Path, int, dict[str, Any]]]:
    for path in paths:
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise InputError("FILE", f"{path}: {error.strerror}") from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                data = parse_line(line)
            except InputError as error:
                raise InputError(f"{path.name} line {number}", error.message) from error
            if not isinstance(data, dict):
                raise InputError(f"{path.name} line {number}", "is not a JSON object")
            yield path, number, data
