"""The software's own words, read from `playbooks/wording.yaml` so that code holds no phrase."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from copilot.playbooks.model import Text

__all__ = ["Wording"]


class Wording:
    """Looks up a phrase by its path: `wording.say("notices", "doubt", language="en", first=…)`."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._entries = entries

    @classmethod
    def read(cls, root: Path) -> Wording:
        return cls(yaml.safe_load((root / "wording.yaml").read_text(encoding="utf-8")))

    def say(self, *path: str, language: str, **values: object) -> str:
        entry: Any = self._entries
        for key in path:
            entry = entry[key]
        return str(entry["zh" if language == "zh" else "en"]).format(**values)

    def text(self, *path: str) -> Text:
        entry: Any = self._entries
        for key in path:
            entry = entry[key]
        return Text(en=entry["en"], zh=entry["zh"])

    def within(self, minutes: int | None, language: str) -> str:
        """`within two hours` in the language; a blank to fill in when the time is unknown.

        From a working day up, times are working days of 24 hours: nobody promises an answer for Sunday 3 a.m.
        """
        if minutes is None:
            return self.say("when", language=language)
        if minutes < 60:
            return self._duration("minutes", minutes, language)
        if minutes < 1440:
            hours = round(minutes / 60)
            return self._duration("hour" if hours == 1 else "hours", hours, language)
        days = round(minutes / 1440)
        return self._duration("working_day" if days == 1 else "working_days", days, language)

    def _duration(self, unit: str, n: int, language: str) -> str:
        forms = self._entries["durations"]["zh" if language == "zh" else "en"]
        return str(forms[unit]).format(n=n)
