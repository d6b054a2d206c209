"""The public names are few, sorted and light."""

import json
import subprocess
import sys

import pytest

import unswarm

HEAVY = {"duckdb", "numba", "numpy", "pyarrow", "scipy", "networkx", "pandas", "polars", "pyspark"}


def loaded(code: str) -> set[str]:
    """The top-level modules a fresh Python has loaded after some code."""
    script = f"{code}\nimport json, sys\nsys.stderr.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(done.stderr)}


def test_public_names_are_sorted_and_exist():
    assert unswarm.__all__ == sorted(unswarm.__all__)
    assert dir(unswarm) == unswarm.__all__
    for name in unswarm.__all__:
        assert getattr(unswarm, name) is not None


def test_the_public_names_are_these():
    names = {"Case", "Example", "Signal", "UnswarmError", "Verdict", "__version__", "open_case"}
    assert set(unswarm.__all__) == names


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="opencase"):
        _ = unswarm.opencase


def test_the_version_is_the_one_of_the_package():
    from importlib.metadata import version

    assert unswarm.__version__ == version("unswarm")


def test_import_is_light():
    assert not loaded("import unswarm") & HEAVY


def test_help_is_there_at_once():
    code = (
        "import unswarm.cli, contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    unswarm.cli.app(['--help'])"
    )
    assert not loaded(code) & HEAVY
