"""The system's Chromium against a server that the command line started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FLAGS = (
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--mute-audio"),
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
)


def chromium() -> str:
    """Where it is; the test is skipped where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("Chromium is absent; install it to test the page")


@contextmanager
def launched() -> Iterator[Any]:
    """A browser."""
    executable = chromium()
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of `unswarm serve FOLDER`."""
    command = [sys.executable, "-m", "unswarm", "serve", str(folder), "--port", "0", "--no-browse"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        assert " at http" in line, process.stderr.read()
        yield line.split(" at ")[1].split(" ")[0]
    finally:
        process.terminate()
        process.wait(timeout=20)


class Visit:
    """A tab in a browser of its own, that writes down everything that should not happen."""

    def __init__(self, browser: Any, address: str, **how: Any) -> None:
        size = {"width": 1280, "height": 900}
        self.context = browser.new_context(**{"viewport": size, **how}, base_url=address)
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.address = address
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._said)
        self.page.on("dialog", self._asked)
        self.page.on("request", self._requested)

    def _said(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _asked(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"request: {request.url}")

    def go(self, path: str) -> Any:
        """Open an address and wait until nothing is being loaded."""
        self.page.goto(path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until what was asked for is there, and nothing more is asked for by it."""
        self.page.wait_for_selector("h1, h2, .problem", state="attached")
        for _ in range(3):
            self.page.wait_for_selector(".bones, [aria-busy=true]", state="detached")
            self.page.wait_for_timeout(60)

    def shot(self, name: str) -> None:
        """A picture of the page, where somebody wants to look at it."""
        if folder := os.environ.get("UNSWARM_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")
