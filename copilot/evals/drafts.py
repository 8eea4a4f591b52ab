"""How well the linter finds what hurts in agents' drafts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from copilot.evals.gold import DraftRow
from copilot.playbooks.examples import LabelledDraft
from copilot.types import Finding

__all__ = ["Chosen", "DraftFigures", "as_rows", "best", "measure", "render", "write"]

Findings = Sequence[Finding]

_THRESHOLDS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
_INNOCENT = (0.005, 0.01, 0.02, 0.03, 0.05)


@dataclass(frozen=True)
class Chosen:
    """A threshold, and what it did on so many drafts."""

    threshold: float
    innocent_below: float
    figures: Mapping[str, float]
    drafts: int


@dataclass
class DraftFigures:
    """Counts. A finding counts for a bad stretch that it overlaps; mere suggestions are not counted."""

    found: int = 0
    missed: int = 0
    wrong: int = 0
    right_kind: int = 0
    clean: int = 0
    flagged: int = 0
    missed_kinds: Counter[str] = field(default_factory=Counter)
    wrong_kinds: Counter[str] = field(default_factory=Counter)

    def add(self, row: DraftRow, findings: Findings) -> None:
        weighty = [f for f in findings if f.severity != "suggestion"]
        used: set[int] = set()
        for bad in row.bad:
            at = row.text.index(bad.span)
            hits = [n for n, f in enumerate(weighty) if f.start < at + len(bad.span) and f.end > at]
            used.update(hits)
            self.found += bool(hits)
            self.missed += not hits
            self.right_kind += any(weighty[n].kind == bad.kind for n in hits)
            if not hits:
                self.missed_kinds[bad.kind] += 1
        self.wrong += len(weighty) - len(used)
        self.wrong_kinds.update(f.kind for n, f in enumerate(weighty) if n not in used)
        if not row.bad:
            self.clean += 1
            self.flagged += bool(weighty)

    @property
    def figures(self) -> dict[str, float]:
        """The shares, by name."""
        return {
            "span_f1": 2 * self.found / max(1, 2 * self.found + self.wrong + self.missed),
            "precision": self.found / max(1, self.found + self.wrong),
            "recall": self.found / max(1, self.found + self.missed),
            "kind_right": self.right_kind / max(1, self.found),
            "clean_flagged": self.flagged / max(1, self.clean),
        }


def as_rows(drafts: Iterable[LabelledDraft], unseen: Callable[[str], bool]) -> list[DraftRow]:
    """Our own drafts as a test: those that the network never learned from."""
    return [
        DraftRow(id=f"{item.lang}-{item.theme}-{n}", text=item.draft.text, lang=item.lang, bad=item.draft.bad)
        for n, item in enumerate(drafts)
        if unseen(item.draft.text)
    ]


def measure(rows: Sequence[DraftRow], lint: Callable[[DraftRow], Findings]) -> dict[str, DraftFigures]:
    """By language, and all together."""
    by_language: dict[str, DraftFigures] = {}
    for row in rows:
        findings = lint(row)
        for name in (row.lang, "all"):
            by_language.setdefault(name, DraftFigures()).add(row, findings)
    return by_language


def best(
    rows: Sequence[DraftRow], lint_at: Callable[[float, float], Callable[[DraftRow], Findings]]
) -> dict[str, Chosen]:
    """The thresholds for each language: what is found, less the share of fine drafts that are troubled. An editor that
    cries wolf is switched off. Less than a hundredth is chance: then as few listed phrases are excused as can be.
    `lint_at` takes the threshold and what is innocent."""
    tried = [(pair, measure(rows, lint_at(*pair))) for pair in product(_THRESHOLDS, _INNOCENT)]
    chosen = {}
    for language in ("en", "zh"):
        of_it = [(pair, measured[language].figures) for pair, measured in tried if language in measured]
        pair, figures = max(
            of_it, key=lambda one: (round(one[1]["span_f1"] - one[1]["clean_flagged"], 2), -one[0][1], one[0][0])
        )
        count = sum(row.lang == language for row in rows)
        chosen[language] = Chosen(*pair, {name: round(value, 2) for name, value in figures.items()}, count)
    return chosen


def write(chosen: Mapping[str, Chosen], path: Path) -> None:
    """Put the thresholds, and what they were measured to do, into `paraphrase.yaml`."""
    lines = [
        "# From which probability words count as a paraphrase of what should not be said, and below which a sentence",
        "# is innocent, so that a listed phrase in it is let pass. `make thresholds` sets them on drafts that the",
        "# network never learned from, and writes down what they did there.",
    ]
    lines += ["threshold:"] + [f"  {language}: {one.threshold:g}" for language, one in chosen.items()]
    lines += ["innocent_below:"] + [f"  {language}: {one.innocent_below:g}" for language, one in chosen.items()]
    lines += ["measured:"]
    for language, one in chosen.items():
        told = ", ".join(f"{name}: {value:g}" for name, value in one.figures.items())
        lines.append(f"  {language}: {{{told}, drafts: {one.drafts}}}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def render(measured: Mapping[str, DraftFigures]) -> str:
    lines = []
    for name, counted in sorted(measured.items()):
        total = counted.found + counted.missed
        lines.append(f"== {name}: {total} bad stretches, {counted.clean} clean drafts")
        lines += [f"  {figure:<14} {value:.3f}" for figure, value in counted.figures.items()]
        for title, kinds in (("missed", counted.missed_kinds), ("found wrongly", counted.wrong_kinds)):
            told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
            lines.append(f"  {title}: {told or 'nothing'}")
    return "\n".join(lines)
