"""Where the accounts of a network stand in its picture: a force layout that is always the same.

Fruchterman & Reingold (1991): neighbours pull, everybody pushes. Small graphs push pair by pair;
large ones push through a mesh (each node stands in a cell, the push of all cells on all cells is
one convolution), so that ten thousand accounts take a second or two.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SMALL = 400
STEPS = 160
CELLS = 128
GRAVITY = 0.6


def lay_out(nodes: int, ends: Integers) -> Points:
    """Positions in the unit square, shape (nodes, 2), for edges `ends` of shape (edges, 2)."""
    if nodes < 2:
        return np.full((nodes, 2), 0.5)
    places = _spiral(nodes)
    spring = np.sqrt(1 / nodes)
    degree = np.maximum(np.bincount(ends.ravel(), minlength=nodes), 1)
    pull = 1 / np.sqrt(degree[ends[:, 0]] * degree[ends[:, 1]])
    for step in range(STEPS):
        push = _push_pairs(places) if nodes <= SMALL else _push_mesh(places)
        force = spring**2 * push - GRAVITY * (places - places.mean(axis=0))
        force += _pull(places, ends, pull, spring)
        length = np.maximum(np.linalg.norm(force, axis=1, keepdims=True), 1e-9)
        places += force / length * np.minimum(length, 0.1 * (1 - step / STEPS) ** 1.5)
    return _fit(places)


def _spiral(nodes: int) -> Points:
    """A sunflower: even, and without chance."""
    turn = np.arange(nodes) * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt((np.arange(nodes) + 0.5) / nodes) / 2
    return np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])


def _pull(places: Points, ends: Integers, weight: Points, spring: float) -> Points:
    """Along each edge, the square of its length over the spring's, shared out by degree."""
    apart = places[ends[:, 1]] - places[ends[:, 0]]
    force = apart * (np.linalg.norm(apart, axis=1) * weight / spring)[:, None]
    total = np.zeros_like(places)
    for axis in (0, 1):
        total[:, axis] += np.bincount(ends[:, 0], force[:, axis], len(places))
        total[:, axis] -= np.bincount(ends[:, 1], force[:, axis], len(places))
    return total


def _push_pairs(places: Points) -> Points:
    apart = places[:, None] - places[None]
    squared = np.maximum((apart**2).sum(axis=2), 1e-6)
    return np.asarray((apart / squared[..., None]).sum(axis=1))


def _push_mesh(places: Points) -> Points:
    low = places.min(axis=0)
    cell = max(float((places.max(axis=0) - low).max()), 1e-9) / (CELLS - 1)
    at = ((places - low) / cell).astype(np.int64)
    density = np.bincount(at[:, 0] * CELLS + at[:, 1], minlength=CELLS**2).reshape(CELLS, CELLS)
    seen = np.fft.rfft2(density, (2 * CELLS, 2 * CELLS))
    pushes = [np.fft.irfft2(seen * kernel, (2 * CELLS, 2 * CELLS)) for kernel in KERNELS]
    return np.column_stack([push[at[:, 0], at[:, 1]] for push in pushes]) / cell


def _kernels() -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """The push of a cell on every other, along each axis, ready for convolution."""
    steps = np.fft.fftfreq(2 * CELLS, 1 / (2 * CELLS))
    across, down = np.meshgrid(steps, steps, indexing="ij")
    squared = np.where((across == 0) & (down == 0), np.inf, across**2 + down**2)
    return np.fft.rfft2(across / squared), np.fft.rfft2(down / squared)


KERNELS = _kernels()


def _fit(places: Points) -> Points:
    low, high = places.min(axis=0), places.max(axis=0)
    size = max(float((high - low).max()), 1e-9)
    return np.asarray((places - (low + high) / 2) / size + 0.5)
