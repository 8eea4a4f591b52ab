"""Crisis lines by country, shipped with source and date. For an unknown country none is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from copilot.playbooks.model import Text

__all__ = ["Hotline", "read"]


@dataclass(frozen=True)
class Hotline:
    name: Text
    number: str
    hours: Text
    source: str
    as_of: date


def read(root: Path) -> Mapping[str, Hotline]:
    """The first line of each country."""
    entries = yaml.safe_load((root / "hotlines.yaml").read_text(encoding="utf-8"))
    return {
        country: Hotline(
            Text(**lines[0]["name"]),
            lines[0]["number"],
            Text(**lines[0]["hours"]),
            lines[0]["source"],
            lines[0]["as_of"],
        )
        for country, lines in entries.items()
    }
