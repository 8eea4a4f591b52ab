"""The network in PyTorch, for learning and export only. What runs at the desk is its ONNX form (see `session`).

The base's transformer reads the text. Two layers sit on top: one looks at the mean of all tokens (what the whole
says), one at every token, whose scores are pooled by a soft maximum (one threat is enough, however long the letter).
The second also tells where: multiple-instance learning, Ilse et al. (2018). A third layer looks at the tokens of
agents' drafts. Two networks of this one shape are shipped: what finds a threat in a letter is a good start for finding
what hurts in a reply, but learning both at once made either worse.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from copilot.net.base import Base
from copilot.net.outputs import COUNT, ESCALATE, FLAG, PHRASES, SPOTS

__all__ = ["MATRICES", "Network"]

MATRICES = ("q", "k", "v", "ao", "fi", "fo")  # the base's names: query, key, value, attention out, inner in and out
_NORMS = ("aln", "oln")
_MASKED = -1e4


class _Layer(nn.Module):
    def __init__(self, base: Base, number: int, dropout: float) -> None:
        super().__init__()
        width, inner = base.width, base.inner
        shapes = {"fi": (width, inner), "fo": (inner, width)}
        self.heads, self.dropout = base.heads, dropout
        for name in MATRICES:
            wide, out = shapes.get(name, (width, width))
            linear = nn.Linear(wide, out)
            linear.weight.data = torch.tensor(base.matrix(f"l{number}.{name}.w", wide))
            linear.bias.data = torch.tensor(base.floats(f"l{number}.{name}.b"))
            self.add_module(name, linear)
        for name in _NORMS:
            self.add_module(name, _norm(base, f"l{number}.{name}"))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = x.shape

        def split(t: Tensor) -> Tensor:
            return t.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

        p = self.dropout if self.training else 0.0
        mixed = functional.scaled_dot_product_attention(
            split(self.q(x)), split(self.k(x)), split(self.v(x)), attn_mask=mask, dropout_p=p
        )
        mixed = self.ao(mixed.transpose(1, 2).reshape(batch, length, width))
        x = self.aln(x + functional.dropout(mixed, p, self.training))
        inner = self.fo(functional.gelu(self.fi(x)))
        return self.oln(x + functional.dropout(inner, p, self.training))  # type: ignore[no-any-return]


def _norm(base: Base, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(base.width, eps=base.epsilon)
    norm.weight.data, norm.bias.data = torch.tensor(base.floats(f"{name}.w")), torch.tensor(base.floats(f"{name}.b"))
    return norm


class Network(nn.Module):
    """Embeddings (batch, length, width) and a mask of real tokens in; out come logits (batch, COUNT), laid out as
    `outputs` says, the tokens' own (batch, length, SPOTS), and for a draft (batch, length, PHRASES)."""

    def __init__(self, base: Base, dropout: float = 0.1) -> None:
        super().__init__()
        self.dropout = dropout
        positions = base.floats("emb.pos").reshape(-1, base.width) + base.floats("emb.type").reshape(-1, base.width)[0]
        self.positions = nn.Parameter(torch.tensor(positions))
        self.eln = _norm(base, "emb.ln")
        self.layers = nn.ModuleList(_Layer(base, n, dropout) for n in range(base.layers))
        self.whole_norm, self.spot_norm = nn.LayerNorm(base.width), nn.LayerNorm(base.width)
        self.whole, self.spot = nn.Linear(base.width, COUNT), nn.Linear(base.width, SPOTS)
        self.phrase = nn.Linear(base.width, PHRASES)
        for linear, bias in ((self.whole, 0.0), (self.spot, -6.0), (self.phrase, -6.0)):
            nn.init.normal_(linear.weight, std=0.02)
            nn.init.constant_(linear.bias, bias)

    def forward(self, embedded: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        p = self.dropout if self.training else 0.0
        x = functional.dropout(self.eln(embedded + self.positions[: embedded.shape[1]]), p, self.training)
        hidden = torch.zeros(mask.shape, dtype=x.dtype).masked_fill(~mask, _MASKED)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, hidden)
        x = functional.dropout(x, p, self.training)
        real = mask.to(x.dtype)[..., None]
        whole = self.whole(self.whole_norm((x * real).sum(1) / real.sum(1)))
        tokens = self.spot_norm(x)
        spots = self.spot(tokens).masked_fill(~mask[..., None], _MASKED)
        first, last = FLAG.start, ESCALATE + 1
        pooled = whole[:, first:last] + torch.logsumexp(spots, 1)
        return torch.cat([whole[:, :first], pooled, whole[:, last:]], 1), spots, self.phrase(tokens)
