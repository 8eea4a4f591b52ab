"""`serve`: console and API on one address."""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
import time
from pathlib import Path

import click

from copilot.cli.common import build
from copilot.config import Settings
from copilot.errors import DataDirectoryError, LevelheadError
from copilot.pipeline import Copilot
from copilot.store import Cases, Database, Keys

__all__ = ["serve"]

KEY_FILE = "access-key"
_PURGE_SECONDS = 6 * 3600


@click.command()
@click.option("--host", help="address to listen on [127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="port to listen on [8080]")
def serve(host: str | None, port: int | None) -> None:
    """Start the console and the API."""
    import uvicorn

    from api.app import create_app

    settings = Settings()
    settings = settings.model_copy(
        update={key: value for key, value in (("host", host), ("port", port)) if value is not None}
    )
    settings.prepare()
    listener = _listen(settings.host, settings.port)
    try:
        database = Database(settings.database)
        shown = _first_key(Keys(database), settings.home / KEY_FILE)
        copilot = build(settings)
        for problem in copilot.problems():
            click.echo(f"skipped: {problem}", err=True)
        app = create_app(settings, copilot, database)
        threading.Thread(target=_keep_retention, args=(Cases(database), copilot), daemon=True).start()
        click.echo(f"\nLevelhead is ready: http://{settings.host}:{listener.getsockname()[1]}\n{shown}\n")
        if copilot.writes:
            click.echo(f"Replies are written by {copilot.writes}; personal data is replaced before it is asked.\n")
        logging.getLogger("uvicorn.access").disabled = True  # our own log carries no query and no text
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=10)
        )
        server.run(sockets=[listener])
    finally:
        listener.close()


def _keep_retention(cases: Cases, copilot: Copilot) -> None:
    """Delete what is older than organisation.yaml allows, now and every six hours."""
    while True:
        try:
            cases.purge(copilot.organisation()[0].retention_days)
        except LevelheadError as error:
            logging.getLogger("levelhead").error("purge: %s", error)
        time.sleep(_PURGE_SECONDS)


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before the slow part, so that a second server says so at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise LevelheadError(
                f"port {port} on {host} is taken, perhaps by another Levelhead: stop it, or choose another with --port"
            ) from error
        raise LevelheadError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def _first_key(keys: Keys, path: Path) -> str:
    """Make a key when there is none; say where it is kept otherwise."""
    if any(key.revoked_at is None for key in keys.list()):
        return (
            f"Sign in with your access key (the first one is kept in {path})."
            if path.exists()
            else "Sign in with your access key."
        )
    _, secret = keys.new("first key", "admin")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secret + "\n")
    except OSError as error:
        raise DataDirectoryError(f"{path}: cannot keep the access key: {error.strerror}") from error
    return f"Access key (shown once, kept in {path}): {secret}"
