"""Ask the bundled models about the shipped examples and keep what they say in the package: `make thresholds`, after a
change of content or of the network."""

from __future__ import annotations

import numpy as np

from copilot.config import shipped
from copilot.embed import REMEMBERED, BundledEncoder
from copilot.memory import Memory
from copilot.net.session import JUDGED, BundledNetwork
from copilot.playbooks.load import load
from copilot.prepare import exemplar_texts, texts_of

__all__ = ["main"]


def main() -> None:
    encoder = BundledEncoder()
    catalogue = load(shipped("playbooks"))
    texts = texts_of(catalogue)
    Memory.write(REMEMBERED, encoder.name, texts, encoder.encode(texts), eight_bits=True)
    network = BundledNetwork()
    unseen = [text for text in exemplar_texts(catalogue) if not network.has_seen(text)]
    # One by one, as a message is read at the desk: eight-bit matrices answer a little differently in company.
    judged = np.array([network.read([text])[0].logits for text in unseen])
    Memory.write(JUDGED, network.name, unseen, judged)
    print(f"{len(texts)} embeddings and {len(unseen)} judgements are remembered")


if __name__ == "__main__":
    main()
