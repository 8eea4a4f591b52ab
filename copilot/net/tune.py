"""Teach the network the exemplars: `make tune`, an hour on two cores; needs the extra `tune`.

One message in ten, and some themes whole, are never learned from: on them the finished reading is calibrated and
measured (see `judge`). What was learned is written to `learned/`.
"""

from __future__ import annotations

import hashlib
import math
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from copilot.config import shipped
from copilot.net.base import Base, bundled
from copilot.net.export import export
from copilot.net.network import Network
from copilot.net.outputs import ESCALATE, FLAG, HEAT, HEATS, STANCE
from copilot.net.tokens import choose, tokenizer
from copilot.playbooks.load import LabelledText, load
from copilot.playbooks.model import FLAGS, STANCES
from copilot.text import fold

__all__ = ["main"]

_BATCH, _TOKENS, _WARM_UP = 32, 192, 0.06
_SMOOTH = 0.05
_HELD_THEMES = frozenset({("en", "insurance"), ("en", "education"), ("zh", "education"), ("zh", "auto-and-home")})
_HELD_ONE_IN = 10
_FLAG_WEIGHT, _POSITIVE = 4.5, 2.0


@dataclass(frozen=True)
class _Stage:
    """So many epochs, the rates falling to nothing. The two new layers start from nothing and move faster."""

    epochs: int
    rate: float
    top_rate: float
    twice: str | None = None  # themes that begin so are learned twice an epoch


_STAGES = (
    _Stage(4, 2e-4, 4e-3),
    _Stage(2, 1.5e-4, 1.2e-3, twice="desk"),
    _Stage(2, 1.5e-4, 1.2e-3, twice="desk"),
    _Stage(1, 1.2e-4, 1e-3, twice="desk"),
)


@dataclass(frozen=True)
class _Sample:
    ids: list[int]
    item: LabelledText


class _Data:
    """The exemplars as token ids, and the rows of the embedding table that they use."""

    def __init__(self, base: Base, items: Sequence[LabelledText]) -> None:
        rows = choose(base)
        tokens = tokenizer(base, rows)
        tokens.enable_truncation(_TOKENS)
        self.samples = [_Sample(tokens.encode(fold(i.exemplar.text).text).ids, i) for i in items]
        self.table = torch.tensor(base.matrix("emb.word", base.width, rows))
        common = Counter(s.item.exemplar.type for s in self.samples)
        self.weights = torch.tensor([math.sqrt(len(items) / len(STANCES) / common[s]) for s in STANCES])

    def batches(self, rng: random.Random) -> Iterator[list[_Sample]]:
        """An epoch in random order, texts of like length together."""
        order = list(range(len(self.samples)))
        rng.shuffle(order)
        batches: list[list[int]] = []
        for at in range(0, len(order), _BATCH * 40):
            part = sorted(order[at : at + _BATCH * 40], key=lambda i: len(self.samples[i].ids))
            batches += [part[k : k + _BATCH] for k in range(0, len(part), _BATCH)]
        rng.shuffle(batches)
        yield from ([self.samples[i] for i in batch] for batch in batches)

    def tensors(self, batch: Sequence[_Sample]) -> tuple[Tensor, Tensor]:
        length = max(len(s.ids) for s in batch)
        ids = torch.ones(len(batch), length, dtype=torch.long)
        mask = torch.zeros(len(batch), length, dtype=torch.bool)
        for n, sample in enumerate(batch):
            ids[n, : len(sample.ids)] = torch.tensor(sample.ids)
            mask[n, : len(sample.ids)] = True
        return self.table[ids], mask


def _loss(logits: Tensor, batch: Sequence[_Sample], weights: Tensor) -> Tensor:
    labels = [s.item.exemplar for s in batch]
    stance = torch.tensor([STANCES.index(e.type) for e in labels])
    raised = torch.tensor([[float(f in e.flags) for f in FLAGS] + [float(e.escalate)] for e in labels])
    heat = torch.tensor([[float(e.heat > k) for k in range(HEATS)] for e in labels])
    soft = raised * (1 - _SMOOTH / 2) + (1 - raised) * _SMOOTH / 10
    return (
        functional.cross_entropy(logits[:, STANCE], stance, weight=weights, label_smoothing=_SMOOTH)
        + _FLAG_WEIGHT
        * functional.binary_cross_entropy_with_logits(
            logits[:, FLAG.start : ESCALATE + 1], soft, pos_weight=torch.full((len(FLAGS) + 1,), _POSITIVE)
        )
        + functional.binary_cross_entropy_with_logits(logits[:, HEAT], heat)
    )


def _optimizer(net: Network, stage: _Stage) -> torch.optim.AdamW:
    named = list(net.named_parameters())
    top = [p for n, p in named if n in ("whole.weight", "spot.weight")]
    matrices = [p for n, p in named if p.ndim > 1 and n not in ("whole.weight", "spot.weight")]
    groups = [
        {"params": matrices, "lr": stage.rate, "weight_decay": 0.01},
        {"params": [p for _, p in named if p.ndim < 2], "lr": stage.rate, "weight_decay": 0.0},
        {"params": top, "lr": stage.top_rate, "weight_decay": 0.01},
    ]
    return torch.optim.AdamW([{**g, "start": g["lr"]} for g in groups])


def _learn(net: Network, data: _Data, stage: _Stage, rng: random.Random) -> None:
    """One stage, with a line of progress every twenty steps."""
    optimizer = _optimizer(net, stage)
    total, step, started, running = stage.epochs * math.ceil(len(data.samples) / _BATCH), 0, time.monotonic(), 0.0
    for _ in range(stage.epochs):
        for batch in data.batches(rng):
            pace = min(1.0, step / (_WARM_UP * total)) * max(0.0, 1 - step / total)
            for group in optimizer.param_groups:
                group["lr"] = group["start"] * pace
            embedded, mask = data.tensors(batch)
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(embedded, mask)[0]
            loss = _loss(logits.float(), batch, data.weights)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            step += 1
            running = 0.98 * running + 0.02 * loss.item()
            if step % 20 == 0:
                mean, seconds = running / (1 - 0.98**step), time.monotonic() - started
                print(f"step {step} of {total}, loss {mean:.3f}, {seconds:.0f} s", flush=True)


def learn(items: Sequence[LabelledText], base: Base, seed: int = 0) -> Network:
    """The mean of the weights after each stage, which is surer than the last of them (model soups: Wortsman et al.,
    2022)."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    net = Network(base).train()
    states = []
    for stage in _STAGES:
        again = [item for item in items if stage.twice and item.theme.startswith(stage.twice)]
        _learn(net, _Data(base, [*items, *again]), stage, rng)
        states.append({name: tensor.clone() for name, tensor in net.state_dict().items()})
    net.load_state_dict({name: torch.stack([s[name] for s in states]).mean(0) for name in states[0]})
    return net.eval()


def _held_out(item: LabelledText, text: str) -> bool:
    return (item.lang, item.theme) in _HELD_THEMES or hashlib.sha1(text.encode()).digest()[0] % _HELD_ONE_IN == 0


def main() -> None:
    base = Base(bundled())
    items = {fold(item.exemplar.text).text: item for item in load(shipped("playbooks")).exemplars}
    taught = {text: item for text, item in items.items() if not _held_out(item, text)}
    print(f"learning from {len(taught)} messages; {len(items) - len(taught)} are held out")
    export(learn(list(taught.values()), base), base, taught)


if __name__ == "__main__":
    main()
