"""A pasted thread taken apart: whose words are whose, and which are the customer's newest.

Kept by us rather than left to a mail-reply library because every part must keep its place in the text as received,
because chat and call transcripts arrive in the same paste, and because matching must stay linear in strangers' text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import yaml

from copilot.patterns import pattern
from copilot.text import fold

__all__ = ["Part", "Thread", "ThreadSplitter"]

Role = Literal["customer", "agent", "noise"]


@dataclass(frozen=True)
class Part:
    """A stretch of the text as received, `text[start:end]`, and who speaks in it."""

    role: Role
    start: int
    end: int
    depth: int = 0  # how deep in quotation; 0 is what was written last


@dataclass(frozen=True)
class Thread:
    """`parts` in the order of the text; `newest` are those to be read as the customer's message now."""

    parts: tuple[Part, ...]
    newest: tuple[Part, ...]
    transcript: bool = False

    @property
    def plain(self) -> bool:
        """Whether the text was one message with nothing around it."""
        return len(self.parts) == 1

    def earlier(self, role: Role) -> tuple[Part, ...]:
        """The parts of one speaker that are not the newest words, oldest first."""
        rest = [p for p in self.parts if p.role == role and p not in self.newest]
        return tuple(rest if self.transcript else reversed(rest))


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str  # folded and stripped
    depth: int  # leading '>' marks
    origin: tuple[int, ...]  # of each folded character, counted from `start`


class ThreadSplitter:
    """Splits by the patterns of `playbooks/threads.yaml`."""

    _FOLD_AT_MOST = 400  # characters of a line that decide what it is
    _SPEAKERS_MAKE_A_TRANSCRIPT = 2

    def __init__(self, patterns: Mapping[str, Sequence[str]]) -> None:
        self._patterns: dict[str, list[Any]] = {
            name: [pattern(source) for source in entries] for name, entries in patterns.items()
        }

    @classmethod
    def read(cls, root: Path) -> ThreadSplitter:
        return cls(yaml.safe_load((root / "threads.yaml").read_text(encoding="utf-8")))

    def undertakes(self, sentence: str) -> bool:
        """Whether an agent's folded sentence says what our side will do."""
        return bool(self._is("undertaking", sentence))

    def split(self, text: str) -> Thread:
        lines = self._lines(text)
        parts = self._transcript(lines)
        transcript = parts is not None
        if parts is None:
            parts = self._mail(lines)
        parts = [p for p in (self._trim(text, p) for p in parts) if p.start < p.end]
        newest = self._newest(parts, transcript)
        return Thread(tuple(parts), tuple(newest), transcript)

    def _lines(self, text: str) -> list[_Line]:
        lines, at = [], 0
        for raw in text.splitlines(keepends=True):
            body = raw.strip()
            depth = 0
            while body.startswith((">", "＞")):
                depth, body = depth + 1, body[1:].lstrip()
            folded = fold(body[: self._FOLD_AT_MOST])
            indent = len(raw.rstrip()) - len(body)
            origin = tuple(indent + place for place in folded.origin)
            lines.append(_Line(at, at + len(raw), folded.text, depth, origin))
            at += len(raw)
        return lines

    def _is(self, kind: str, text: str) -> Any:
        return next((m for p in self._patterns[kind] if (m := p.search(text))), None)

    def _role_of(self, name: str) -> Role | None:
        if self._is("agent_name", name):
            return "agent"
        return "customer" if self._is("customer_name", name) else None

    def _transcript(self, lines: Sequence[_Line]) -> list[Part] | None:
        """Parts by speaker, when at least two lines name one that is known to be agent or customer."""
        marks: list[tuple[int, Role, int]] = []
        for number, line in enumerate(lines):
            match = self._is("speaker", line.text) if line.text and not line.depth else None
            role = self._role_of(match.group(1).strip()) if match else None
            if match and role:
                marks.append((number, role, match.end()))
        if len(marks) < self._SPEAKERS_MAKE_A_TRANSCRIPT:
            return None
        parts: list[Part] = []
        if marks[0][0] > 0:
            parts.append(Part("customer", lines[0].start, lines[marks[0][0]].start))
        for here, (number, role, skip) in enumerate(marks):
            last = marks[here + 1][0] if here + 1 < len(marks) else len(lines)
            line = lines[number]
            start = line.end if skip >= len(line.text) else self._after_label(line, skip)
            parts.append(Part(role, start, lines[last - 1].end if last > number else line.end))
        return parts

    @staticmethod
    def _after_label(line: _Line, skip: int) -> int:
        """Where the words begin in the text as received: blanks and invisible characters count there."""
        return min(line.end, line.start + line.origin[skip])

    def _mail(self, lines: Sequence[_Line]) -> list[Part]:
        parts: list[Part] = []
        role: Role = "customer"
        level, start, at = 0, 0, 0
        signed = False

        def close(end: int, next_role: Role, next_level: int) -> None:
            nonlocal role, level, start
            if end > start:
                parts.append(Part(role, start, end, level))
            role, level, start = next_role, next_level, end

        speaker: list[Role] = ["customer"]
        while at < len(lines):
            line = lines[at]
            headers = self._header_block(lines, at)
            if headers or (line.text and self._is("quote_head", line.text)):
                quoted = level + 1 if not line.depth else line.depth + 1
                other: Role = self._sender(lines[at : at + max(1, headers)]) or (
                    "agent" if speaker[-1] == "customer" else "customer"
                )
                close(line.start, "noise", quoted)
                at += max(1, headers)
                close(lines[at - 1].end, other, quoted)
                speaker.append(other)
                signed = False
                continue
            if line.text and line.depth > level:
                other = "agent" if speaker[-1] == "customer" else "customer"
                close(line.start, other, line.depth)
                speaker.append(other)
                signed = False
            elif line.text and level and not line.depth and self._was_marked(lines, at):
                # Back out of a quotation: words written below or between the quoted lines.
                close(line.start, "customer", 0)
                speaker = ["customer"]
                signed = False
            if line.text and self._ends_words(line.text, signed):
                close(line.start, "noise", level)
                signed = True
            at += 1
        if lines:
            close(lines[-1].end, "noise", level)
        return parts

    def _ends_words(self, line: str, signed: bool) -> bool:
        return bool((not signed and self._is("signature", line)) or self._is("disclaimer", line))

    @staticmethod
    def _was_marked(lines: Sequence[_Line], at: int) -> bool:
        return any(line.depth for line in lines[max(0, at - 3) : at])

    def _header_block(self, lines: Sequence[_Line], at: int) -> int:
        """How many header lines stand here; fewer than two are somebody's sentence."""
        count = 0
        while at + count < len(lines) and lines[at + count].text and self._is("header", lines[at + count].text):
            count += 1
        return count if count >= 2 else 0

    def _sender(self, lines: Sequence[_Line]) -> Role | None:
        for line in lines:
            match = self._is("header_from", line.text)
            sender = match.group(1) if match else line.text if self._is("quote_head", line.text) else ""
            if sender and self._is("agent_address", sender):
                return "agent"
            if match:
                return "customer"
        return None

    @staticmethod
    def _trim(text: str, part: Part) -> Part:
        start, end = part.start, part.end
        while start < end and (text[start].isspace() or text[start] in ">＞"):
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return replace(part, start=start, end=end)

    @staticmethod
    def _newest(parts: Sequence[Part], transcript: bool) -> list[Part]:
        theirs = [p for p in parts if p.role == "customer"]
        if not theirs:
            return []
        if not transcript:
            top = min(p.depth for p in theirs)
            return [p for p in theirs if p.depth == top]
        last_agent = max((i for i, p in enumerate(parts) if p.role == "agent"), default=-1)
        after = [p for p in parts[last_agent + 1 :] if p.role == "customer"]
        return after or [theirs[-1]]
