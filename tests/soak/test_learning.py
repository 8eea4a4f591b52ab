"""A trainer's examples count at the next start, in seconds of fitting and without PyTorch."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from copilot.config import Settings
from copilot.pipeline import Copilot
from copilot.types import Case

pytestmark = pytest.mark.soak

# What our customers say when they go to the guild court, a body that nobody outside our trade knows.
HOUSE_WORDS = [
    "The mill returned the cloth unsheared, so I am taking it to the staple.",
    "You have until Friday; after that the staple hears of it.",
    "My cousin sits on the staple and says I have a case. Expect a paper from them.",
    "I have written to the staple about the short measure.",
    "Then let the staple decide who pays for the spoilt bale.",
    "The staple has my complaint, number 41.",
]
NEW = "If the bale is short again I shall bring it before the staple."


def test_words_of_the_house_are_learned_from_a_few_examples(tmp_path: Path, copilot: Copilot) -> None:
    def chance(of: Copilot) -> float:
        return of._reader._judge.verdict(NEW, chinese=False).prediction.flags[0][0]

    folder = tmp_path / "playbooks" / "exemplars"
    folder.mkdir(parents=True)
    messages = [
        {"text": text, "type": "critic", "heat": 1, "flags": ["legal"], "escalate": True} for text in HOUSE_WORDS
    ]
    data = {"lang": "en", "theme": "ours", "messages": messages}
    (folder / "en-ours.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    taught = Copilot.build(Settings(data_dir=tmp_path))
    assert chance(taught) > chance(copilot)
    assert taught.read(Case(NEW)).has("legal")
