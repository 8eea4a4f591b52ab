"""Embed the shipped examples and keep the vectors in the package: `make thresholds`, after a change of content."""

from __future__ import annotations

from copilot.config import shipped
from copilot.embed import REMEMBERED, BundledEncoder
from copilot.memory import Memory
from copilot.playbooks.load import load
from copilot.prepare import texts_of

__all__ = ["main"]


def main() -> None:
    encoder = BundledEncoder()
    texts = texts_of(load(shipped("playbooks")))
    Memory.write(REMEMBERED, encoder.name, texts, encoder.encode(texts))
    print(f"{len(texts)} texts are remembered in {REMEMBERED.name}")


if __name__ == "__main__":
    main()
