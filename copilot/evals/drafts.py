"""How well the linter finds what hurts in agents' drafts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from copilot.evals.gold import DraftRow
from copilot.playbooks.examples import LabelledDraft
from copilot.types import Finding

__all__ = ["DraftFigures", "as_rows", "measure", "render"]

Findings = Sequence[Finding]


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
