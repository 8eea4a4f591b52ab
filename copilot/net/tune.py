"""Teach the network the examples: `make tune`; needs the extra `tune`.

It goes on from what was learned before, which takes an hour on two cores; `--afresh` starts from the base model and
takes two. Two networks come of it: one reads customers' messages, one agents' drafts. One text in ten, and some themes
whole, are never learned from: on them the finished reading is calibrated and measured (see `judge`, `evals`). What was
learned is written to `learned/`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from copilot.config import shipped
from copilot.net.base import Base, bundled
from copilot.net.export import export, note, restore
from copilot.net.lessons import DraftLesson, Lesson, MessageLesson, Tokens
from copilot.net.network import Network
from copilot.net.session import LEARNED
from copilot.playbooks.load import load
from copilot.playbooks.offered import as_drafts
from copilot.text import fold

__all__ = ["main"]

_WARM_UP = 0.06
_HELD_THEMES = frozenset({("en", "insurance"), ("en", "education"), ("zh", "education"), ("zh", "auto-and-home")})
_HELD_ONE_IN = 10
_HEADS = ("whole.weight", "spot.weight", "phrase.weight")


@dataclass(frozen=True)
class _Stage:
    """So many epochs, the rates falling to nothing. The layers on top start from nothing and move faster."""

    epochs: int
    rate: float
    top_rate: float
    twice: str | None = None  # themes that begin so are learned twice an epoch


_AFRESH = (
    _Stage(4, 2e-4, 4e-3),
    _Stage(2, 1.5e-4, 1.2e-3, twice="desk"),
    _Stage(2, 1.5e-4, 1.2e-3, twice="desk"),
    _Stage(1, 1.2e-4, 1e-3, twice="desk"),
)
_FURTHER = (_Stage(1, 1.5e-4, 1.2e-3, twice="desk"), _Stage(1, 1.2e-4, 1e-3, twice="desk"))
_DRAFTS = (_Stage(4, 1.5e-4, 3e-3),)


def _optimizer(net: Network, stage: _Stage) -> torch.optim.AdamW:
    named = list(net.named_parameters())
    top = [p for n, p in named if n in _HEADS]
    matrices = [p for n, p in named if p.ndim > 1 and n not in _HEADS]
    groups = [
        {"params": matrices, "lr": stage.rate, "weight_decay": 0.01},
        {"params": [p for _, p in named if p.ndim < 2], "lr": stage.rate, "weight_decay": 0.0},
        {"params": top, "lr": stage.top_rate, "weight_decay": 0.01},
    ]
    return torch.optim.AdamW([{**g, "start": g["lr"]} for g in groups])


def _learn(net: Network, lesson: Lesson, stage: _Stage, rng: random.Random) -> None:
    """One stage, with a line of progress every twenty steps."""
    optimizer = _optimizer(net, stage)
    total, step, started, running = stage.epochs * len(lesson), 0, time.monotonic(), 0.0
    for _ in range(stage.epochs):
        for loss in lesson.losses(net, rng):
            step += 1
            pace = min(1.0, step / (_WARM_UP * total)) * (1 - (step - 1) / total)
            for group in optimizer.param_groups:
                group["lr"] = group["start"] * pace
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            running = 0.98 * running + 0.02 * loss.item()
            if step % 20 == 0:
                mean, seconds = running / (1 - 0.98**step), time.monotonic() - started
                print(f"step {step} of {total}, loss {mean:.3f}, {seconds:.0f} s", flush=True)


def learn(
    base: Base, lessons: Callable[[Tokens, str | None], Lesson], stages: Sequence[_Stage], start: Path | None
) -> Network:
    """From the base model, or from what `start` holds. The result is the mean of the weights after each stage, which
    is surer than the last of them (model soups: Wortsman et al., 2022)."""
    torch.manual_seed(0)
    rng = random.Random(0)
    net = Network(base).train()
    if start is not None:
        restore(net, start)
    tokens = Tokens(base)
    states = []
    for stage in stages:
        _learn(net, lessons(tokens, stage.twice), stage, rng)
        states.append({name: tensor.clone() for name, tensor in net.state_dict().items()})
    net.load_state_dict({name: torch.stack([s[name] for s in states]).mean(0) for name in states[0]})
    return net.eval()


def _held_out(text: str) -> bool:
    return hashlib.sha1(text.encode()).digest()[0] % _HELD_ONE_IN == 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--afresh", action="store_true", help="start from the base model, not from what was learned")
    afresh = options.parse_args().afresh
    base = Base(bundled())
    catalogue = load(shipped("playbooks"))
    messages = {fold(item.exemplar.text).text: item for item in catalogue.exemplars}
    own = [draft for card in catalogue.cards.values() for draft in as_drafts(card)]
    drafts = {fold(item.draft.text).text: item for item in [*own, *catalogue.drafts]}
    to_read = {t: i for t, i in messages.items() if (i.lang, i.theme) not in _HELD_THEMES and not _held_out(t)}
    to_lint = {t: i for t, i in drafts.items() if not _held_out(t)}
    print(f"learning from {len(to_read)} of {len(messages)} messages and {len(to_lint)} of {len(drafts)} drafts")

    def reading(tokens: Tokens, twice: str | None) -> Lesson:
        again = [item for item in to_read.values() if twice and item.theme.startswith(twice)]
        return MessageLesson(tokens, [*to_read.values(), *again])

    def linting(tokens: Tokens, _: str | None) -> Lesson:
        return DraftLesson(tokens, list(to_lint.values()))

    reader, linter = LEARNED / "reader.onnx", LEARNED / "linter.onnx"
    export(learn(base, reading, _AFRESH if afresh else _FURTHER, None if afresh else reader), base, reader)
    # What reads customers knows much about what hurts: drafts are learned from there.
    export(learn(base, linting, _DRAFTS, reader if afresh else linter), base, linter)
    note([*to_read, *to_lint])


if __name__ == "__main__":
    main()
