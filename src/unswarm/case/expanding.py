"""Find more of a network: in this case, in others, and networks of the past in this one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from unswarm import expansion
from unswarm.case.exports import OF_EXPANSION, write
from unswarm.case.folder import CaseFolder, made
from unswarm.case.subjects import network_of
from unswarm.errors import InputError
from unswarm.expansion import Expansion
from unswarm.findings import Findings
from unswarm.fingerprint import Fingerprint, fingerprints, is_fingerprint, loads
from unswarm.indicators import fingerprints_of, ids_of, read_indicators
from unswarm.progress import Progress
from unswarm.sealing import tells


def expand(
    case: CaseFolder,
    network: str | None,
    against: Sequence[str | Path],
    recidivism: Sequence[str | Path],
    progress: Progress,
) -> tuple[Expansion, ...]:
    """Find more accounts, as `Case.expand` does."""
    found = [*_grown(case, network, against, progress)] if network else []
    for past in recidivism:
        progress(f"comparing with {Path(past).name}", 0, 0)
        found += [_look_for(case, each, case) for each in prints(case, Path(past))]
    for each in found:
        write(OF_EXPANSION, each.findings, each.folder, progress)
    case.note("expand", network=network, places=[each.place for each in found])
    return tuple(found)


def prints(case: CaseFolder, past: Path) -> list[Fingerprint]:
    """Fingerprints of the past, as `Case.prints` gives them."""
    if past.is_dir():
        return CaseFolder(made(past, create=False)).fingerprints()
    if not past.exists():
        hint = "check the path."
        raise InputError("there is no such file or folder.", source=past, hint=hint)
    if is_fingerprint(past):
        return loads(past)
    found = read_indicators(past)
    left = fingerprints_of(found, past.name, ids_of(case.engine()))
    if not left:
        raise InputError(
            f"no site and no account is in it; {len(found.other):,} entries are something "
            f"else, {len(found.rejected):,} cannot be used.",
            source=past,
            hint="give a fingerprint, or indicators of Meta's form or in STIX 2.1.",
        )
    return left


def _grown(
    case: CaseFolder, said: str, against: Sequence[str | Path], progress: Progress
) -> Iterator[Expansion]:
    findings = case.findings
    network = network_of(case.path, findings, said)
    members = expansion.standing(findings, network, case.verdicts.get(network))
    (left,) = fingerprints(findings, [network])
    expansion.only(findings, network, members, case.settings)
    yield Expansion(network, case.name, findings, (), case.exports / f"expand-{network}")
    for path in against:
        progress(f"comparing with {Path(path).name}", 0, 0)
        yield _look_for(case, left, CaseFolder(made(Path(path), create=False)))


def _look_for(case: CaseFolder, left: Fingerprint, place: CaseFolder) -> Expansion:
    engine = place.engine()
    key = tells(place.path)
    found = expansion.look_for(engine, left, case.settings, key)
    here = f"of-{left.case}" if place is case else f"in-{place.name}"
    folder = case.exports / f"expand-{left.network}-{here}"
    view = Findings(place.name, engine, {})
    apart = bool(left.key and key) and left.key != key
    return Expansion(left.network, place.name, view, found.unchanged, folder, apart)
