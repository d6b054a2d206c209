"""What the photos of a network say, as a block of the report: figures, means of many, and eyes.

A photo is never shown, only the mean of many; see `photos.composite`. What is computed comes from
`photos.gallery`, once for a report, and not at all where a case has no photos.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from unswarm.exporters._report.photo_rows import PhotoRows
from unswarm.exporters._report.pictures import (
    ALL,
    EACH,
    POINTS,
    Drawing,
    cap,
    different,
    dots,
    drawing,
    mean,
    previews,
)
from unswarm.exporters._report.rows import Rows
from unswarm.exporters._report.summary import Number
from unswarm.exporters._report.words import chance, count, figure, share
from unswarm.findings import Findings
from unswarm.photos import MANY, NONE, ONE, UNREADABLE
from unswarm.photos.assessment import Assessment, eyes_of
from unswarm.photos.calibration import Calibration
from unswarm.photos.gallery import Gallery
from unswarm.photos.groups import FEWEST_LIKELY, SIGNIFICANT, Template, false_discovery

GENERATED, MARKED, UNIFORM, NOTHING, FEW = (
    "generated faces found",
    "a generator's text found",
    "uniform framing",
    "nothing found",
    "too few photos with one face",
)
VERDICTS = (GENERATED, MARKED, UNIFORM, NOTHING, FEW)  # the gravest first
SAYS = {
    GENERATED: "Generated faces found: more photos than chance explains have the eyes where "
    "StyleGAN generators put them.",
    MARKED: "Some photos carry the text that a site of generated faces writes into its pictures. "
    "By where the eyes are, generated faces are not found.",
    UNIFORM: "Uniform framing: more faces than usual are at the same place and of the same size. "
    "Official portraits, a photographer or a program that crops photos do this; it is no sign of "
    "generated faces.",
    NOTHING: "No sign of generated faces by where the eyes are. Faces that other generators made, "
    "edited and heavily cropped ones would not show, so this is no clearance.",
    FEW: "Too few photos with one face to look for generated faces by where the eyes are.",
}
LOOSE = (
    "The eyes are where StyleGAN generators put them, but agree less closely than those of "
    "generated faces do: real photos that a program aligned in the same way fit better, and this "
    "counts as uniform framing, not as a sign of generated faces."
)
ANY = "SELECT 1 AS one FROM photo AS p LIMIT 1"
WORDS = {ONE: "with one face", MANY: "with several", NONE: "with none", UNREADABLE: "unreadable"}
Row = Mapping[str, Any]
Correction = Callable[[Sequence[float]], list[float]]


@dataclass(frozen=True)
class Mean:
    """The mean of some photos: its address, or empty where there is none."""

    image: str
    used: int
    number: Number
    of: str


@dataclass(frozen=True)
class Eyes:
    """Where the eyes are, the photos behind, and how many of them are aligned."""

    drawing: Drawing
    photos: Number
    aligned: Number
    others: Number
    cropped: str


@dataclass(frozen=True)
class Block:
    """What the report says of the photos of one network."""

    verdict: str
    says: str
    coverage: Sequence[tuple[Number, str]]  # all, then by result
    figures: Sequence[tuple[str, Number, str]]
    means: Sequence[Mean]
    lacks: bool  # whether there are no means because Pillow is not installed
    eyes: Eyes | None
    elsewhere: bool  # whether there are pictures that this page has no room for


@dataclass(frozen=True)
class Kind:
    """A kind of page about photos.

    Args:
        correct: corrects the p of several networks.
        corrected: how, in words.
        pictures: networks that may get pictures, which take some 60 kB each.
    """

    correct: Correction
    corrected: str
    pictures: int


@dataclass(frozen=True)
class Photos:
    """The photos of a case, ready to be shown network by network.

    Args:
        gallery: the photos, and what they say.
        shown: networks that get a block.
        kind: the page they are shown on.
    """

    findings: Findings
    gallery: Gallery
    shown: Sequence[str]
    kind: Kind

    @classmethod
    def of(cls, findings: Findings, shown: Sequence[str], kind: Kind) -> Photos | None:
        """None where the case has no photos; that is asked first, because the rest takes time."""
        if not len(findings.query(ANY)):
            return None
        gallery = Gallery.of(findings.engine)
        own = [network for network in shown if gallery.networks.get(network)]
        return cls(findings, gallery, own, kind)

    @property
    def calibration(self) -> Calibration:
        """The reference that the photos were compared with."""
        return self.gallery.calibration

    @cached_property
    def reference(self) -> str:
        """The eyes of the reference's real photos, drawn."""
        return dots(self.calibration.real)

    @cached_property
    def p(self) -> dict[str, float]:
        """Network → p of generated faces."""
        return {network: self.gallery.p(network) for network in self.gallery.networks}

    @cached_property
    def q(self) -> dict[str, float]:
        """Network → the same after the correction."""
        return dict(zip(self.p, self.kind.correct(list(self.p.values())), strict=True))

    @cached_property
    def uniform(self) -> frozenset[str]:
        """Networks with a common framing that is not the template's."""
        found = {
            network: said.framing
            for network, said in self.gallery.assessments.items()
            if said.framing is not None and not self.calibration.hits(said.framing.eyes).any()
        }
        q = self.kind.correct([framing.p for framing in found.values()])
        framed = zip(found.items(), q, strict=True)
        return frozenset(n for (n, one), q in framed if one.found and q <= SIGNIFICANT)

    def framed(self, network: str) -> str:
        """Whether a network's faces share a framing: yes, no, or that of the template."""
        framing = self.gallery.assessments[network].framing
        if network in self.uniform:
            return "yes"
        on_template = framing is not None and self.calibration.hits(framing.eyes).any()
        return "the template's" if on_template and framing and framing.found else "no"

    def verdict(self, network: str) -> str:
        """One of `VERDICTS`."""
        said = self.gallery.assessments[network]
        if said.generated and self.q[network] <= SIGNIFICANT:
            return GENERATED
        if len(said.watermarked) >= FEWEST_LIKELY:
            return MARKED
        if network in self.uniform or self._loose(network):
            return UNIFORM
        return NOTHING if said.template.of >= FEWEST_LIKELY else FEW

    def _loose(self, network: str) -> bool:
        """On the template, but as real photos are that a program aligned."""
        said = self.gallery.assessments[network]
        return said.template.found and not said.generated and self.q[network] <= SIGNIFICANT

    # --- blocks

    def entries(self, network: str, group: str, rows: Rows) -> PhotoRows:
        """The queries behind the numbers of a network, as `rows` takes them in a group."""
        return PhotoRows(network, group, rows, self.calibration)

    def block(self, entries: PhotoRows) -> Block | None:
        """What there is to say of a network; None where none of its members has a photo."""
        network = entries.network
        if network not in self.shown:
            return None
        verdict, said = self.verdict(network), self.gallery.assessments[network]
        pictured = network in self._pictured
        means = self._means(network, entries) if pictured else []
        return Block(
            verdict=verdict,
            says=LOOSE if verdict == UNIFORM and self._loose(network) else SAYS[verdict],
            coverage=_coverage(said, entries),
            figures=self._figures(network, entries),
            means=[one for one, image in means if image is not None],
            lacks=any(image is None for _, image in means),
            eyes=self._eyes(network, entries) if pictured else None,
            elsewhere=self._full(network) and not pictured,
        )

    @cached_property
    def _pictured(self) -> dict[str, tuple[list[Row], list[Row]]]:
        """Networks with pictures → their photos with one face, aligned and not."""
        first = [network for network in self.shown if self._full(network)][: self.kind.pictures]
        return {network: self._sides(network) for network in first}

    def _full(self, network: str) -> bool:
        """Whether there is something to see and to say."""
        return self.verdict(network) not in (NOTHING, FEW)

    def _sides(self, network: str) -> tuple[list[Row], list[Row]]:
        photos = sorted(self.gallery.networks[network], key=lambda row: str(row["photo"]))
        faces = [row for row in photos if row["result"] == ONE]
        aligned = self.gallery.assessments[network].aligned
        sides: tuple[list[Row], list[Row]] = [], []
        for row in faces:
            sides[row["account"] not in aligned].append(row)
        return sides

    def _figures(self, network: str, entries: PhotoRows) -> list[tuple[str, Number, str]]:
        """(what, number, note); of a network in which nothing was found, only the plainest."""
        said, full = self.gallery.assessments[network], self._full(network)
        found = [self._hits(said, entries)] if said.template.of else []
        if network in self.uniform:
            found += _alike(said, entries)
        if full:
            found += [*self._tests(network, entries), *_closeness(said, entries)]
        if full or said.watermarked:
            number = Number(count(len(said.watermarked)), entries.lettered())
            found.append(("A generator's text", number, "in the corner of the photo"))
        if full or said.shared:
            number = Number(count(sum(map(len, said.shared))), entries.shared(self.again(network)))
            found.append(("Shared", number, "members show a face that another member shows too"))
        return found

    def _hits(self, said: Assessment, entries: PhotoRows) -> tuple[str, Number, str]:
        hits, theirs = said.template, self.gallery.outside.template
        note = f"of {count(hits.of)}; at most {expected(hits)} expected by chance"
        if theirs.of:
            note += f"; of other accounts here {count(theirs.hits)} of {count(theirs.of)}"
        return "On the template", Number(count(hits.hits), entries.hits()), note

    def _tests(self, network: str, entries: PhotoRows) -> list[tuple[str, Number, str]]:
        said = self.gallery.assessments[network].template
        by_test = (
            f"p of generated faces, {self.kind.corrected}. Each test by itself: count "
            f"{chance(said.p_count)}, template {chance(said.p_whole)}, cropped or not "
            f"{chance(said.p_cropped)}"
        )
        interval = f"{share(said.low)} to {share(said.high)}, estimated, cropped ones included"
        return [
            ("Chance", Number(chance(self.q[network]), entries.faces()), by_test),
            ("Like a generator's", Number(share(said.share), entries.faces()), interval),
        ]

    def again(self, network: str) -> list[str]:
        """Digests of the photos that several members show."""
        shared = {a for some in self.gallery.assessments[network].shared for a in some}
        return [r["photo"] for r in self.gallery.networks[network] if r["account"] in shared]

    # --- pictures

    @cached_property
    def _chosen(self) -> dict[tuple[str, int], list[str]]:
        """(network, 0 aligned or 1 others) → digests of the photos that its mean is made of."""
        sides = {(n, i): some for n, both in self._pictured.items() for i, some in enumerate(both)}
        most = cap(map(len, sides.values()), ALL, EACH)
        return {key: different(some, most) for key, some in sides.items()}

    @cached_property
    def _previews(self) -> dict[str, bytes]:
        return previews(self.findings, (d for some in self._chosen.values() for d in some))

    def _means(self, network: str, entries: PhotoRows) -> list[tuple[Mean, str | None]]:
        """The means of a network's aligned photos and of its others, each with its image."""
        aligned, others = self._pictured[network]
        on = f"photos whose eyes are on the template{self._cropped(network)}"
        asked = [
            (aligned, on, entries.aligned(aligned)),
            (others, f"{'others' if aligned else 'photos'} with one face", entries.others(aligned)),
        ]
        found = []
        for side, (some, what, entry) in enumerate(asked):
            jpegs = [self._previews.get(digest) for digest in self._chosen[network, side]]
            kept = [jpeg for jpeg in jpegs if jpeg is not None]
            image = mean(kept)
            one = Mean(image or "", len(kept), Number(count(len(some)), entry), what)
            found += [(one, image)] if some else []
        return found

    def _eyes(self, network: str, entries: PhotoRows) -> Eyes:
        aligned, others = self._pictured[network]
        sizes = [len(one) + len(other) for one, other in self._pictured.values()]
        return Eyes(
            drawing(
                eyes_of(aligned), eyes_of(others), self.calibration.template, cap(sizes, POINTS)
            ),
            photos=Number(count(len(aligned) + len(others)), entries.faces()),
            aligned=Number(count(len(aligned)), entries.aligned(aligned)),
            others=Number(count(len(others)), entries.others(aligned)),
            cropped=self._cropped(network),
        )

    def _cropped(self, network: str) -> str:
        """Said of aligned photos where some of them are not on the template as it is."""
        hits = self.gallery.assessments[network].template.hits
        return ", whole or cropped" if len(self._pictured[network][0]) > hits else ""


def _coverage(said: Assessment, entries: PhotoRows) -> list[tuple[Number, str]]:
    counts = [(sum(said.coverage.values()), "with a photo")]
    counts += [(said.coverage[result], words) for result, words in WORDS.items()]
    return [(Number(count(number), entries.covered()), words) for number, words in counts]


def _alike(said: Assessment, entries: PhotoRows) -> list[tuple[str, Number, str]]:
    if said.framing is None:
        return []
    usual = f"of {count(said.framing.of)} faces; of real photos at most"
    note = f"{usual} {share(said.framing.usual.high)} are framed like that"
    return [("Framed alike", Number(count(said.framing.alike), entries.faces()), note)]


def _closeness(said: Assessment, entries: PhotoRows) -> list[tuple[str, Number, str]]:
    if said.spread is None:
        return []
    note = (
        "of the picture's side, between eyes on the template; between those of real photos that a "
        f"program aligned {share(said.spread.aligned)}"
    )
    return [("Spread", Number(share(said.spread.value), entries.hits()), note)]


def expected(found: Template) -> str:
    """How many of the photos would be on the template by chance, at most."""
    return figure(float(f"{found.of * found.chance:.2g}"))


# --- corrections


def holm(p: Sequence[float]) -> list[float]:
    """p of each network after Holm's step-down correction (1979), as the measures make it."""
    order = np.argsort(np.asarray(p, float), kind="stable")
    stepped = np.asarray(p, float)[order] * np.arange(len(p), 0, -1)
    found = np.empty(len(p))
    found[order] = np.minimum(1.0, np.maximum.accumulate(stepped))
    return [float(one) for one in found]


IN_REPORT = Kind(holm, "corrected for all networks with photos (Holm)", 16)
BY_THEMSELVES = Kind(false_discovery, "corrected for all groups (Benjamini & Hochberg)", 40)
