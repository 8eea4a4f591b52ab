"""What tests share. No test sees the data directory of the person who runs it.

The real `Copilot` is built once a session (under a minute). To keep it between sessions while you work on the tests,
set LEVELHEAD_TEST_HOME to a directory; it is built again whenever the playbooks have changed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from api.app import create_app
from copilot.cli import main
from copilot.config import Settings
from copilot.embed import BundledEncoder
from copilot.net.session import BundledNetwork
from copilot.pipeline import Copilot
from copilot.store import Database
from tests.fakes import Desk, Run
from tests.personas import Personas

pytest_plugins = ["tests.live", "tests.llm_server"]  # a server and a browser for the page tests; a language model

# The same examples at every run: a red test is a change of ours, never a throw of the dice.
hypothesis_settings.register_profile(
    "levelhead",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("levelhead")


_KEPT = os.environ.get("LEVELHEAD_TEST_HOME")


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data directory of the session, and of the worker where there are several."""
    place = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("LEVELHEAD_", "OPENAI_"))]:
            patch.delenv(name)
        patch.setenv("LEVELHEAD_DATA_DIR", str(place))
        yield place


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    return Settings(data_dir=home)


@pytest.fixture(scope="session")
def encoder() -> BundledEncoder:
    return BundledEncoder()


@pytest.fixture(scope="session")
def network() -> BundledNetwork:
    return BundledNetwork()


@pytest.fixture(scope="session")
def copilot(
    settings: Settings, encoder: BundledEncoder, network: BundledNetwork, tmp_path_factory: pytest.TempPathFactory
) -> Copilot:
    """The real one, as shipped; the worker that comes first builds what all of them use."""
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    built = Path(_KEPT) if _KEPT else common / "built"
    for name in ("index", "models"):
        (built / name).mkdir(parents=True, exist_ok=True)
        (settings.home / name).symlink_to(built / name)
    return Copilot.build(settings, encoder=encoder, network=network)


@pytest.fixture(scope="session")
def _desk(
    home: Path,
    copilot: Copilot,
    encoder: BundledEncoder,
    network: BundledNetwork,
    tmp_path_factory: pytest.TempPathFactory,
) -> Desk:
    place = tmp_path_factory.mktemp("desk") / "home"
    for name in ("index", "models"):
        shutil.copytree(home / name, place / name)
    made = Desk.build(Settings(data_dir=place), encoder=encoder, network=network)
    assert isinstance(made, Desk)
    made.file = place / "organisation.yaml"
    return made


@pytest.fixture
def desk(_desk: Desk) -> Iterator[Desk]:
    """A copilot whose clock and organisation the test sets: `desk.says(country="CN")`, `desk.moment = …`."""
    yield _desk
    _desk.says("")
    _desk.moment = Desk.moment


@pytest.fixture
def organisation_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes an organisation.yaml, as text or by its fields: `organisation_file(country="CN")`."""

    def write(text: str | None = None, **fields: object) -> Path:
        path = tmp_path / "organisation.yaml"
        path.write_text(yaml.safe_dump(fields, allow_unicode=True) if text is None else text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty database at the newest schema: migrating once is enough."""
    path = tmp_path_factory.mktemp("database") / "fresh.db"
    Database(f"sqlite:///{path}").close()
    return path.read_bytes()


@pytest.fixture
def database(tmp_path: Path, fresh_database: bytes) -> Iterator[Database]:
    path = tmp_path / "levelhead.db"
    path.write_bytes(fresh_database)
    with closing(Database(f"sqlite:///{path}")) as opened:
        yield opened


@pytest.fixture
def app(settings: Settings, copilot: Copilot, database: Database) -> FastAPI:
    return create_app(settings, copilot, database)


@pytest.fixture
def personas(app: FastAPI, database: Database) -> Personas:
    """`personas.client("agent")` for the API, `personas.visitor("agent")` for the console."""
    return Personas(app, database)


@pytest.fixture
def levelhead(copilot: Copilot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Runs the command line in this process: `levelhead("read", "some text", home=tmp_path).code`."""
    for module in ("messages", "content", "evals"):
        monkeypatch.setattr(f"copilot.cli.{module}.build", lambda: copilot)

    def run(*arguments: str, stdin: bytes = b"", home: Path | None = None) -> Run:
        with monkeypatch.context() as patch, CliRunner().isolation(stdin) as (out, err, *_):
            patch.setattr("sys.argv", ["levelhead", *arguments])
            if home:
                patch.setenv("LEVELHEAD_DATA_DIR", str(home))
            try:
                main()
                code: object = 0
            except SystemExit as leaving:
                code = leaving.code or 0
            return Run(int(str(code)), out.getvalue().decode(), err.getvalue().decode())

    return run
