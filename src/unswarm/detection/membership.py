"""How probably an account belongs to the coordinated core of the list it stands in."""

from __future__ import annotations

import numpy as np

from unswarm.detection.confirm import Tests
from unswarm.detection.layer import Floats
from unswarm.detection.significance import log_beta_ratio

RHO_INNOCENT, RHO_CORE = 0.05, 0.1
PRIOR = (1.0, 4.0)
STEPS = 50


def probabilities(tests: Tests) -> Floats:
    """Two-component beta-binomial mixture over the accounts of one list, fitted by EM.

    Innocent: mean lambda / n, what the explanations predict for that account. Core: one common
    mean. The weight of the core has a Beta(1, 4) prior. Accounts without an occasion have 0.
    """
    n = np.maximum(tests.occasions, 1)
    k = np.minimum(tests.together, n)
    innocent = _log_mass(k, n, tests.expected / n, RHO_INNOCENT)
    weight, mean = 0.2, 0.5
    belongs = np.zeros(len(tests))
    for _ in range(STEPS):
        core = _log_mass(k, n, np.full(len(n), mean), RHO_CORE)
        odds = np.log(1 - weight) + innocent - np.log(weight) - core
        belongs = 1 / (1 + np.exp(np.clip(odds, -700, 700)))
        share = (belongs.sum() + PRIOR[0]) / (len(belongs) + sum(PRIOR))
        weight = float(np.clip(share, 0.02, 0.9))
        mean = float(np.clip(((belongs * k).sum() + 1) / ((belongs * n).sum() + 2), 0.2, 0.95))
    return np.where(tests.occasions > 0, belongs, 0.0)


def _log_mass(k: Floats, n: Floats, mean: Floats, rho: float) -> Floats:
    """ln of a beta-binomial's mass without the binomial coefficient, which both sides share."""
    mean = np.clip(mean, 1e-6, 1 - 1e-6)
    total = 1 / rho - 1
    return log_beta_ratio(k, n, mean * total, (1 - mean) * total)
