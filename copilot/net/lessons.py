"""What the network is taught, as batches and losses: customers' messages, and agents' drafts."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from copilot.net.base import Base
from copilot.net.network import Network
from copilot.net.outputs import ESCALATE, FLAG, HEAT, HEATS, PHRASES, STANCE
from copilot.net.tokens import choose, tokenizer
from copilot.playbooks.examples import LabelledDraft, LabelledText
from copilot.playbooks.model import FINDING_KINDS, FLAGS, STANCES
from copilot.text import fold, sentences, span_at

__all__ = ["DraftLesson", "Lesson", "MessageLesson", "Tokens"]

_BATCH, _TOKENS = 32, 192
_SMOOTH = 0.05
_FLAG_WEIGHT, _POSITIVE = 4.5, 2.0
_PHRASE_WEIGHT = 4.5


def _swiftly() -> torch.autocast:
    """Half precision where the processor knows it; elsewhere it is emulated and a hundred times slower."""
    return torch.autocast("cpu", torch.bfloat16, enabled="AVX512" in torch.backends.cpu.get_cpu_capability())


class Lesson(Protocol):
    """So many steps an epoch; each a loss to learn from."""

    def __len__(self) -> int: ...

    def losses(self, net: Network, rng: random.Random) -> Iterator[Tensor]: ...


class Tokens:
    """Texts as token ids, and the rows of the embedding table that they use."""

    def __init__(self, base: Base) -> None:
        rows = choose(base)
        self.encode = tokenizer(base, rows)
        self.encode.enable_truncation(_TOKENS)
        self.table = torch.tensor(base.matrix("emb.word", base.width, rows))

    def tensors(self, batch: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Embeddings (batch, length, width) and the mask of real tokens."""
        length = max(map(len, batch))
        ids = torch.ones(len(batch), length, dtype=torch.long)
        mask = torch.zeros(len(batch), length, dtype=torch.bool)
        for n, row in enumerate(batch):
            ids[n, : len(row)] = torch.tensor(row)
            mask[n, : len(row)] = True
        return self.table[ids], mask


def _batches(lengths: Sequence[int], rng: random.Random) -> Iterator[list[int]]:
    """An epoch in random order, texts of like length together."""
    order = list(range(len(lengths)))
    rng.shuffle(order)
    batches: list[list[int]] = []
    for at in range(0, len(order), _BATCH * 40):
        part = sorted(order[at : at + _BATCH * 40], key=lambda i: lengths[i])
        batches += [part[k : k + _BATCH] for k in range(0, len(part), _BATCH)]
    rng.shuffle(batches)
    yield from batches


class MessageLesson:
    """Customers' messages: stance, flags, escalation, heat."""

    def __init__(self, tokens: Tokens, items: Sequence[LabelledText]) -> None:
        self._tokens, self._items = tokens, items
        self._ids = [tokens.encode.encode(fold(item.exemplar.text).text).ids for item in items]
        common = Counter(item.exemplar.type for item in items)
        self._weights = torch.tensor([math.sqrt(len(items) / len(STANCES) / common[s]) for s in STANCES])

    def __len__(self) -> int:
        return math.ceil(len(self._items) / _BATCH)

    def losses(self, net: Network, rng: random.Random) -> Iterator[Tensor]:
        for batch in _batches([len(ids) for ids in self._ids], rng):
            embedded, mask = self._tokens.tensors([self._ids[i] for i in batch])
            with _swiftly():
                logits = net(embedded, mask)[0]
            yield self._loss(logits.float(), [self._items[i] for i in batch])

    def _loss(self, logits: Tensor, batch: Sequence[LabelledText]) -> Tensor:
        labels = [item.exemplar for item in batch]
        stance = torch.tensor([STANCES.index(e.type) for e in labels])
        raised = torch.tensor([[float(f in e.flags) for f in FLAGS] + [float(e.escalate)] for e in labels])
        heat = torch.tensor([[float(e.heat > k) for k in range(HEATS)] for e in labels])
        soft = raised * (1 - _SMOOTH / 2) + (1 - raised) * _SMOOTH / 10
        return (
            functional.cross_entropy(logits[:, STANCE], stance, weight=self._weights, label_smoothing=_SMOOTH)
            + _FLAG_WEIGHT
            * functional.binary_cross_entropy_with_logits(
                logits[:, FLAG.start : ESCALATE + 1], soft, pos_weight=torch.full((len(FLAGS) + 1,), _POSITIVE)
            )
            + functional.binary_cross_entropy_with_logits(logits[:, HEAT], heat)
        )


@dataclass(frozen=True)
class _Stretch:
    """Tokens that are judged together: a bad span, or what is innocent in a sentence."""

    tokens: list[int]
    kinds: frozenset[str]


class DraftLesson:
    """Agents' drafts: which stretch of words is bad, and in which way."""

    def __init__(self, tokens: Tokens, items: Sequence[LabelledDraft]) -> None:
        self._tokens = tokens
        self._ids: list[list[int]] = []
        self._stretches: list[list[_Stretch]] = []
        for item in items:
            folded = fold(item.draft.text)
            encoding = tokens.encode.encode(folded.text)
            inside = encoding.offsets[1:-1]
            self._ids.append(encoding.ids)
            places = [folded.span(start, end) if end > start else (0, 0) for start, end in inside]
            self._stretches.append(_stretches(item, places, [s for s, _ in inside], sentences(folded.text)))

    def __len__(self) -> int:
        return math.ceil(len(self._ids) / _BATCH)

    def losses(self, net: Network, rng: random.Random) -> Iterator[Tensor]:
        for batch in _batches([len(ids) for ids in self._ids], rng):
            embedded, mask = self._tokens.tensors([self._ids[i] for i in batch])
            with _swiftly():
                phrases = net(embedded, mask)[2]
            yield self._loss(phrases.float(), [self._stretches[i] for i in batch])

    @staticmethod
    def _loss(phrases: Tensor, batch: Sequence[Sequence[_Stretch]]) -> Tensor:
        found, wanted = [], []
        for row, stretches in zip(phrases, batch, strict=True):
            for stretch in stretches:
                found.append(torch.logsumexp(row[stretch.tokens], 0))
                wanted.append([float(kind in stretch.kinds) for kind in FINDING_KINDS])
        labels = torch.tensor(wanted)
        soft = labels * (1 - _SMOOTH) + (1 - labels) * _SMOOTH / 10
        return _PHRASE_WEIGHT * functional.binary_cross_entropy_with_logits(
            torch.stack(found), soft, pos_weight=torch.full((PHRASES,), _POSITIVE)
        )


def _stretches(
    item: LabelledDraft, places: Sequence[tuple[int, int]], starts: Sequence[int], ends: Sequence[tuple[int, int]]
) -> list[_Stretch]:
    """`places` are the tokens' spans in the draft, `starts` their places in the folded text, `ends` its sentences."""
    bad = list(item.draft.places())
    groups: dict[tuple[str, int | None], list[int]] = {}
    kinds: dict[tuple[str, int | None], frozenset[str]] = {}
    for number, ((start, end), at) in enumerate(zip(places, starts, strict=True)):
        token = number + 1  # after the mark of the start
        hit = next((n for n, ((a, b), _) in enumerate(bad) if start < b and end > a), None)
        key = ("bad", hit) if hit is not None else ("fine", span_at(ends, at))
        groups.setdefault(key, []).append(token)
        kinds[key] = frozenset({bad[hit][1].kind}) if hit is not None else frozenset()
    return [_Stretch(tokens, kinds[key]) for key, tokens in groups.items()]
