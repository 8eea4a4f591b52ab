"""`make bench`: the figures that we quote. Everything is measured in one run, so ratios hold on any machine."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from copilot.config import Settings
from copilot.pipeline import Copilot
from copilot.types import Case

ROUNDS = 60
MESSAGES = [
    "Order A-4471-22 was due on Monday and it is still not here. I have written to you three times and the only answer "
    "is that somebody will be in touch. I need the washing machine for the weekend. Please tell me what happens now.",
    "上周三下单的洗衣机到现在还没送到，订单号TB20231145，客服前后换了四个人，每个都说帮我催，结果一点动静也没有。"
    "家里老人等着用，每天手洗。你们到底什么时候能送？送不了就直说，别让我一直干等，我也好去别家买，不要再拖了，今天给我一个准话。",
]


def milliseconds(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median time of a call."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def line(name: str, value: float, unit: str = "ms") -> None:
    print(f"{name:<58} {value:9.1f} {unit}")


def parts(copilot: Copilot) -> None:
    """Where the time of a suggestion goes. The encoder's cache is passed by with a text that changes."""
    count = 0

    def fresh(text: str) -> Case:
        nonlocal count
        count += 1
        return Case(f"{text} {count}", channel="email")

    for text in MESSAGES:
        language = "zh" if any(c > "\u3000" for c in text) else "en"
        for _ in range(5):
            copilot.suggest(fresh(text))
        whole = milliseconds(lambda text=text: copilot.suggest(fresh(text)))  # type: ignore[misc]
        reading = milliseconds(lambda text=text: copilot.read(fresh(text)))  # type: ignore[misc]
        recall = copilot._recall
        looked, _, _ = copilot._look(fresh(text), None)
        query = milliseconds(lambda: recall._index.query(looked.vector, 48))  # noqa: B023
        line(f"{language}: suggestion, {len(text)} characters", whole)
        line(f"{language}:   reading, embedding included", reading)
        line(f"{language}:   Chroma query", query)
        line(f"{language}:   everything else", whole - reading - query)
        draft = copilot.suggest(fresh(text)).replies[1].text
        line(
            f"{language}: lint of a reply, {len(draft)} characters",
            milliseconds(lambda d=draft: copilot.review(d).findings),
        )  # type: ignore[misc]


def bulk(copilot: Copilot, count: int = 400) -> None:
    """As `levelhead read --jsonl` does it: several at a time, in order."""
    cases = [Case(f"{MESSAGES[n % 2][: 60 + n % 160]} {n}") for n in range(count)]
    started = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for _ in pool.map(copilot.read, cases):
            pass
    seconds = time.perf_counter() - started
    line(f"reading in bulk, {sum(len(c.text) for c in cases) // count} characters each", count / seconds, "/s")


def cold(home: str) -> None:
    environment = {**os.environ, "LEVELHEAD_DATA_DIR": home}
    command = [str(Path(sys.executable).with_name("levelhead")), "suggest", MESSAGES[0]]
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    line("`levelhead suggest` from cold, index built", statistics.median(times), "s")


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(data_dir=Path(home))
        started = time.perf_counter()
        copilot = Copilot.build(settings)
        line("index and models from nothing", time.perf_counter() - started, "s")
        counts = f"{len(copilot.catalogue.cards)} cards, {copilot.catalogue.exemplar_count} exemplars"
        print(f"({counts})")
        started = time.perf_counter()
        copilot = Copilot.build(settings)
        line("the same again, cached", time.perf_counter() - started, "s")
        parts(copilot)
        bulk(copilot)
        started = time.perf_counter()
        for number in range(100):
            copilot.read(Case(f"{MESSAGES[number % 2][:120]} {number}"))
        line("readings a second, one thread", 100 / (time.perf_counter() - started), "/s")
        line("peak memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")
        cold(home)


if __name__ == "__main__":
    main()
