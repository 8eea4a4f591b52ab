"""The guard: nothing leaves with a phrase that hurts or a figure that nobody gave."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from copilot.lint import Linter
from copilot.text import fold
from copilot.types import Case, Finding

__all__ = ["Guard"]

_FIGURE = re.compile(r"[0-9][0-9.,:/-]*[0-9]|[0-9]")


class Guard:
    """Checks a reply sentence by sentence; a sentence that fails is left out."""

    def __init__(self, linter: Linter) -> None:
        self._linter = linter

    def findings(self, text: str, case: Case, exempt: Collection[str] = ()) -> tuple[Finding, ...]:
        return self._linter.lint(text, customer_text=case.text, exempt=exempt)

    def passes(self, sentence: str, case: Case, slots: Mapping[str, str], exempt: Collection[str] = ()) -> bool:
        """No finding of weight, and no figure that is in neither message, history nor organisation."""
        if any(f.severity != "suggestion" for f in self.findings(sentence, case, exempt)):
            return False
        return not self._invented(sentence, case, slots)

    @staticmethod
    def _invented(sentence: str, case: Case, slots: Mapping[str, str]) -> set[str]:
        figures = set(_FIGURE.findall(sentence))
        if not figures:
            return set()
        known = " ".join(
            [
                case.text,
                *(turn.text for turn in case.conversation),
                *(contact.text for contact in case.history.contacts),
                *slots.values(),
            ]
        )
        given = set(_FIGURE.findall(known)) | set(_FIGURE.findall(fold(known).text))
        return figures - given
