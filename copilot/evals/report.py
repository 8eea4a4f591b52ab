"""The figures as a page of text, and reliability as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from copilot.evals.figures import HEADLINES, Bin, Scored, Spread, compare, spreads
from copilot.evals.gold import Answer, GoldRow
from copilot.playbooks.model import FLAGS, STANCES

__all__ = ["as_data", "draw", "render"]

_WORST_FIRST = 3.0  # a missed escalation weighs as much as three wrong flags
_EXCERPT = 160


def render(rows: Sequence[GoldRow], new: Mapping[str, Answer], old: Mapping[str, Answer] | None, misses: int) -> str:
    """All groups: each language, then everything together."""
    return "\n".join(
        line for name, scored, before in _groups(rows, new, old) for line in _group(name, scored, before, misses)
    )


def as_data(rows: Sequence[GoldRow], new: Mapping[str, Answer], old: Mapping[str, Answer] | None) -> dict[str, object]:
    """The same for programs."""
    return {name: _data(scored, before) for name, scored, before in _groups(rows, new, old)}


def _groups(
    rows: Sequence[GoldRow], new: Mapping[str, Answer], old: Mapping[str, Answer] | None
) -> Iterator[tuple[str, Scored, Scored | None]]:
    languages = sorted({row.lang for row in rows})
    parts = {lang: [row for row in rows if row.lang == lang] for lang in languages} if len(languages) > 1 else {}
    for name, part in {**parts, "all": list(rows)}.items():
        yield name, Scored(part, new), Scored(part, old) if old is not None else None


def _data(scored: Scored, before: Scored | None) -> dict[str, object]:
    data: dict[str, object] = {
        "messages": len(scored.rows),
        "figures": {k: [s.value, s.low, s.high] for k, s in spreads(scored).items()},
        "flags": {
            k: dict(zip(("precision", "recall", "positives", "false"), v, strict=True))
            for k, v in scored.flags().items()
        },
        "challenge": {k: {"recall": r, "innocent_flagged": i} for k, (r, i) in scored.innocent().items()},
        "confusion": scored.confusion().tolist(),
        "reliability": {
            k: [[b.confidence, b.right, b.count] for b in bins] for k, bins in scored.reliability().items()
        },
    }
    if before is not None:
        data["against"] = {k: [s.value, s.low, s.high] for k, s in compare(scored, before).items()}
    return data


def _group(name: str, scored: Scored, before: Scored | None, misses: int) -> Iterator[str]:
    unanswered = sum(not a.type for a in scored.answers)
    yield f"== {name}: {len(scored.rows)} messages" + (f", {unanswered} without an answer" if unanswered else "")
    found = spreads(scored)
    change = compare(scored, before) if before is not None else {}
    yield from (_figure(k, found[k], change.get(k)) for k in HEADLINES if k in found)
    yield from (_figure(k, s, change.get(k)) for k, s in found.items() if k.startswith("type_f1_"))
    challenged = scored.innocent()
    for code, (precision, recall, positives, wrong) in scored.flags().items():
        if code not in challenged:
            yield f"  flag {code:<12} P {precision:.2f}  R {recall:.2f}   ({positives} hold, {wrong} false)"
    for code, (recall, innocent) in challenged.items():
        yield f"  challenge {code:<12} recall {recall:.2f}   innocent flagged {innocent:.2f}"
    if (scored.gold >= 0).any():
        yield from _confusion(scored)
    for what, bins in scored.reliability().items():
        yield f"  reliability of the {what}: said → was right"
        yield from (f"    {_bar(b)}" for b in bins)
    if misses:
        yield from _misses(scored, misses)
    yield ""


def _figure(name: str, spread: Spread, change: Spread | None) -> str:
    line = f"  {name:<22} {spread.value:6.3f}   ({spread.low:.3f} to {spread.high:.3f})"
    if change is None:
        return line
    sure = " *" if change.low > 0 or change.high < 0 else ""
    return f"{line}   {change.value:+.3f} ({change.low:+.3f} to {change.high:+.3f}){sure}"


def _confusion(scored: Scored) -> Iterator[str]:
    yield "  labelled ↓ read →  " + " ".join(f"{s[:8]:>9}" for s in STANCES)
    for stance, row in zip(STANCES, scored.confusion(), strict=True):
        yield f"    {stance:<16} " + " ".join(f"{n or '·':>9}" for n in row)


def _bar(b: Bin) -> str:
    return f"{b.confidence:4.0%} → {b.right:4.0%}  {'█' * round(20 * b.right):<20} ({b.count})"


def _misses(scored: Scored, limit: int) -> Iterator[str]:
    order = sorted(range(len(scored.rows)), key=lambda i: -_badness(scored, i))
    worst = [i for i in order[:limit] if _badness(scored, i) > 0]
    if worst:
        yield "  worst misses"
    for i in worst:
        row, answer = scored.rows[i], scored.answers[i]
        text = " ".join(row.text.split())
        yield f"    {row.id}: {text[:_EXCERPT]}{'…' if len(text) > _EXCERPT else ''}"
        yield f"      {'; '.join(_faults(scored, i))}"
        if answer.evidence:
            yield "      because of: " + " | ".join(" ".join(e.split())[:60] for e in answer.evidence[:4])


def _badness(scored: Scored, i: int) -> float:
    """How much a miss matters: escalation before stance before flags, and the surer, the worse."""
    bad = 0.0
    if scored.escalate[i] >= 0 and scored.needed[i] != bool(scored.escalate[i]):
        bad += _WORST_FIRST * (1 + abs(scored.score[i] - scored.escalate[i]))
    if scored.gold[i] >= 0 and scored.gold[i] != scored.said[i]:
        bad += 1 + float(scored.probabilities[i].max())
    return bad + float((scored.asked[i] & (scored.truth[i] != scored.flagged[i])).sum())


def _faults(scored: Scored, i: int) -> list[str]:
    row, answer = scored.rows[i], scored.answers[i]
    faults = []
    if row.escalate is not None and row.escalate != answer.needed:
        faults.append(f"escalation {'missed' if row.escalate else 'not needed'} (score {answer.score:.2f})")
    if row.type and row.type != answer.type:
        sure = answer.probabilities.get(answer.type, 0.0)
        faults.append(f"{row.type} read as {answer.type or 'nothing'} ({sure:.0%})")
    wrong = scored.asked[i] & scored.flagged[i] & ~scored.truth[i]
    missed = scored.asked[i] & ~scored.flagged[i] & scored.truth[i]
    faults += [f"{FLAGS[k]} flagged wrongly" for k in np.flatnonzero(wrong)]
    return faults + [f"{FLAGS[k]} missed" for k in np.flatnonzero(missed)]


def draw(scored: Scored, path: Path) -> None:
    """The reliability plot as a picture; the file's ending chooses the format (svg, png, pdf)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey", label="perfectly calibrated")
    for what, bins in scored.reliability().items():
        axes.plot([b.confidence for b in bins], [b.right for b in bins], marker="o", label=what)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share that was right", title="Reliability")
    axes.legend()
    figure.savefig(path, bbox_inches="tight")
    plt.close(figure)
