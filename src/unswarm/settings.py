"""Every knob of detection, with its unit, its default and the reason for it.

A setting that moves an accusation says so. The defaults were fixed on simulated worlds and the
development sets; `docs/statistics.md` gives the figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from unswarm.errors import SettingsError, did_you_mean


def _knob(default: Any, unit: str, why: str) -> Any:
    return field(default=default, metadata={"unit": unit, "why": why})


@dataclass(frozen=True)
class Settings:
    """The settings of one run. All durations are seconds."""

    signals: tuple[str, ...] = _knob((), "names", "empty: every signal whose tables have rows")
    windows: tuple[int, ...] = _knob(
        (10, 60, 300), "s", "how close two actions must be; each window is tested, q is shared out"
    )
    q: float = _knob(0.01, "rate", "networks declared by mistake, over the whole run")
    rho: float = _knob(
        0.05, "correlation", "how wrong the innocent explanations may be (overdispersion)"
    )
    lead_rho: float = _knob(0.02, "correlation", "the same for leads: less cautious")
    kappa: float = _knob(5.0, "outsiders", "weight of the stratum's rate against few outsiders")
    occasion: int = _knob(1800, "s", "actions nearer than this count as one occasion")
    block: int = _knob(6 * 3600, "s", "objects born in one block stay in one half of the data")
    min_members: int = _knob(3, "accounts", "members that must each stand by their own p")
    min_together: int = _knob(3, "occasions", "joint occasions a member needs")
    min_share: float = _knob(0.2, "share", "joint occasions among possible ones a member needs")
    candidate_p: float = _knob(
        1e-5, "p", "how surprising two independent accounts' meetings must be to look at a pair"
    )
    candidate_objects: int = _knob(2, "objects", "joint occasions a candidate edge needs")
    largest: int = _knob(600, "accounts", "candidates above this size are topics, not networks")
    cap: int = _knob(
        1000, "events", "others in the window that make an event heavy; 0: count everything"
    )
    seed: int = _knob(0, "", "of the split into halves and of every other random choice")
    stability: bool = _knob(True, "", "repeat the confirmation over a grid of settings")

    def __post_init__(self) -> None:
        _require(bool(self.windows), "windows", "needs at least one window")
        _require(all(w > 0 for w in self.windows), "windows", "must be above 0 s")
        for name in ("q", "rho", "lead_rho", "candidate_p", "min_share"):
            _require(0 < getattr(self, name) < 1, name, "must lie between 0 and 1")
        for name in ("occasion", "block", "min_members", "min_together", "largest"):
            _require(getattr(self, name) > 0, name, "must be above 0")
        _require(self.cap >= 0, "cap", "must be 0 (no cap) or above")

    def change(self, values: Mapping[str, Any]) -> Settings:
        """These settings with some values changed.

        Raises:
            SettingsError: a name is unknown or a value is outside its range.
        """
        known = {f.name for f in fields(self)}
        for name in values:
            if name not in known:
                hint = did_you_mean(name, known)
                raise SettingsError(f"Unknown setting '{name}'. Hint: {hint}")
        return replace(self, **dict(values))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for `case.toml` and `run.toml`."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def _require(holds: bool, name: str, what: str) -> None:
    if not holds:
        raise SettingsError(f"Setting '{name}' {what}.")
