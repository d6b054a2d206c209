"""Which case a command works on, and whether what it names is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from unswarm.errors import CaseError, InputError, did_you_mean

if TYPE_CHECKING:
    from unswarm.case import Case


def case_of(sources: Sequence[Path], case: Path | None) -> Case:
    """The case asked for, or the one named after the first source."""
    from unswarm.case import open_case

    for source in sources:
        if not source.exists():
            _missing(source)
    return open_case(case or _named_after(sources[0]))


def must_exist(*paths: Path | None) -> None:
    for path in paths:
        if path is not None and not path.exists():
            _missing(path)


def _missing(source: Path) -> NoReturn:

    folder = source.parent
    siblings = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    hint = did_you_mean(source.name, siblings) if siblings else "check the path."
    raise InputError("there is no such file or folder.", source=source, hint=hint)


def _named_after(source: Path) -> Path:
    name = source.resolve().name
    folder = Path(name.split(".")[0] or name)
    taken = folder.exists() and not (folder / "case.toml").exists()
    return folder.with_name(f"{folder.name}-case") if taken else folder


def existing(case: Path | None) -> Case:
    """The case asked for, or the one that is here."""
    from unswarm.case import open_case

    return open_case(case or _only_case(), create=False)


def _only_case() -> Path:
    here = Path()
    if (here / "case.toml").exists():
        return here
    cases = sorted(file.parent for file in here.glob("*/case.toml"))
    if not cases:
        raise CaseError("No case here. Hint: unswarm detect SOURCE, or name one with --case.")
    if len(cases) > 1:
        names = ", ".join(str(folder) for folder in cases)
        raise CaseError(f"Several cases here: {names}. Hint: name one with --case.")
    return cases[0]
