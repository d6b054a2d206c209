"""Each heavy library has one home, and `import unswarm` loads none of the optional ones."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import unswarm

ROOT = Path(unswarm.__file__).parent
HOMES = {
    "duckdb": ("engines/duckdb.py",),
    "numba": ("native.py",),
    "llvmlite": ("native.py",),
    "pyspark": ("engines/spark.py",),
    "graspologic_native": ("detection/networks.py",),
    "jinja2": ("exporters/report.py", "exporters/_report/*.py"),
    "PIL": ("photos/decode.py", "photos/raster.py", "simulate/operation/photos.py"),
    "joblib": ("photos/mtcnn.py",),
    "onnxruntime": ("photos/trained.py",),
    "datasketches": ("sketches.py",),
    "libipld": ("readers/bluesky_car.py", "feeds/firehose.py"),
    "websockets": ("feeds/_sockets.py",),
    "confluent_kafka": ("feeds/kafka.py",),
    "fastapi": ("web/*.py", "web/routes/*.py", "web/guard/*.py"),
    "starlette": ("web/*.py", "web/routes/*.py", "web/guard/*.py"),
    "pydantic": ("web/*.py", "web/shapes/*.py", "web/guard/*.py"),
    "uvicorn": ("web/server.py",),
    "argon2": ("web/guard/people.py",),
    "networkx": ("exporters/_graph.py", "exporters/gexf.py", "exporters/graphml.py"),
}
OPTIONAL = (
    *("pyspark", "pandas", "polars", "PIL", "joblib", "onnxruntime", "onnx", "mtcnn"),
    *("datasketches", "libipld", "fastapi", "starlette", "pydantic", "uvicorn", "argon2"),
    *("websockets", "confluent_kafka"),
)


def imported(path: Path) -> Iterator[str]:
    """The top-level packages that a module imports anywhere in its text."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize(("library", "homes"), HOMES.items(), ids=list(HOMES))
def test_heavy_libraries_have_one_home(library: str, homes: tuple[str, ...]) -> None:
    users = {path.relative_to(ROOT) for path in ROOT.rglob("*.py") if library in imported(path)}
    strangers = [path for path in users if not any(path.match(home) for home in homes)]
    assert strangers == []


@pytest.mark.parametrize("module", ["unswarm", "unswarm.cli"])
def test_optional_libraries_stay_out(module: str) -> None:
    code = f"import sys, {module}; print(*[n for n in {OPTIONAL} if n in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (loaded.returncode, loaded.stdout.strip()) == (0, ""), loaded.stderr
