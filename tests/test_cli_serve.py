"""The real command in a process of its own: it starts, says what it needs to, and stops when told."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from copilot.pipeline import Copilot
from tests.fakes import Run

LEVELHEAD = Path(sys.executable).with_name("levelhead")


@pytest.fixture(scope="module")
def server_home(copilot: Copilot, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory of its own with the models of the session, so that nothing is fitted again."""
    place = tmp_path_factory.mktemp("served")
    for name in ("index", "models"):
        (place / name).symlink_to(home / name)
    return place


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(LEVELHEAD), *arguments],
        env={**os.environ, "LEVELHEAD_DATA_DIR": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def spoken(server: subprocess.Popen[str], word: str) -> str:
    """The first line that the server prints with this word in it."""
    assert server.stdout
    for line in server.stdout:
        if word in line:
            return line
    raise AssertionError(f"it stopped without a word about '{word}': {server.stderr and server.stderr.read()}")


@pytest.fixture(scope="module")
def served(server_home: Path) -> Iterator[tuple[str, str]]:
    """The address and the first key of a running server."""
    server = start(server_home, "serve", "--port", "0")
    try:
        address = spoken(server, "Levelhead is ready").split()[-1]
        secret = spoken(server, "Access key").split()[-1]
        yield address, secret
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=20)


def test_the_server_answers_with_its_first_key(served: tuple[str, str]) -> None:
    address, secret = served
    answer = httpx.post(
        f"{address}/v1/suggestions",
        json={"text": "Where is my order?"},
        headers={"Authorization": f"Bearer {secret}"},
        timeout=30,
    )
    assert answer.status_code == 200
    assert answer.json()["suggestion_id"]
    assert "server" not in answer.headers, "what runs here is nobody's business"


def test_the_first_key_is_kept_for_the_owner_alone(served: tuple[str, str], server_home: Path) -> None:
    path = server_home / "access-key"
    assert path.read_text(encoding="utf-8").strip() == served[1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((server_home / "session-secret").stat().st_mode) == 0o600


def test_a_second_server_on_the_port_says_so_at_once(
    served: tuple[str, str], levelhead: Callable[..., Run], tmp_path: Path
) -> None:
    port = served[0].rpartition(":")[2]
    run = levelhead("serve", "--port", port, home=tmp_path)
    assert run.code == 3
    assert f"port {port}" in run.err
    assert "--port" in run.err


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_an_address_that_is_not_ours_is_refused(levelhead: Callable[..., Run], tmp_path: Path, host: str) -> None:
    run = levelhead("serve", "--host", host, "--port", "0", home=tmp_path)
    assert run.code == 3
    assert host in run.err


def test_the_server_stops_at_ctrl_c_without_a_traceback(server_home: Path) -> None:
    server = start(server_home, "serve", "--port", "0")
    ready = spoken(server, "Levelhead is ready")
    server.send_signal(signal.SIGINT)
    _, errors = server.communicate(timeout=20)
    assert "Traceback" not in errors
    assert server.returncode in (0, 130)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(ready.rpartition(":")[2])), timeout=1)


def test_the_command_answers_from_a_process_of_its_own(server_home: Path) -> None:
    process = start(server_home, "suggest", "我要起诉你们", "--json")
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert '"legal"' in out
    assert errors == "", "nothing but the answer"


def left_alone(home: Path) -> tuple[int, str]:
    """Exit code and errors of a command whose reader goes away, as with `| head`."""
    process = start(home, "playbooks", "schema")
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    return process.wait(timeout=60), process.stderr.read()


def test_a_reader_that_goes_away_hears_no_traceback(server_home: Path) -> None:
    assert left_alone(server_home)[1] == ""
