"""What was acknowledged survives `kill -9`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.soak

ROUNDS = 5
LEVELHEAD = Path(sys.executable).with_name("levelhead")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(home: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "LEVELHEAD_DATA_DIR": str(home), "LEVELHEAD_PORT": str(port)}
    process = subprocess.Popen(
        [str(LEVELHEAD), "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return process
        except httpx.TransportError:
            time.sleep(0.5)
    process.kill()
    raise AssertionError("the server did not become ready")


def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    for number in range(ROUNDS):
        port = free_port()
        process = start(tmp_path, port)
        secret = (tmp_path / "access-key").read_text(encoding="utf-8").strip()
        with httpx.Client(headers={"Authorization": f"Bearer {secret}"}, timeout=30) as client:
            for message in range(10 + number):
                text = f"Order {number}-{message} is late, where is it?"
                answer = client.post(f"http://127.0.0.1:{port}/v1/suggestions", json={"text": text})
                assert answer.status_code == 200
                acknowledged.add(answer.json()["suggestion_id"])
            process.send_signal(signal.SIGKILL)
        process.wait()
    environment = {**os.environ, "LEVELHEAD_DATA_DIR": str(tmp_path)}
    run = subprocess.run([str(LEVELHEAD), "cases", "export"], env=environment, capture_output=True, check=True)
    kept = run.stdout.decode()
    assert [lost for lost in acknowledged if lost not in kept] == []
