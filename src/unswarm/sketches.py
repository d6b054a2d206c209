"""Sets of people as small sketches: an audience can be counted without handing over a list of it.

Sketches of several pages merge into one of everybody who follows any of them, and count them once
(Apache DataSketches: HyperLogLog, Flajolet et al. 2007; theta sketches, Dasgupta et al. 2016). What
goes in are keyed hashes of the ids (BLAKE2b, RFC 7693): two parties whose sketches are to be merged
use the same key, and nobody without it can try ids out. Needs the extra `sketches`.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import math
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unswarm.errors import SettingsError
from unswarm.folder import aside
from unswarm.model import AUDIENCE_SKETCH, FOLLOW, ROLE

METHODS = ("hll", "theta")
RELATIONS = ("follow", "member", "saw")
LG_K = 16  # 2^16 cells: an error of 0.8 % at 95 %, at most 32 KiB (hll) or 512 KiB (theta)
LARGEST_LG_K = 21  # that merging keeps
DEVIATIONS = 2  # standard deviations: 95 %
EXAMPLE = 20_000  # people of the sketch that others are tried with


@dataclass(frozen=True)
class Estimate:
    """How many different people are in a union of sketches.

    Args:
        low: at least as many, at 95 %.
        value: the estimate.
        high: at most as many, at 95 %.
    """

    low: int
    value: float
    high: int

    @property
    def error(self) -> float:
        """The relative error at 95 %; 0 of nobody."""
        return max(self.high - self.value, self.value - self.low) / self.value if self.value else 0


def available() -> bool:
    """Whether the extra `sketches` is installed."""
    return find_spec("datasketches") is not None


def require() -> None:
    """Nothing, if the extra is installed.

    Raises:
        SettingsError: it is not.
    """
    if not available():
        raise SettingsError("Sketches need an extra. Hint: pip install 'unswarm[sketches]'.")


def unsound(given: Sequence[tuple[str, bytes]]) -> set[int]:
    """Which of some (method, sketch) are none, or cannot be merged with others.

    They are tried in a process of its own: a damaged sketch can end the one that merges it.
    """
    found: set[int] = set()
    at = 0
    while at < len(given):
        answers, died = _tried(given[at:])
        found |= {at + place for place, sound in enumerate(answers) if not sound}
        at += len(answers)
        if died:
            found.add(at)
            at += 1
    return found


def _tried(given: Sequence[tuple[str, bytes]]) -> tuple[list[bool], bool]:
    """Whether each of some sketches can be merged; and whether the next one ended the process."""
    lines = "".join(f"{method} {base64.b64encode(sketch).decode()}\n" for method, sketch in given)
    child = [sys.executable, "-c", f"from {__name__} import try_out; try_out()"]
    done = subprocess.run(child, input=lines, capture_output=True, text=True, check=False)
    answers = [answer == "sound" for answer in done.stdout.split()]
    if done.returncode > 0 or (done.returncode == 0 and len(answers) < len(given)):
        raise RuntimeError(f"sketches could not be tried: {done.stderr.strip()[-500:]}")
    return answers, done.returncode < 0


def try_out() -> None:
    """Merge each sketch of standard input (method and base64) with others; say how that went."""
    others = [(method, _serialised(method, _example(method))) for method in METHODS]
    for line in sys.stdin:
        method, _, text = line.rstrip("\n").partition(" ")
        sketch = (method, base64.b64decode(text))
        try:
            merged([sketch, *others, sketch])
            merged([*others, sketch])
        except Exception:  # whatever the library makes of it
            sys.stdout.write("unsound\n")
        else:
            sys.stdout.write("sound\n")
        sys.stdout.flush()


def _example(method: str) -> Any:
    sketch = _empty(method)
    for number in range(EXAMPLE):
        sketch.update(number)
    return sketch


def merged(sketches: Iterable[tuple[str, bytes]]) -> list[Estimate]:
    """(method, sketch) → how many different people they hold; one estimate per method.

    Sketches of different methods cannot be merged.

    Raises:
        ValueError: something is no sketch of its method.
    """
    unions: dict[str, Any] = {}
    for method, sketch in sketches:
        read = _read(method, sketch)
        unions.setdefault(method, _union(method)).update(read)
    return [_estimate(unions[method].get_result()) for method in METHODS if method in unions]


def _read(method: str, sketch: bytes) -> Any:
    import datasketches

    kinds = {"hll": datasketches.hll_sketch, "theta": datasketches.compact_theta_sketch}
    if method not in kinds:
        raise ValueError(f"the method is none of {', '.join(METHODS)}")
    try:
        return kinds[method].deserialize(sketch)
    except (ValueError, IndexError, RuntimeError, MemoryError, TypeError):
        raise ValueError(f"not a sketch of the method {method}") from None


def _empty(method: str) -> Any:
    import datasketches

    if method == "hll":
        return datasketches.hll_sketch(LG_K, datasketches.HLL_4)
    return datasketches.update_theta_sketch(LG_K)


def _union(method: str) -> Any:
    import datasketches

    if method == "hll":
        return datasketches.hll_union(LARGEST_LG_K)
    return datasketches.theta_union(LARGEST_LG_K)


def _estimate(sketch: Any) -> Estimate:
    """The whole numbers within the bounds."""
    low, high = sketch.get_lower_bound(DEVIATIONS), sketch.get_upper_bound(DEVIATIONS)
    return Estimate(math.ceil(low), sketch.get_estimate(), math.floor(high))


class Sketcher:
    """Makes one sketch per target and relation out of lists of followers and members.

    Args:
        key: a secret that the parties share; empty: none, and ids can be tried out.
        method: hll or theta.
        by_country: also one sketch for each country of the people.

    Raises:
        SettingsError: the extra is not installed, or there is no such method.
    """

    def __init__(self, key: str = "", method: str = METHODS[0], *, by_country: bool = False):
        require()
        if method not in METHODS:
            raise SettingsError(f"Unknown method '{method}'. Hint: {' or '.join(METHODS)}.")
        secret = hashlib.sha256(key.encode()).digest() if key else b""
        self._hash = hashlib.blake2b(key=secret, digest_size=8)
        self._method, self._by_country = method, by_country
        self._sketches: dict[tuple[str, str, str | None], Any] = {}

    def add(self, name: str, rows: pa.Table) -> int:
        """Take in rows of `follow`, or the members among rows of `role`; others say nothing here.

        Returns:
            how many rows went in.
        """
        if name == FOLLOW.name:
            return self._add("follow", rows)
        if name != ROLE.name:
            return 0
        return self._add("member", rows.filter(pc.equal(rows["role"], "member")))

    def take(self, target: str, relation: str, people: Iterable[int]) -> None:
        """Take in people of one target who are whole numbers already, in place of keyed hashes."""
        update = self._sketch((target, relation, None)).update
        for person in people:
            update(person)

    def _add(self, relation: str, rows: pa.Table) -> int:
        rows = rows.filter(rows["account"].is_valid())
        people = self._hashed(rows["account"])
        for target, at in _groups(rows["target"]):
            self._update((target, relation, None), people[at])
            if self._by_country:
                for country, inside in _groups(rows["country"].take(pa.array(at))):
                    self._update((target, relation, country), people[at][inside])
        return len(rows)

    def _hashed(self, accounts: pa.ChunkedArray) -> np.ndarray[Any, Any]:
        coded = accounts.combine_chunks().dictionary_encode()
        hashes = [self._hash_of(account) for account in coded.dictionary.to_pylist()]
        found: np.ndarray[Any, Any] = np.array(hashes, np.int64)[coded.indices.to_numpy()]
        return found

    def _hash_of(self, account: str) -> int:
        state = self._hash.copy()
        state.update(account.encode())
        return int.from_bytes(state.digest(), "little", signed=True)

    def _update(self, of: tuple[str, str, str | None], people: np.ndarray[Any, Any]) -> None:
        update = self._sketch(of).update
        for person in people.tolist():
            update(person)

    def _sketch(self, of: tuple[str, str, str | None]) -> Any:
        if of not in self._sketches:
            self._sketches[of] = _empty(self._method)
        return self._sketches[of]

    def rows(self) -> pa.Table:
        """`model.AUDIENCE_SKETCH`, in the order of target, relation and country."""
        order = sorted(self._sketches, key=lambda of: (of[0], of[1], of[2] or ""))
        return AUDIENCE_SKETCH.rows(
            [
                {
                    "target": target,
                    "relation": relation,
                    "country": country,
                    "method": self._method,
                    "sketch": _serialised(self._method, self._sketches[target, relation, country]),
                }
                for target, relation, country in order
            ]
        )


def _serialised(method: str, sketch: Any) -> bytes:
    if method == "hll":
        return bytes(sketch.serialize_compact())
    sketch.trim()
    return bytes(sketch.compact().serialize())


def _groups(values: pa.ChunkedArray) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Each distinct value, and the rows it stands in; null is none."""
    coded = values.combine_chunks().dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy()
    order = np.argsort(codes, kind="stable")
    begin = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
    for code, value in enumerate(coded.dictionary.to_pylist()):
        yield value, order[begin[code] : begin[code + 1]]


def write(rows: pa.Table, path: Any) -> None:
    """Sketches as CSV with the sketch in base64, as the reader `operation` takes it."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(AUDIENCE_SKETCH.columns)
    for row in rows.to_pylist():
        coded = base64.b64encode(row["sketch"]).decode()
        out.writerow(coded if name == "sketch" else value for name, value in row.items())
    with aside(path) as partial:
        partial.write_text(text.getvalue(), "utf-8")


def decoded(text: str) -> bytes:
    """A sketch written in base64, of either alphabet, padded or not.

    Raises:
        ValueError: it is none.
    """
    plain = "".join(text.split()).translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        raise ValueError("not base64") from None
