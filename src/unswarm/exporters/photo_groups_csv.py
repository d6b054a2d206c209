"""photo_groups.csv: what the photos of each network say together, with the p of each test.

`p` is that of generated faces, corrected for its two tests; `q` is corrected for all networks
(Benjamini & Hochberg). `framing_p` belongs to the uniform framing, which is no sign of generation.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unswarm.findings import Findings
from unswarm.photos import MANY, NONE, ONE, UNREADABLE
from unswarm.photos.assessment import Assessment
from unswarm.photos.gallery import Gallery
from unswarm.photos.groups import false_discovery

suffix = ".csv"


def export(findings: Findings, path: Path) -> None:
    """Write a row per network with photos to `path`."""
    gallery = Gallery.of(findings.engine)
    networks = sorted(gallery.networks)
    p = [gallery.p(network) for network in networks]
    rows = [
        {"network": network, **_row(gallery.assessments[network]), "p": one, "q": q}
        for network, one, q in zip(networks, p, false_discovery(p), strict=True)
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows({name: _cell(row[name]) for name in HEADER} for row in rows)


HEADER = (
    *("network", "photos", "one_face", "many_faces", "no_face", "unreadable"),
    *("on_template", "chance", "p_count", "p_whole", "p_cropped", "p", "q"),
    *("share", "share_low", "share_high", "aligned", "generated"),
    *("spread", "spread_of_real", "p_spread", "framed_alike", "framing_p"),
    *("watermark", "shared", "known"),
)


def _row(said: Assessment) -> Mapping[str, Any]:
    found, framing, spread = said.template, said.framing, said.spread
    return {
        "photos": sum(said.coverage.values()),
        "one_face": said.coverage[ONE],
        "many_faces": said.coverage[MANY],
        "no_face": said.coverage[NONE],
        "unreadable": said.coverage[UNREADABLE],
        "on_template": found.hits,
        "chance": found.chance,
        "p_count": found.p_count,
        "p_whole": found.p_whole,
        "p_cropped": found.p_cropped,
        "share": found.share,
        "share_low": found.low,
        "share_high": found.high,
        "aligned": len(said.aligned),
        "generated": said.generated,
        "spread": spread and spread.value,
        "spread_of_real": spread and spread.aligned,
        "p_spread": spread and spread.p_aligned,
        "framed_alike": framing and framing.alike,
        "framing_p": framing and framing.p,
        "watermark": len(said.watermarked),
        "shared": sum(map(len, said.shared)),
        "known": len(said.known),
    }


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else value
