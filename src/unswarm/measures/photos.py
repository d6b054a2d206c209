"""Profile photos: faces where generators put them, photos used again, pictures that are known.

Where the eyes are is compared with the template of StyleGAN generators and with real profile
photos; `docs/photos.md` explains the tests. Geometry does not see faces that other generators
made, edits, or faces cropped beyond recognition of the template: no hit is no clearance. A framing
that members share elsewhere is called uniform, not generated. Photos are one kind of evidence:
alone they decide nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    FEWEST,
    OTHERS,
    SIDES,
    Count,
    Row,
    Shared,
    against,
    evidence,
    holm,
    listed,
    most_shared,
    noteworthy,
    percent,
    quoted,
    rows,
    significant,
)
from unswarm.photos import ONE, RESULTS
from unswarm.photos.assessment import Assessment
from unswarm.photos.calibration import Calibration
from unswarm.photos.gallery import Gallery
from unswarm.photos.geometry import Floats
from unswarm.photos.groups import NEAR
from unswarm.photos.watermark import FOUND

FAMILY = "photos"
OF = """
    SELECT {columns} FROM photo
    WHERE account IN (SELECT account FROM membership WHERE network = {network}){more}
    ORDER BY {order}
"""
DISTANCE = (
    "(sqrt(power(left_x - {0}, 2) + power(left_y - {1}, 2))"
    " + sqrt(power(right_x - {2}, 2) + power(right_y - {3}, 2))) / (2 * sqrt(2.0))"
)


def measure(engine: Engine) -> pa.Table:
    """What the photos of each network say, beside those of the other accounts."""
    case = Gallery.of(engine)
    if not case.networks:
        return evidence([])
    said = [*_template(case), *_watermark(case), *_shared(case), *_known(case)]
    described = [*_framing(case), *_saved(case), *_coverage(case)]
    return evidence([*said, *_models(engine, case), *described])


# --- generated faces


def _template(case: Gallery) -> Iterator[Row]:
    outside = Count(case.outside.template.hits, case.outside.template.of)
    corrected = holm({network: case.p(network) for network in case.networks})
    for network, found in case.assessments.items():
        p = corrected[network]
        if not (found.template.found and significant(p)):
            continue
        yield _row(
            network,
            claim=" ".join(_on_template(found, case.calibration, outside)),
            inauthentic=found.generated,
            value=found.template.hits / found.template.of,
            baseline=outside.share if outside.of else case.calibration.real_hits.value,
            n=found.template.of,
            p=p,
            query=_of(network, *_where_eyes_are(case.calibration)),
        )


def _on_template(found: Assessment, calibration: Calibration, outside: Count) -> Iterator[str]:
    said, usual = found.template, calibration.real_hits
    yield (
        f"{said.hits:,} of {said.of:,} photos with one face have the eyes where StyleGAN "
        f"generators put them; of {usual.of:,} real profile photos {usual.have:,} do (at most "
        f"{percent(usual.high)})"
    )
    yield (
        f"and of the other accounts here {outside.have:,} of {outside.of:,}."
        if outside.of
        else ("and the other accounts here show no faces to compare with.")
    )
    yield (
        f"About {percent(said.share)} ({percent(said.low)} to {percent(said.high)}) of the photos "
        "fit such a generator, cropped ones included."
    )
    yield from _agreement(found)


def _agreement(found: Assessment) -> Iterator[str]:
    spread = found.spread
    if spread is None:
        return
    figures = f"{spread.value:.4f} of the picture, against {spread.aligned:.4f}"
    if found.generated and significant(spread.p_aligned):
        yield f"They agree more closely than real photos aligned by a program do ({figures})."
    elif found.generated:
        yield (
            "They agree as closely as generated faces do; real photos aligned by a program in the "
            f"same way are not excluded by that ({figures})."
        )
    else:
        yield (
            "They agree less closely than generated faces do: real photos that a program aligned "
            f"in the same way fit better, and the sign does not count ({figures})."
        )


def _where_eyes_are(calibration: Calibration) -> tuple[str, str, str]:
    distance = DISTANCE.format(*calibration.template)
    columns = f"account, file, left_x, left_y, right_x, right_y, {distance} AS eye_distance"
    return columns, f" AND result = '{ONE}' AND {distance} < {calibration.hit}", "eye_distance"


# --- traits of single photos, counted


@dataclass(frozen=True)
class _Counted:
    """How many photos of a network show something, and of the others; p after Holm."""

    network: str
    accounts: frozenset[str]
    count: Count
    outside: Count
    p: float | None

    def row(self, claim: str, query: str) -> Row:
        """The evidence: a sign of inauthenticity from `FEWEST` photos on."""
        return _row(
            self.network,
            claim=claim,
            inauthentic=self.count.have >= FEWEST and significant(self.p),
            value=self.count.share,
            baseline=self.outside.share,
            n=self.count.of,
            p=self.p,
            query=query,
        )


def _counted(case: Gallery, showing: Callable[[Assessment], Iterable[str]]) -> Iterator[_Counted]:
    """Each network in which somebody's photo shows it."""
    outside = Count(len(frozenset(showing(case.outside))), len(case.others))
    accounts = {network: frozenset(showing(found)) for network, found in case.assessments.items()}
    counts = {n: Count(len(some), len(case.networks[n])) for n, some in accounts.items()}
    p = holm({network: count.tail(outside) for network, count in counts.items()})
    for network, count in counts.items():
        if count.have:
            yield _Counted(network, accounts[network], count, outside, p[network])


def _watermark(case: Gallery) -> Iterator[Row]:
    for found in _counted(case, lambda said: said.watermarked):
        yield found.row(
            f"{found.count.have:,} of {found.count.of:,} photos carry the text “StyleGAN2 (Karras "
            "et al.)” in the corner, which a site of generated faces writes there; "
            f"{against(found.outside, 'photos of other accounts')}.",
            _of(
                found.network,
                "account, file, watermark",
                f" AND watermark >= {FOUND}",
                "watermark DESC, account",
            ),
        )


def _shared(case: Gallery) -> Iterator[Row]:
    for found in _counted(case, lambda said: chain(*said.shared)):
        if noteworthy(found.p):
            yield found.row(
                f"{found.count.have:,} of {found.count.of:,} members show a photo of a face that "
                "another member shows too, the same or mirrored, cropped or re-saved; "
                f"{against(found.outside)} so among themselves.",
                _of_pictures(case, found),
            )


def _known(case: Gallery) -> Iterator[Row]:
    for found in _counted(case, lambda said: said.known):
        if noteworthy(found.p):
            labels = sorted(set(case.assessments[found.network].known.values()))
            some = ", ".join(labels[:3]) + (" …" if len(labels) > 3 else "")
            yield found.row(
                f"{found.count.have:,} of {found.count.of:,} members show a picture of the list of "
                f"known ones ({some}); {against(found.outside)}.",
                _of_pictures(case, found),
            )


# --- trained detectors that the user brought

SCORED = f"""
    SELECT s.network AS network, p.account AS account, m.model AS model, m.name AS name,
           m.version AS version, o.value AS value
    FROM photo p JOIN {SIDES} s ON p.account = s.account
         JOIN photo_score o ON p.photo = o.photo JOIN photo_model m ON o.model = m.model
    ORDER BY network, account, model
"""


def _models(engine: Engine, case: Gallery) -> Iterator[Row]:
    """Photos that a calibrated detector finds more generated than it finds 1 % of real ones."""
    scored: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows(engine, SCORED):
        if row["model"] in case.calibration.models and row["network"] != OTHERS:
            scored[row["model"], row["network"]].append(row)
    found = {key: _above(case.calibration, key[0], some) for key, some in scored.items()}
    p = holm({"\n".join(key): p for key, (_, _, p) in found.items()})
    for (model, network), (count, bound, _) in found.items():
        corrected = p[f"{model}\n{network}"]
        if count.have >= FEWEST and noteworthy(corrected):
            first = scored[model, network][0]
            yield _row(
                network,
                claim=f"{count.have:,} of {count.of:,} photos score higher with the detector "
                f"{first['name']} {first['version']} than about 1 % of real photos of this "
                f"platform do (at most {percent(bound)}).",
                inauthentic=significant(corrected),
                value=count.share,
                baseline=bound,
                n=count.of,
                p=corrected,
                query=SCORES_OF.format(model=quoted(model), network=quoted(network)),
            )


SCORES_OF = """
    SELECT p.account, p.file, s.value FROM photo p JOIN photo_score s ON p.photo = s.photo
    WHERE s.model = {model}
      AND p.account IN (SELECT account FROM membership WHERE network = {network})
    ORDER BY s.value DESC, p.account
"""


def _above(
    calibration: Calibration, model: str, scored: Sequence[Row]
) -> tuple[Count, float, float]:
    """How many score above the threshold, the bound of real photos that do, and p."""
    reference = calibration.models[model]
    threshold = reference.threshold()
    count = Count(sum(row["value"] >= threshold for row in scored), len(scored))
    bound = reference.rate_above(threshold)
    return count, bound, count.tail_at(bound)


# --- descriptions


def _framing(case: Gallery) -> Iterator[Row]:
    """A common framing that is not the template's: a studio, an office, a program that crops."""
    found = {
        n: a.framing
        for n, a in case.assessments.items()
        if a.framing is not None and not case.calibration.hits(a.framing.eyes).any()
    }
    p = holm({network: one.p for network, one in found.items()})
    for network, one in found.items():
        if one.found and significant(p[network]):
            yield _row(
                network,
                claim=f"Uniform framing: {one.alike:,} of {one.of:,} faces are at the same place "
                f"and of the same size, as at most {percent(one.usual.high)} of real profile "
                "photos are. Official portraits, a photographer or a program that crops photos do "
                "this; it is no sign of generated faces.",
                inauthentic=False,
                value=one.alike / one.of,
                baseline=one.usual.value,
                n=one.of,
                p=p[network],
                query=_of(
                    network, "account, file, left_x, left_y, right_x, right_y", _near(one.eyes), "1"
                ),
            )


def _near(eyes: Floats) -> str:
    names = ("left_x", "left_y", "right_x", "right_y")
    parts = [f"abs({n} - {e}) <= {NEAR}" for n, e in zip(names, eyes.tolist(), strict=True)]
    return f" AND result = '{ONE}' AND {' AND '.join(parts)}"


def _saved(case: Gallery) -> Iterator[Row]:
    """Files that one program saved in one way: weak, and never more than a description."""
    everybody = [(n, row) for n, some in case.networks.items() for row in some]
    everybody += [(OTHERS, row) for row in case.others]
    shared = most_shared((network, _ways(row)) for network, row in everybody)
    for network, found in shared.items():
        if found.p is not None and noteworthy(found.p):
            yield _saved_row(network, found)


def _ways(row: Row) -> set[str]:
    if row["form"] is None or row["camera"]:
        return set()
    tables = f", quantisation tables {row['tables']}" if row["tables"] else ""
    return {f"{row['form'].upper()}, {row['width']} × {row['height']} pixels{tables}"}


def _saved_row(network: str, found: Shared) -> Row:
    return _row(
        network,
        claim=f"{found.members.have:,} of {found.members.of:,} photos were saved alike, without a "
        f"camera's name ({found.option}); {against(found.others, 'photos of other accounts')}. "
        "Platforms and phones do this too.",
        inauthentic=False,
        value=found.members.share,
        baseline=found.others.share,
        n=found.members.of,
        p=found.p,
        query=_of(network, "account, file, form, width, height, tables, quality, camera", "", "1"),
    )


def _coverage(case: Gallery) -> Iterator[Row]:
    outside = case.outside.coverage
    for network, found in case.assessments.items():
        counts = ", ".join(f"{found.coverage[r]:,} {_WORDS[r]}" for r in RESULTS)
        yield _row(
            network,
            claim=f"{len(case.networks[network]):,} members have a photo: {counts}. Only photos "
            "with one face can be compared by where the eyes are.",
            inauthentic=False,
            value=found.coverage[ONE] / len(case.networks[network]),
            baseline=outside[ONE] / len(case.others) if case.others else None,
            n=len(case.networks[network]),
            p=None,
            query=_of(network, "account, file, result, reason, faces, score", "", "account"),
        )


_WORDS = dict(
    zip(RESULTS, ("with one face", "with several", "with none", "unreadable"), strict=True)
)


# --- rows


def _of(network: str, columns: str, more: str, order: str) -> str:
    return OF.format(columns=columns, network=quoted(network), more=more, order=order)


def _of_pictures(case: Gallery, found: _Counted) -> str:
    """The photos of the accounts found, by their hashes: a query names nobody."""
    rows = case.networks[found.network]
    photos = {row["photo"] for row in rows if row["account"] in found.accounts}
    columns, more = "account, file, photo, pdq, face_pdq", f" AND photo IN ({listed(photos)})"
    return _of(found.network, columns, more, "pdq, face_pdq, account")


def _row(network: str, **said: Any) -> Row:
    return {"network": network, "measure": "photos", "family": FAMILY, **said}
