"""Profile photos in the report and on their own page: many at once, never one, nobody named."""

from __future__ import annotations

import base64
import html
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_case import World, findings

pytest.importorskip("PIL", reason="the photos extra is absent")

from photo_case import (
    AGAIN,
    BARE,
    FEW_HITS,
    FINDING,
    LEAD,
    QUIET,
    REAL,
    SCRIPT,
    SMALL,
    STUDIO,
    aligned_case,
    photo_case,
)

from unswarm.exporters import photos_html, report
from unswarm.exporters._report import photos
from unswarm.exporters._report.photos import holm
from unswarm.exporters._report.pictures import UNIT, dots
from unswarm.findings import Findings
from unswarm.measures import _evidence
from unswarm.photos.composite import composite
from unswarm.photos.gallery import Gallery
from unswarm.photos.groups import false_discovery

VOID = {"meta", "br", "input", "img"}
POLICY = (
    r"default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; "
    r"img-src data:; base-uri 'none'; form-action 'none'"
)
FORBIDDEN = re.compile(r"\b(bots?|trolls?|fakes?|guilty|users?)\b", re.IGNORECASE)


class Reader(HTMLParser):
    """What a browser would see: elements, attributes, text, and whether all is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)


@pytest.fixture(scope="module")
def case() -> Findings:
    return photo_case()


@pytest.fixture(scope="module")
def written(case: Findings) -> str:
    return report.page(case)


@pytest.fixture(scope="module")
def alone(case: Findings) -> str:
    return photos_html.page(case)


@pytest.fixture(params=["written", "alone"])
def either(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def block(page: str, network: str) -> str:
    """What is said of the photos of a network, in the report or on the page of photos."""
    order = [FINDING, LEAD, FEW_HITS, STUDIO, QUIET, SMALL]
    if "profile photos · case" in page:
        start = f'<section class="network photos" id="g{order.index(network) + 1}"'
        return page[page.index(start) :].split("</section>")[0]
    start = f'<section class="photos" aria-labelledby="s{network[1:]}ph"'
    return page[page.index(start) :].split("</section>")[0]


def entries(page: str) -> dict[str, tuple[str, int]]:
    """Id → query and the number of rows it is said to have."""
    pattern = r'<details id="(r\d+)" class="entry">.*?<small>([\d,]+) rows?</small>.*?<code>(.*?)</'
    found = re.findall(pattern, page, re.S)
    return {i: (html.unescape(sql), int(n.replace(",", ""))) for i, n, sql in found}


def linked(part: str, before: str = "", after: str = "") -> list[tuple[int, str]]:
    """Numbers that are links, and the ids of their entries."""
    number = r'<a class="n" href="#(r\d+)">([\d,]+)</a>'
    found = re.findall(before + number + after, part, re.S)
    return [(int(text.replace(",", "")), entry) for entry, text in found]


def images(part: str) -> list[np.ndarray[Any, Any]]:
    from PIL import Image

    data = re.findall(r'src="data:image/png;base64,([\w+/=]+)"', part)
    return [np.asarray(Image.open(BytesIO(base64.b64decode(one)), formats=["PNG"])) for one in data]


# --- the page


def test_every_element_is_closed_and_every_link_leads_somewhere(either: str) -> None:
    seen = Reader(either)
    assert seen.open == []
    ids = [value for _, name, value in seen.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = {value for _, name, value in seen.attributes if name == "href"}
    assert {link[0] for link in links} == {"#"}
    assert {link[1:] for link in links} <= set(ids)


def test_the_page_loads_nothing_but_the_pictures_inside_it(either: str) -> None:
    seen = Reader(either)
    policies = [value for _, name, value in seen.attributes if "default-src" in value]
    assert len(policies) == 1
    assert re.fullmatch(POLICY, policies[0])
    sources = [(tag, value) for tag, name, value in seen.attributes if name == "src"]
    assert sources
    assert all(tag == "img" and v.startswith("data:image/png;base64,") for tag, v in sources)
    assert not [name for _, name, _ in seen.attributes if name in {"srcset", "style"}]


def test_hostile_names_of_accounts_files_and_cases_stay_text(either: str) -> None:
    seen = Reader(either)
    assert SCRIPT not in either
    assert html.escape(SCRIPT, quote=False).replace("'", "&#39;") in either
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    assert either.count("<script>") == 1


def test_a_hostile_group_is_only_text() -> None:
    tables = {name: [dict(row) for row in photo_case().query(f"SELECT * FROM {name}")]
              for name in ("photo", "membership", "network", "preview")}  # fmt: skip
    for row in (*tables["membership"], *tables["network"]):
        row["network"] = f"'\"><img src=x onerror=alert(1)>{row['network']}"
    page = photos_html.page(findings(tables, {}))
    seen = Reader(page)
    assert seen.open == []
    assert not [name for _, name, _ in seen.attributes if name == "onerror"]
    assert "<img src=x" not in page


def test_the_same_case_gives_the_same_bytes(written: str, alone: str) -> None:
    assert report.page(photo_case()) == written
    assert photos_html.page(photo_case()) == alone


def test_strong_words_are_not_used(either: str) -> None:
    assert not FORBIDDEN.findall(" ".join(Reader(either).text))


def test_nobody_in_a_lead_is_named_nor_whoever_ran_the_case(either: str) -> None:
    assert "secret" not in either
    assert "other0" not in either
    assert "/home/somebody" not in either
    assert "member02" in either  # of the finding
    assert "member01" not in either  # of the finding, but undetermined


def test_of_leads_alone_nobody_is_named() -> None:
    page = photos_html.page(photo_case(tier="lead"))
    assert "member" not in re.sub(r"\bmembers?\b(?! *\d)|membership", "", page)
    assert "Generated faces were found" in page


# --- means of many


def test_no_photo_is_shown_by_itself(case: Findings, either: str) -> None:
    for row in case.query("SELECT jpeg FROM preview"):
        assert base64.b64encode(row["jpeg"]).decode()[40:120] not in either
    assert "image/jpeg" not in either


def test_the_means_are_those_of_the_aligned_photos_and_of_the_others(
    case: Findings, either: str
) -> None:
    aligned = Gallery.of(case.engine).assessments[FINDING].aligned
    rows = case.query(
        f"""SELECT m.account, v.jpeg FROM membership m JOIN photo p ON m.account = p.account
        JOIN preview v ON p.photo = v.photo WHERE m.network = '{FINDING}'"""
    )
    sides = [[r["jpeg"] for r in rows if (r["account"] in aligned) is on] for on in (True, False)]
    shown, expected = images(block(either, FINDING)), [composite(side) for side in sides]
    assert len(shown) == len(expected) == 2
    for one, other in zip(shown, expected, strict=True):
        assert other is not None
        np.testing.assert_array_equal(one, other)


def test_their_captions_count_them(case: Findings, either: str) -> None:
    said, listed = block(either, FINDING), entries(either)
    aligned = len(Gallery.of(case.engine).assessments[FINDING].aligned)
    assert aligned > 18  # cropped ones among them
    (on,) = linked(
        said, "Mean of the ", r" photos whose eyes are on the template, whole or cropped"
    )
    (off,) = linked(said, "Mean of the ", " others with one face")
    assert (on[0], off[0]) == (aligned, 30 - aligned)
    assert [listed[entry][1] for _, entry in (on, off)] == [on[0], off[0]]


def test_fewer_than_eight_different_pictures_give_no_mean(either: str) -> None:
    few = block(either, FEW_HITS)
    assert images(few) == []
    assert few.count("a mean of fewer than 8 pictures shows a person") == 2
    lead = block(either, LEAD)  # its others: six, and six who show one picture in three files
    assert len(images(lead)) == 1
    (off,) = linked(lead, "", " others with one face: a mean of fewer than 8 pictures")
    assert off[0] == REAL[LEAD] + AGAIN


def test_of_very_many_photos_some_are_drawn_and_the_caption_says_so(
    monkeypatch: pytest.MonkeyPatch, case: Findings
) -> None:
    monkeypatch.setattr(photos, "EACH", 9)
    said = block(photos_html.page(case), FINDING)
    assert "Mean of 9 photos, pixel by pixel" in said
    (of,) = linked(said, "Mean of 9 of the ", " photos whose eyes are on the template")
    assert of[0] == 20
    assert ", each picture once" in said


def test_without_pillow_there_is_a_page_without_means(
    monkeypatch: pytest.MonkeyPatch, case: Findings, written: str, alone: str
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    for module, whole in ((report, written), (photos_html, alone)):
        page = module.page(case)
        assert "<img" not in page
        assert "that needs the photos extra" in block(page, FINDING)
        assert "that needs the photos extra" not in whole
        assert page.count('class="eyes"') == whole.count('class="eyes"') > 0
        assert Reader(page).open == []


# --- eyes


def test_the_eyes_of_all_photos_with_one_face_are_drawn(case: Findings, either: str) -> None:
    said = block(either, FINDING)
    rows = case.query(f"""SELECT p.* FROM photo p JOIN membership m ON m.account = p.account
                          WHERE m.network = '{FINDING}'""")  # fmt: skip
    expected = {
        (round(UNIT * row[f"{side}_x"]), round(UNIT * row[f"{side}_y"]))
        for row in rows
        for side in ("left", "right")
    }
    drawn = " ".join(re.findall(r'<path class="(?:on|off)" d="(.*?)"', said))
    found = {(int(x), int(y)) for x, y in re.findall(r"M(-?\d+) (-?\d+)h0", drawn)}
    assert found == expected
    assert said.count('class="cross"') == 2  # in the drawing and in its key
    assert 'id="reference"' in either


@given(st.lists(st.lists(st.floats(-3, 3), min_size=4, max_size=4), max_size=5))
def test_points_stay_near_the_square(eyes: list[list[float]]) -> None:
    found = re.findall(r"M(-?\d+) (-?\d+)h0", dots(np.array(eyes, float).reshape(-1, 4)))
    assert len(found) <= 2 * len(eyes)
    assert all(-20 <= int(value) <= UNIT + 20 for point in found for value in point)


# --- figures


def test_the_figures_are_those_of_the_assessment(case: Findings, either: str) -> None:
    listed = entries(either)
    for network, said in Gallery.of(case.engine).assessments.items():
        part = block(either, network)
        figures = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", part))
        expected = {
            "Photos": sum(said.coverage.values()),
            "On the template": said.template.hits,
            "A generator&#39;s text": len(said.watermarked),
            "Shared": sum(map(len, said.shared)),
        }
        for what, number in expected.items():
            if what in figures:
                ((shown, entry),) = linked(figures[what])
                assert (shown, listed[entry][1]) == (number, number), (network, what)
        assert {"Photos", "On the template"} <= figures.keys()
        for result, words in zip(said.coverage, COVERAGE, strict=True):
            assert linked(part, "", words)[0][0] == said.coverage[result]


COVERAGE = (" with one face", " with several", " with none", " unreadable")


def test_every_query_lists_as_many_rows_as_it_says(case: Findings, either: str) -> None:
    for sql, number in entries(either).values():
        assert len(case.query(sql)) == number, sql


def test_generated_faces_are_said_to_be_found_and_of_what_geometry_is_blind(either: str) -> None:
    for network in (FINDING, LEAD, FEW_HITS):
        assert "Generated faces found: " in block(either, network)
    text = " ".join(" ".join(Reader(either).text).split())
    assert "absence of a hit is no clearance" in text
    assert "A single photo proves nothing" in text
    assert "Real photos that a program aligned in the same way look alike" in text
    assert "framed uniformly, which is no sign of generation" in text


def test_a_studio_is_uniform_and_no_sign(either: str) -> None:
    said = block(either, STUDIO)
    assert "Uniform framing: " in said
    assert "no sign of generated faces" in said
    assert len(images(said)) == 1  # none is on the template
    assert linked(said, "Mean of the ", " photos with one face")[0][0] == 15
    assert linked(said, "<dt>Framed alike</dt><dd>", "</dd>")[0][0] == 15


def test_real_photos_that_a_program_aligned_are_no_finding() -> None:
    page = photos_html.page(aligned_case())
    assert [cells[:2] for cells in rows_of(page)] == [["studio", "Uniform framing"]]
    assert "agree less closely than those of generated faces do" in page
    assert "Generated faces were found in" in page
    assert "Generated faces found: " not in page


def test_where_nothing_is_found_the_block_is_small(either: str) -> None:
    for network in (QUIET, SMALL):
        said = block(either, network)
        assert "<svg" not in said and "<figure" not in said
        assert "Chance" not in said
    assert "No sign of generated faces by where the eyes are" in block(either, QUIET)
    assert "no clearance" in block(either, QUIET)
    assert "Too few photos with one face" in block(either, SMALL)


def test_a_network_without_photos_has_no_block(written: str) -> None:
    assert written.count('<section class="photos"') == 6
    assert f"Network {BARE}" in written


@given(st.lists(st.floats(0, 1), max_size=12))
def test_p_is_corrected_as_the_measures_correct_it(p: list[float]) -> None:
    theirs = _evidence.holm({str(place): value for place, value in enumerate(p)})
    assert holm(p) == pytest.approx(list(theirs.values()))


# --- the report as a whole


def test_photos_are_assessed_once_and_not_at_all_where_there_are_none(
    monkeypatch: pytest.MonkeyPatch, case: Findings
) -> None:
    asked = []
    of = Gallery.of
    monkeypatch.setattr(Gallery, "of", lambda engine: asked.append(1) or of(engine))
    report.page(case)
    assert len(asked) == 1
    page = report.page(findings(World().tables))
    assert len(asked) == 1
    assert "Profile photos" not in page


def test_a_report_with_many_networks_has_pictures_of_the_first(case: Findings) -> None:
    tables = {name: list(case.query(f"SELECT * FROM {name}"))
              for name in ("photo", "membership", "network", "preview")}  # fmt: skip
    for number in range(20):
        for name in ("membership", "network"):
            tables[name] += [
                row | {"network": f"x{number:02}"}
                for row in tables[name]
                if row["network"] == FINDING
            ]
    page = report.page(findings(tables, {}))
    assert page.count('class="eyes"') == 16
    assert page.count("for which this page has no room") > 4
    assert photos_html.page(findings(tables, {})).count('class="eyes"') > 20


def test_unreadable_photos_are_counted_by_reason(written: str, alone: str) -> None:
    for page in (written, alone):
        assert "of 5,000 bytes" not in page
    assert re.search(r'href="#r\d+">3</a> cut off</li>', alone)
    assert re.search(r'No photo: cut off: <a class="n" href="#r\d+">3</a>', written)


# --- the page about photos alone


def rows_of(page: str) -> Iterator[list[str]]:
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    for row in re.findall(r"<tr>(.*?)</tr>", table, re.S):
        cells = re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)
        yield [" ".join(re.sub(r"<.*?>", " ", cell).split()) for cell in cells]


def test_the_table_says_of_each_group_what_may_be_said(alone: str) -> None:
    said = {cells[0]: cells[1] for cells in rows_of(alone)}
    assert said == {
        FINDING: "Generated faces found",
        LEAD: "Generated faces found",
        FEW_HITS: "Generated faces found",
        STUDIO: "Uniform framing",
        QUIET: "Nothing found",
        SMALL: "Too few photos with one face",
    }
    assert list(said)[:4] == [FINDING, LEAD, FEW_HITS, STUDIO]
    assert "with photos; 1 more without" in alone
    (found, tested) = linked(alone, "(?:found in|of) ", "(?= of| groups with photos)")
    assert (found[0], tested[0]) == (3, 6)


def test_q_is_that_of_benjamini_and_hochberg(case: Findings, alone: str) -> None:
    gallery = Gallery.of(case.engine)
    p = [gallery.p(network) for network in gallery.networks]
    expected = dict(zip(gallery.networks, false_discovery(p), strict=True))
    for cells in rows_of(alone):
        q = cells[4].split(" p ")[0].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        assert float(q.replace(" × 10", "e")) == pytest.approx(expected[cells[0]], rel=0.06)


def test_the_reference_is_named(case: Findings, alone: str) -> None:
    calibration = Gallery.of(case.engine).calibration
    for said in (calibration.name, calibration.digest, f"{len(calibration.real):,} real photos"):
        assert said in alone


def test_plain_groups_are_enough() -> None:
    """As a test of photos by themselves hands them over: nothing is known but who is in them."""
    case = photo_case()
    tables: dict[str, Any] = {
        "photo": list(case.query("SELECT * FROM photo")),
        "preview": list(case.query("SELECT * FROM preview")),
        "membership": list(case.query("SELECT network, account FROM membership")),
        "network": [
            {"network": row["network"], "tier": "lead", "reason": "photos alone"}
            for row in case.networks
        ],
    }
    page = photos_html.page(findings(tables, {"counts": {}}))
    assert len(list(rows_of(page))) == 6
    assert Reader(page).open == []


def test_a_case_without_photos_or_without_groups_says_so(tmp_path: Path) -> None:
    nothing = findings({}, {})
    photos_html.export(nothing, tmp_path / "photos.html")
    assert "The case holds no profile photos." in (tmp_path / "photos.html").read_text("utf-8")
    only = photo_case().query("SELECT * FROM photo")
    page = photos_html.page(findings({"photo": list(only)}, {}))
    assert "no group of accounts to test them in" in page
    for said in (page, (tmp_path / "photos.html").read_text("utf-8")):
        assert Reader(said).open == []


def test_more_groups_than_are_shown_stand_in_the_table(case: Findings) -> None:
    tables = {name: list(case.query(f"SELECT * FROM {name}"))
              for name in ("photo", "membership", "network", "preview")}  # fmt: skip
    for number in range(45):
        for name in ("membership", "network"):
            tables[name] += [
                row | {"network": f"x{number:02}"} for row in tables[name]
                if row["network"] == SMALL
            ]  # fmt: skip
    page = photos_html.page(findings(tables, {}))
    assert len(list(rows_of(page))) == 51
    assert page.count('<section class="network photos"') == 40
    assert "The first 40 groups follow one by one." in page
    assert Reader(page).open == []
