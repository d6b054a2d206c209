"""Events → traces: who touched which object, when, in the one signal where the post counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unswarm.engines import Engine, step
from unswarm.errors import SettingsError, did_you_mean
from unswarm.signals import Signal, signals


def trace(engine: Engine, names: Sequence[str] | None = None) -> list[str]:
    """Keep the tables `trace` and `written` (`model.TRACE`); tell which signals have traces.

    `written` holds what accounts put out in their own words, whatever signal it counts in.

    The engine must see every table of `model.EVENTS`, empty ones too.

    Args:
        engine: where the events are.
        names: the signals to look through; None or empty: every one whose tables have rows.

    Returns:
        The signals with traces, by name.

    Raises:
        SettingsError: a name is no signal's.
    """
    chosen = {name: s for name, s in _named(names).items() if _has_rows(engine, s)}
    for signal in chosen.values():
        if signal.prepare:
            signal.prepare(engine)
    engine.keep("trace", step("traces", touches=_touches(chosen)))
    own_words = {name: signal for name, signal in chosen.items() if signal.chosen}
    engine.keep("written", step("written", touches=_touches(own_words)))
    found = engine.fetch("SELECT DISTINCT signal FROM trace ORDER BY signal")
    return [str(name) for name in found.column("signal").to_pylist()]


def _named(names: Sequence[str] | None) -> Mapping[str, Signal]:
    known = signals()
    for name in names or ():
        if name not in known:
            raise SettingsError(f"Unknown signal '{name}'. Hint: {did_you_mean(name, known)}")
    return {name: known[name] for name in sorted(names or known)}


def _has_rows(engine: Engine, signal: Signal) -> bool:
    return all(len(engine.fetch(f"SELECT 1 FROM {table} LIMIT 1")) for table in signal.needs)


def _touches(chosen: Mapping[str, Signal]) -> str:
    """One SELECT for all signals; priorities are distinct, so that no post can count twice."""
    by_priority = sorted(chosen, key=lambda name: (chosen[name].specificity, name))
    selects = [
        step("touch", signal=name, priority=priority, traces=chosen[name].traces)
        for priority, name in enumerate(by_priority)
    ]
    return "\nUNION ALL\n".join(selects or [_nothing()])


def _nothing() -> str:
    unknown = "CAST(NULL AS STRING) AS {0}"
    columns = [unknown.format(name) for name in ("account", "object", "post", "source")]
    numbers = [f"CAST(NULL AS BIGINT) AS {name}" for name in ("time", "born", "precision")]
    traces = f"SELECT {', '.join([*columns, *numbers])}, TRUE AS reaction"
    return step("touch", signal="", priority=0, traces=traces)
