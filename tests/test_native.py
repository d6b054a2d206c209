"""Loops compiled once and loaded without the compiler: what they take, refuse and keep."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from unswarm import native
from unswarm.native import Native, prepare

LOOPS = '''
from __future__ import annotations

import math
from typing import NamedTuple

from unswarm.arrays import Flags, Floats, Ints, Marks, Small, SmallTable
from unswarm.native import inner, native

TWO = 2


class Pair(NamedTuple):
    left: Ints
    right: Floats


@inner
def twice(x: float) -> float:
    return TWO * x


@native
def mixed(pair: Pair, factor: float, table: SmallTable, flags: Flags, turn: bool) -> float:
    """Adds up a little of everything."""
    total = 0.0
    for x in range(len(pair.left)):
        total += pair.left[x] * twice(pair.right[x]) + math.erfc(factor)
    for row in range(table.shape[0]):
        table[row, 1] = row
        flags[row] = not turn
    return total


@native
def count(marks: Marks, wanted: int) -> int:
    found = 0
    for mark in marks:
        found += mark == wanted
    return found


@native
def is_above(value: float, limit: float) -> bool:
    return value > limit


@native
def copied(values: Ints) -> None:
    values[1:] = values[:-1].copy()


@native
def odd(values: list) -> int:
    return 0
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loops")
    (folder / "some_loops.py").write_text(LOOPS)
    return folder


@pytest.fixture(scope="module")
def loops(folder: Path) -> ModuleType:
    sys.path.insert(0, str(folder))
    yield importlib.import_module("some_loops")
    sys.path.remove(str(folder))


def test_numbers_arrays_and_tuples_are_handed_over(loops: ModuleType) -> None:
    table, flags = np.zeros((3, 2), np.int32), np.zeros(3, bool)
    pair = loops.Pair(np.array([1, 2]), np.array([0.5, 4.0]))
    assert loops.mixed(pair, 0.0, table, flags, False) == 1 + 16 + 2
    assert table[:, 1].tolist() == [0, 1, 2] and flags.all()
    assert loops.count(np.array([3, 4, 3], np.uint32), 3) == 2
    assert loops.is_above(2.0, limit=1.0) is True
    assert loops.mixed.__doc__ == "Adds up a little of everything."


@pytest.mark.parametrize(
    "marks",
    [np.array([1, 2]), np.array([[1]], np.uint32), np.arange(6, dtype=np.uint32)[::2]],
    ids=["another type", "another shape", "with gaps"],
)
def test_arrays_that_would_be_misread_are_refused(loops: ModuleType, marks: np.ndarray) -> None:
    with pytest.raises(TypeError, match=r"is not one piece of uint32"):
        loops.count(marks, 1)


def test_functions_that_make_arrays_are_refused(loops: ModuleType) -> None:
    with pytest.raises(TypeError, match="copied makes an array"):
        loops.copied(np.arange(3))


def test_annotations_that_say_nothing_are_refused(loops: ModuleType) -> None:
    with pytest.raises(TypeError, match="'list' can not be handed to a native function"):
        loops.odd([])


def test_the_compiler_is_needed_once(loops: ModuleType, folder: Path) -> None:
    """Another process loads the code and gives the same, without numba."""
    loops.count(np.array([3], np.uint32), 3)
    kept = list((folder / "__pycache__").glob("count-*.o"))
    assert len(kept) == 1
    code = (
        "import sys, numpy as np, some_loops as s; print(s.count.is_ready, "
        "s.count(np.array([3, 3], np.uint32), 3), 'numba' in sys.modules)"
    )
    again = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True
    )
    assert again.stdout.split() == ["True", "2", "False"]


def test_where_nothing_can_be_kept_it_still_works(
    loops: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(Native, "_places", [tmp_path / "file" / "in it" / "x.o"])
    assert loops.is_above(3.0, 1.0) is True


def test_what_was_never_compiled_is_compiled_ahead(
    loops: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int, int]] = []
    loaded: list[str] = []
    monkeypatch.setattr(Native, "is_ready", property(lambda self: self.__name__ != "count"))
    monkeypatch.setattr(Native, "load", lambda self: loaded.append(self.__name__))
    prepare(vars(loops).values(), lambda *step: told.append(step))
    assert loaded == ["count"]
    assert told == [("compiling loops, once on this machine", 0, 1)]


def test_code_of_another_source_or_machine_is_not_taken(loops: ModuleType) -> None:
    before = loops.count._places
    native._machine.cache_clear()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(native, "FORMAT", native.FORMAT + 1)
            loops.count.__dict__.pop("_places", None)
            assert loops.count._places != before
    finally:
        native._machine.cache_clear()
        loops.count.__dict__.pop("_places", None)


def test_constants_of_other_modules_count(
    loops: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a change there would leave old code in use."""
    before = loops.count._places
    monkeypatch.setattr(loops, "TWO", 3)
    loops.count.__dict__.pop("_places")
    assert loops.count._places != before
    loops.count.__dict__.pop("_places")


def test_code_that_can_not_be_linked_again_is_taken_from_the_compiler(
    loops: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native.Linker, "address", lambda self, name, code: 0)
    loops.count.__dict__.pop("_code", None)
    assert loops.count(np.array([3, 3], np.uint32), 3) == 2
    loops.count.__dict__.pop("_code", None)
