"""Teach the network the examples: `make tune`; needs the extra `tune`.

It goes on from what was learned before, which takes half an hour on two cores; `--afresh` starts from the base model
and takes twice as long. One text in ten, and some themes whole, are never learned from: on them the finished reading is
calibrated and measured (see `judge`, `phrasing`). What was learned is written to `learned/`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from copilot.config import shipped
from copilot.net.base import Base, bundled
from copilot.net.export import export, restore
from copilot.net.lessons import DraftLesson, Lesson, MessageLesson, Tokens
from copilot.net.network import Network
from copilot.playbooks.examples import LabelledDraft, LabelledText
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
_FURTHER = (_Stage(2, 1.5e-4, 2e-3, twice="desk"), _Stage(1, 1.2e-4, 1e-3, twice="desk"))


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


def _learn(net: Network, lessons: Sequence[Lesson], stage: _Stage, rng: random.Random) -> None:
    """One stage, with a line of progress every twenty steps. The lessons' batches come mixed."""
    optimizer = _optimizer(net, stage)
    total, step, started = stage.epochs * sum(map(len, lessons)), 0, time.monotonic()
    running = [0.0] * len(lessons)
    for _ in range(stage.epochs):
        turns = [n for n, lesson in enumerate(lessons) for _ in range(len(lesson))]
        rng.shuffle(turns)
        taught = [lesson.losses(net, rng) for lesson in lessons]
        for turn in turns:
            pace = min(1.0, step / (_WARM_UP * total)) * max(0.0, 1 - step / total)
            for group in optimizer.param_groups:
                group["lr"] = group["start"] * pace
            loss = next(taught[turn])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            step += 1
            running[turn] = 0.98 * running[turn] + 0.02 * loss.item() if running[turn] else loss.item()
            if step % 20 == 0:
                means = ", ".join(f"{mean:.3f}" for mean in running)
                print(f"step {step} of {total}, losses {means}, {time.monotonic() - started:.0f} s", flush=True)


def learn(
    messages: Sequence[LabelledText], drafts: Sequence[LabelledDraft], base: Base, afresh: bool, seed: int = 0
) -> Network:
    """The mean of the weights after each stage, which is surer than the last of them (model soups: Wortsman et al.,
    2022)."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    net = Network(base).train()
    if not afresh:
        restore(net)
    tokens = Tokens(base)
    states = []
    for stage in _AFRESH if afresh else _FURTHER:
        again = [item for item in messages if stage.twice and item.theme.startswith(stage.twice)]
        _learn(net, (MessageLesson(tokens, [*messages, *again]), DraftLesson(tokens, drafts)), stage, rng)
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
    to_learn = {t: i for t, i in messages.items() if (i.lang, i.theme) not in _HELD_THEMES and not _held_out(t)}
    to_lint = {t: i for t, i in drafts.items() if not _held_out(t)}
    print(f"learning from {len(to_learn)} of {len(messages)} messages and {len(to_lint)} of {len(drafts)} drafts")
    export(learn(list(to_learn.values()), list(to_lint.values()), base, afresh), base, [*to_learn, *to_lint])


if __name__ == "__main__":
    main()
