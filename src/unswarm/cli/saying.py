"""What the options say: settings, durations, columns, lists of accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from unswarm.cli.places import must_exist
from unswarm.errors import SettingsError, did_you_mean

LISTS = {".csv", ".tsv", ".txt"}  # how names of files with a list end, and of accounts hardly ever
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


ACCOUNT_HEADERS = {"account", "account_id", "id", "handle", "userid", "user_id", "screen_name"}


def chosen(
    signals: Sequence[str] | None,
    windows: Sequence[str] | None,
    q: float | None,
    changes: Sequence[str] | None,
) -> dict[str, Any]:
    """Settings named on the command line; nothing is there that was not named."""
    said = {name: _value(name, text) for name, text in pairs(changes, "--set").items()}
    if signals:
        said["signals"] = tuple(_known_signal(name) for name in signals)
    if windows:
        said["windows"] = tuple(seconds(window) for window in windows)
    if q is not None:
        said["q"] = q
    return said


def _known_signal(name: str) -> str:
    from unswarm.plugins import load

    known = load("signals")
    if name not in known:
        raise SettingsError(f"Unknown signal '{name}'. Hint: {did_you_mean(name, known)}")
    return name


def columns_said(texts: Iterable[str] | None) -> dict[str, str]:
    """What --map says of the columns: FIELD=COLUMN, or the content of a mapping file."""
    from unswarm.readers.mapped import SUFFIX, carried

    said = list(texts or ())
    files = [text for text in said if text.endswith(SUFFIX) and "=" not in text]
    if len(files) > 1:
        raise SettingsError(f"--map takes one mapping file, not {len(files)}.")
    named = pairs((text for text in said if text not in files), "--map")
    return {**(carried(Path(files[0])) if files else {}), **named}


def pairs(texts: Iterable[str] | None, option: str) -> dict[str, str]:
    """What NAME=VALUE options say.

    Raises:
        SettingsError: one is not of that form.
    """
    found = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise SettingsError(f"{option} '{text}' is not NAME=VALUE.")
        found[name.strip()] = value.strip()
    return found


def _value(name: str, text: str) -> Any:
    """A setting's value, as its default's type says."""
    from unswarm.settings import Settings

    defaults = Settings().as_dict()
    if name not in defaults:
        raise SettingsError(f"Unknown setting '{name}'. Hint: {did_you_mean(name, defaults)}")
    default = defaults[name]
    if name == "windows":
        return tuple(seconds(part) for part in text.split(","))
    if isinstance(default, list):
        return tuple(part.strip() for part in text.split(","))
    if isinstance(default, bool):
        return _truth(name, text)
    try:
        return type(default)(text)
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise SettingsError(f"Setting '{name}' is {kind}, not '{text}'.") from None


def _truth(name: str, text: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.casefold() not in words:
        raise SettingsError(f"Setting '{name}' is true or false, not '{text}'.")
    return words[text.casefold()]


def seconds(text: str) -> int:
    """A duration like `60s`, `5m`, `1h`, `2d` or plain seconds → seconds.

    Raises:
        SettingsError: it is none.
    """
    figure, unit = (text[:-1], text[-1]) if text[-1:] in UNITS else (text, "s")
    try:
        return round(float(figure) * UNITS[unit])
    except (ValueError, OverflowError):
        raise SettingsError(f"'{text}' is no duration. Hint: e.g. 60s, 5m, 1h.") from None


def known_engine(name: str) -> None:
    """Check what `--engine` says before anything is read.

    Raises:
        SettingsError: there is no such engine.
    """
    from unswarm.co_actions.plan import chosen_engine

    chosen_engine(name)


def memory_said(text: str | None) -> int | None:
    """A size like `4GB`, `500MB` or plain bytes → bytes.

    Raises:
        SettingsError: it is none.
    """
    if text is None:
        return None
    found = re.fullmatch(r"\s*([0-9.]+)\s*([KMGT]?)(?:i?B)?\s*", text, re.IGNORECASE)
    if found is None or not float(found[1].rstrip(".") or 0) > 0:
        raise SettingsError(f"'{text}' is no size. Hint: e.g. 4GB, 500MB.")
    return int(float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " "))


def accounts_in(text: str) -> list[str]:
    """Accounts with commas between, or the first column of a file."""
    path = Path(text)
    if path.suffix in LISTS and "," not in text:
        must_exist(path)
    if not path.is_file():
        return text.split(",")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    cells = [line.split(",")[0].strip().strip('"') for line in lines]
    return cells[1:] if cells and cells[0].casefold() in ACCOUNT_HEADERS else cells
