"""What was learned, written down as what runs: an ONNX graph with eight-bit matrices, and which texts it saw. And
back again, so that learning can go on from there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from copilot.memory import mark
from copilot.net.base import Base
from copilot.net.network import MATRICES, Network
from copilot.net.session import LEARNED

__all__ = ["export", "note", "restore"]

_HEADS = ("whole", "spot", "phrase")


def export(net: Network, base: Base, path: Path) -> None:
    """Write the network as an ONNX file."""
    path.parent.mkdir(exist_ok=True)
    example = (torch.zeros(2, 7, base.width), torch.ones(2, 7, dtype=torch.bool))
    many = {0: torch.export.Dim("batch", max=4096), 1: torch.export.Dim("length", max=base.positions)}
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        torch.onnx.export(
            net.eval(),
            example,
            str(plain),
            input_names=["embedded", "mask"],
            output_names=["logits", "spots", "phrases"],
            dynamic_shapes=(many, many),
            external_data=False,
        )
        graph = onnx.load(plain)
        del graph.graph.value_info[:]  # the exporter's notes on shapes, which the quantiser disputes
        onnx.save(graph, plain)
        quantize_dynamic(plain, path, per_channel=True, weight_type=QuantType.QInt8)


def note(taught: Iterable[str], folder: Path = LEARNED) -> None:
    """Keep marks of the folded texts that were learned from: on the others the learning is measured."""
    np.save(folder / "taught.npy", np.array(sorted({mark(text) for text in taught}), dtype=np.uint64))


def restore(net: Network, path: Path) -> None:
    """Set the network to what `export` wrote. Eight bits a weight are a little coarse, which further learning mends;
    a head that the file does not know stays as it is."""
    initial = {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    state = net.state_dict()
    for name in state.keys() & initial.keys():
        state[name] = torch.tensor(initial[name])
    # The exporter forgets the names of the matrices but keeps their order.
    matrices = [name for name in initial if name.endswith("_quantized")]
    wanted = [f"layers.{n}.{m}.weight" for n in range(len(net.layers)) for m in MATRICES]
    for name, stored in zip([*wanted, *(f"{h}.weight" for h in _HEADS)], matrices, strict=False):
        scale = initial[stored.replace("_quantized", "_scale")]
        state[name] = torch.tensor(initial[stored].astype(np.float32) * scale).T
    net.load_state_dict(state)
