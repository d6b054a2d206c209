"""MISP events: PyMISP reads them, every object fits its template, and nobody else is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from invented_case import empty
from operation_case import SECRET, operation, tables

from unswarm.errors import SettingsError
from unswarm.exporters import misp
from unswarm.findings import Findings
from unswarm.model import Verdict
from unswarm.record import Record
from unswarm.record.decisions import Decision
from unswarm.tactics import tactics

pymisp = pytest.importorskip("pymisp")

KINDS = [("twitter", "person"), ("x", None), ("facebook", "person"), ("facebook", "page"),
         ("facebook", "group"), ("instagram", "person"), ("telegram", "channel"),
         ("youtube", "channel"), ("reddit", "person"), ("reddit", "group"), ("vk", "group"),
         ("mastodon", "person"), (None, None)]  # fmt: skip


def written(findings: Findings, folder: Path, **options: Any) -> Path:
    path = folder / "misp.json"
    misp.export(findings, path, misp.Options(**options))
    return path


def read(findings: Findings, folder: Path, **options: Any) -> Any:
    event = pymisp.MISPEvent()
    event.load_file(written(findings, folder, **options))
    return event


def cleared(kind: str, subject: str) -> Findings:
    said = Decision("d-0001", kind, subject, Verdict.AUTHENTIC, "", "a newsroom", (), "Ann",
                    "analyst", "2026-02-03T10:00:00Z", "r-1")  # fmt: skip
    return replace(operation(), record=Record(decisions={said.id: said}))


def of_every_kind(**missing: None) -> Findings:
    """The operation, with its second network's members of every platform and kind."""
    accounts, rest = tables()["account"], iter(KINDS * 2)
    members = {f"a{number:03}" for number in range(12, 37)}
    return operation(
        account=[
            {**row, **dict(zip(("platform", "kind"), next(rest), strict=True)), **missing}
            if row["account"] in members
            else row
            for row in accounts
        ]
    )


def fits(made: Any) -> None:
    """Read an object again, strictly, into MISP's own template."""
    strict = pymisp.MISPObject(made.name, strict=True)
    assert (strict.template_uuid, str(strict.template_version)) == (
        made.template_uuid,
        str(made.template_version),
    )
    for attribute in made.attributes:
        known = strict.add_attribute(attribute.object_relation, value=attribute.value)
        assert known is not None and known.type == attribute.type
    strict.to_json()  # raises where a template's demands are not met


@pytest.mark.parametrize("missing", [{}, {"handle": None}, {"name": None, "handle": None}])
def test_every_object_fits_its_template(tmp_path: Path, missing: dict[str, None]) -> None:
    event = read(of_every_kind(**missing), tmp_path)
    for made in event.objects:
        fits(made)
    assert {
        *("twitter-account", "facebook-account", "facebook-page", "facebook-group"),
        *("instagram-account", "telegram-account", "youtube-channel", "reddit-account"),
        *("reddit-subreddit", "social-media-group", "user-account"),
    } == {made.name for made in event.objects}


def test_pymisp_writes_what_it_read(tmp_path: Path) -> None:
    event = read(operation(), tmp_path)
    again = pymisp.MISPEvent()
    again.from_json(event.to_json())
    assert len(again.objects) == len(event.objects) > 20
    assert {each.uuid for each in again.objects} == {each.uuid for each in event.objects}
    assert event.to_json() == again.to_json()


def test_the_event_is_dated_and_marked_by_data_and_options(tmp_path: Path) -> None:
    findings = operation()
    event = read(findings, tmp_path, tlp="red", distribution=1, organisation="Harbour Lab")
    assert event.date.isoformat() == "2026-01-26"
    assert (int(event.distribution), event.published) == (1, False)
    assert event.orgc.name == "Harbour Lab"
    tags = {tag.name for tag in event.tags}
    assert "tlp:red" in tags
    names = {t.misp for n in ("n1", "n2") for t in tactics(findings, n) if t.misp}
    assert names
    assert {f'misp-galaxy:disarm-techniques="{name}"' for name in names} == tags - {"tlp:red"}


def test_only_accounts_of_findings_are_named(tmp_path: Path) -> None:
    text = written(operation(), tmp_path).read_text("utf-8")
    assert SECRET not in text
    for lead in (*range(40, 51), 15, 399):  # n3 and n4, undetermined in n2, a bystander
        assert f"person{lead:03}" not in text
    assert "person013" in text
    assert "tied_x101" in text


def test_who_was_cleared_is_left_out(tmp_path: Path) -> None:
    assert "tied_x101" not in written(cleared("network", "n2"), tmp_path).read_text("utf-8")
    text = written(cleared("account", "a013"), tmp_path).read_text("utf-8")
    assert "person013" not in text
    assert "person014" in text


def test_members_refer_to_their_network(tmp_path: Path) -> None:
    event = read(operation(), tmp_path)
    groups = {
        made.uuid
        for made in event.objects
        if any(each.value in ("n1", "n2") for each in made.attributes)
    }
    others = [made for made in event.objects if made.uuid not in groups]
    assert len(groups) == 2
    for made in others:
        assert {each.referenced_uuid for each in made.references} <= groups
        assert made.references[0].relationship_type == "member-of"


def test_sites_that_others_link_to_are_no_indicators(tmp_path: Path) -> None:
    event = read(operation(), tmp_path)
    sites = {each.value for each in event.attributes if each.type == "domain"}
    assert "n2-daily-news.example" in sites
    assert not sites & {"news.example", "bit.ly", "facebook.com"}
    assert not any(each.to_ids for each in event.attributes)


def test_ids_are_of_the_case(tmp_path: Path) -> None:
    one = json.loads(written(operation(), tmp_path).read_text("utf-8"))["Event"]
    other = json.loads(
        written(replace(operation(), name="another"), tmp_path).read_text("utf-8")
    )["Event"]  # fmt: skip
    ids = [[made["uuid"] for made in each["Object"]] for each in (one, other)]
    assert len(set(ids[0])) == len(ids[0])
    assert not set(ids[0]) & set(ids[1])
    attributes = [a["uuid"] for made in one["Object"] for a in made["Attribute"]]
    assert len(set(attributes)) == len(attributes)


def test_an_empty_case_is_an_event_without_objects(tmp_path: Path) -> None:
    event = read(empty(), tmp_path)
    assert event.objects == [] == event.attributes
    assert "no accounts" in event.info


def test_options_outside_their_range_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="did you mean 'amber'"):
        written(operation(), tmp_path, tlp="ambr")
    with pytest.raises(SettingsError, match="0 to 3"):
        written(operation(), tmp_path, distribution=4)
