"""A STIX 2.1 bundle: networks as campaigns with their accounts, sites, techniques and decisions.

Techniques are DISARM's own attack patterns, by the ids of its bundle; every one rests on evidence
of the case. Claims of who runs a network are `attributed-to` with STIX's confidence, and the named
party's denial is an opinion on that. Indicators are there for networks that somebody decided on,
and for these alone. Significance and evidence stand in a property extension. Ids are the same for
the same case, so that a bundle that is pushed again replaces what it pushed before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from unswarm.errors import SettingsError, did_you_mean
from unswarm.exporters._stix import bundle
from unswarm.exporters._stix.maker import MARKINGS
from unswarm.findings import Findings

suffix = ".json"


@dataclass(frozen=True)
class Options:
    """Who may read the bundle.

    Args:
        tlp: traffic light 2.0: clear, green, amber, amber+strict or red.
        organisation: who made it; empty: named after the case.
    """

    tlp: str = "amber"
    organisation: str = ""


DEFAULT = Options()


def export(findings: Findings, path: Path, options: Options = DEFAULT) -> None:
    """Write the bundle, one object a line.

    Raises:
        SettingsError: there is no such traffic light.
    """
    if options.tlp not in MARKINGS:
        hint = did_you_mean(options.tlp, list(MARKINGS))
        raise SettingsError(f"Unknown traffic light '{options.tlp}'. Hint: {hint}")
    made = bundle(findings, options.tlp, options.organisation)
    encode = json.JSONEncoder(ensure_ascii=False).encode
    objects = ",\n".join(map(encode, made["objects"]))
    head = f'{{"type": "bundle", "id": "{made["id"]}", "objects": ['
    path.write_text(f"{head}\n{objects}\n]}}\n", "utf-8")
