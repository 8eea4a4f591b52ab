"""Particulars of a message: order number, days of delay, product, taken as the customer wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from copilot.patterns import pattern
from copilot.text import Folded
from copilot.types import Fact

__all__ = ["FactFinder", "Facts"]


Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class _Slot:
    name: str
    patterns: Mapping[str, tuple[Any, ...]]
    refuse: Any | None
    needs: Mapping[str, Any]


class FactFinder:
    """Finds at most one fact a slot, by the patterns of `playbooks/facts.yaml`."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._slots = tuple(self._compile(name, entry) for name, entry in entries.items())

    @classmethod
    def read(cls, root: Path) -> FactFinder:
        return cls(yaml.safe_load((root / "facts.yaml").read_text(encoding="utf-8")))

    @staticmethod
    def _compile(name: str, entry: Mapping[str, Any]) -> _Slot:
        exact = bool(entry.get("case_sensitive"))
        return _Slot(
            name,
            {lang: tuple(pattern(p, case_sensitive=exact) for p in entry.get(lang, ())) for lang in ("en", "zh")},
            pattern(entry["not"]) if "not" in entry else None,
            {lang: pattern(p) for lang, p in entry.get("needs", {}).items()},
        )

    def find(self, folded: Folded, language: str) -> dict[str, Fact]:
        """Facts by slot. Patterns of the message's language come first; the other's may follow (mixed text)."""
        other = "en" if language == "zh" else "zh"
        found: dict[str, Fact] = {}
        for slot in self._slots:
            fact = self._first(slot, folded, language) or self._first(slot, folded, other)
            if fact:
                found[slot.name] = fact
        return found

    def _first(self, slot: _Slot, folded: Folded, language: str) -> Fact | None:
        need = slot.needs.get(language)
        if need is not None and not need.search(folded.text):
            return None
        for found in slot.patterns.get(language, ()):
            for match in found.finditer(folded.text):
                start, end = folded.span(*match.span(1))
                value = folded.original[start:end].strip()
                if value and not (slot.refuse and slot.refuse.search(match.group(1))):
                    return Fact(slot.name, value, start, end)
        return None
