"""A real server under fire: killed while it saves, and asked by eight programs at once for a minute."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from copilot.config import Settings
from copilot.pipeline import Copilot
from copilot.store import Cases, Database
from tests.samples import CASES

pytestmark = pytest.mark.soak
LEVELHEAD = Path(sys.executable).with_name("levelhead")
CLIENTS = 8
SECONDS = 60


@pytest.fixture
def place(copilot: Copilot, home: Path, tmp_path: Path) -> Path:
    """A data directory of its own with the models of the session."""
    for name in ("index", "models"):
        (tmp_path / name).symlink_to(home / name)
    return tmp_path


class Server:
    """`levelhead serve` in a process of its own, on a free port."""

    def __init__(self, place: Path) -> None:
        self.place = place
        environment = {**os.environ, "LEVELHEAD_DATA_DIR": str(place)}
        command = [str(LEVELHEAD), "serve", "--port", "0"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        ready = next(line for line in self.process.stdout if "Levelhead is ready" in line)
        self.address = ready.split()[-1]
        secret = (place / "access-key").read_text(encoding="utf-8").strip()
        self.headers = {"Authorization": f"Bearer {secret}"}

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers=self.headers, timeout=60)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        self.process.send_signal(how)
        self.process.communicate(timeout=30)


@pytest.fixture
def server(place: Path) -> Iterator[Server]:
    running = Server(place)
    yield running
    if running.process.poll() is None:
        running.stop()


def kept(place: Path) -> set[str]:
    with closing(Database(Settings(data_dir=place).database)) as database:
        return {s["id"] for case in Cases(database).export() for s in case["suggestions"]}


@pytest.mark.parametrize("after", [1, 20, 60])
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(server: Server, place: Path, after: int) -> None:
    acknowledged: list[str] = []
    enough = threading.Event()

    def ask(number: int) -> None:
        with server.client() as client:
            for case in CASES * 50:
                try:
                    answer = client.post("/v1/suggestions", json={"text": case.text, "id": str(number)})
                except httpx.TransportError:
                    return
                if answer.status_code == 200:
                    acknowledged.append(answer.json()["suggestion_id"])
                if len(acknowledged) >= after:
                    enough.set()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(120)
    server.stop(signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert len(acknowledged) >= after
    assert set(acknowledged) <= kept(place)
    again = Server(place)
    with again.client() as client:
        answer = client.post("/v1/suggestions", json={"text": "hello"})
    again.stop()
    assert answer.status_code == 200, "it starts again on what the killed one left"


def memory(pid: int) -> int:
    """Resident memory in MiB."""
    fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def test_eight_programs_at_once_are_answered_for_a_minute(server: Server, place: Path) -> None:
    until = time.monotonic() + SECONDS
    times: list[float] = []
    ids: list[str] = []
    failures: list[str] = []

    def ask(number: int) -> None:
        with server.client() as client:
            turn = number
            while time.monotonic() < until:
                case = CASES[turn % len(CASES)]
                started = time.monotonic()
                answer = client.post("/v1/suggestions", json={"text": f"{case.text} {turn}", "channel": case.channel})
                times.append(time.monotonic() - started)
                if answer.status_code == 200:
                    ids.append(answer.json()["suggestion_id"])
                else:
                    failures.append(f"{answer.status_code} {answer.text[:200]}")
                turn += CLIENTS

    with server.client() as client:
        for case in CASES:
            client.post("/v1/readings", json={"text": case.text})
    before = memory(server.process.pid)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(ask, number) for number in range(CLIENTS)]:
            done.result()
    grown = memory(server.process.pid) - before
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"\n{len(ids)} answers, median {statistics.median(times):.2f} s, p95 {p95:.2f} s, {grown:+} MiB")
    assert failures == []
    assert len(set(ids)) == len(ids) == len(times)
    assert set(ids) <= kept(place)
    assert p95 < 3, "an agent waits for this"
    assert grown < 300, "memory does not grow with every message"
