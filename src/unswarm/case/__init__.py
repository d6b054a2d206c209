"""A case: a folder that holds what was read, what was found and what people said of it.

`runs/` is a pure function of events, settings and version: the same input gives the same bytes.
What people decided is only in `log.jsonl`. Times of work are in `timing.toml`, outside the promise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from unswarm.case import acting, expanding, exports, photos, reading, running, subjects
from unswarm.case.folder import CaseFolder, changed, made
from unswarm.case.photos import counts_of_photos
from unswarm.case.reading import Reading
from unswarm.enforcing import Preview
from unswarm.expansion import Expansion
from unswarm.findings import Findings
from unswarm.fingerprint import Fingerprint
from unswarm.model import Verdict
from unswarm.progress import Progress, silent
from unswarm.record.orders import Plan
from unswarm.settings import Settings
from unswarm.store import Taken

__all__ = ["Case", "Reading", "counts_of_photos", "open_case"]


def open_case(path: str | Path, *, create: bool = True) -> Case:
    """Open a case folder, or make one.

    Raises:
        CaseError: the folder holds something else, or there is none and `create` is false.
    """
    return Case(made(Path(path), create=create))


class Case(CaseFolder):
    """A case folder and its verbs: read, detect, measure, test, decide, enforce, export."""

    # --- read

    def read(
        self,
        *paths: str | Path,
        reader: str | None = None,
        columns: Mapping[str, str] | None = None,
        comparison: bool = False,
        progress: Progress = silent,
    ) -> tuple[Reading, ...]:
        """Take files in; a file the case holds already is skipped.

        Args:
            paths: files, or folders of files, of any format a reader recognises.
            reader: the reader to use; None: the one that recognises the content.
            columns: our field → the file's column, where it cannot be guessed.
            comparison: true: other people, to compare the suspects with.
            progress: told of the rows read.

        Raises:
            InputError: a file cannot be read, or holds no usable row.
        """
        wanted = reading.Wanted(reader, columns or {}, comparison)
        return reading.read(self, map(Path, paths), wanted, progress)

    def read_photos(
        self,
        album: str | Path | None = None,
        *,
        models: Sequence[str | Path] = (),
        known: str | Path | None = None,
        calibration: str | Path | None = None,
        progress: Progress = silent,
    ) -> tuple[Reading, ...]:
        """Take profile photos in, and what they are to be compared with.

        Measures and small previews are kept, the photos are not. A reading that was cut off goes
        on where it stopped.

        Args:
            album: a folder of photos named by account, or as the profiles name them; or a CSV
                with the columns account and file.
            models: manifests of trained detectors that score each photo too.
            known: pictures that somebody knows: a folder, or a CSV of PDQ hashes.
            calibration: the reference for these photos; None: the case's, else the shipped one.
            progress: told how many photos have been looked at.

        Raises:
            InputError: one of them cannot be used.
            SettingsError: the extra `photos` is not installed.
        """
        return reading.read_photos(self, album, models, known, calibration, progress)

    def read_opinions(self, path: str | Path) -> Reading:
        """Take in what researchers say of accounts: of a release, or by id or handle.

        Rows that cannot be used are listed with their reasons in `exports/rejected-….csv`.

        Args:
            path: a CSV with the columns account, label, note and source.

        Raises:
            InputError: it is no such file, or holds no usable row.
        """
        from unswarm.case.opinions import read_opinions

        return read_opinions(self, Path(path))

    def follow(self, name: str, address: str) -> Taken:
        """The source that is followed at an address; the first call makes it part of the case.

        Args:
            name: how it is followed, e.g. `jetstream`.
            address: where.
        """
        return reading.follow(self, name, address)

    # --- detect, measure, test

    def detect(
        self,
        settings: Settings | None = None,
        *,
        engine: str = "auto",
        progress: Progress = silent,
        **changes: Any,
    ) -> Findings:
        """Find the networks, measure them, write the tables and the report into `exports/`.

        Args:
            settings: those of this run; None: the case's.
            engine: where and how it is worked out: `duckdb`, `kernel`, `spark`; or `auto`, which
                takes what costs least. The result is the same.
            progress: told of each step.
            changes: single settings by name, e.g. `q=0.001`.

        Raises:
            CaseError: the case holds no source.
            SettingsError: a setting or the engine is unknown, or outside its range.
        """
        wanted = changed(settings or self.settings, changes)
        return running.detect(self, wanted, engine, progress)

    def look(
        self,
        settings: Settings | None = None,
        *,
        since: int | None = None,
        progress: Progress = silent,
    ) -> Findings:
        """Detect again, as a watch does: the run becomes the latest, and nothing is exported.

        Args:
            settings: those of this run; None: the case's.
            since: posts from this time on count, ms UTC; None: all.
            progress: told of each step.

        Raises:
            CaseError: the case holds no source.
        """
        return running.look(self, settings or self.settings, since, progress)

    def test(
        self,
        accounts: Iterable[str],
        settings: Settings | None = None,
        *,
        progress: Progress = silent,
        **changes: Any,
    ) -> Findings:
        """Test a list that somebody brings: nothing is discovered, so nothing is held out.

        Its tables and report go to `exports/list-<run>/`; the case's findings stay as they are.

        Args:
            accounts: ids or handles.

        Raises:
            CaseError: none of the accounts, or only one, is in the data.
        """
        wanted = changed(settings or self.settings, changes)
        return running.test(self, accounts, wanted, progress)

    def test_photos(
        self,
        groups: Mapping[str, Iterable[str]] | None = None,
        *,
        progress: Progress = silent,
    ) -> Findings:
        """Test the photos of groups by themselves; writes `photos.csv`, `photo_groups.csv` and
        `photos.html` into `exports/`.

        Args:
            groups: name → ids or handles; None: the networks of the latest run, or else all
                accounts with a photo as one group.
            progress: told of each step.

        Raises:
            CaseError: the case holds no photos, or none of the groups' accounts.
        """
        return photos.test_photos(self, groups, progress)

    def measure(self, *, progress: Progress = silent) -> Findings:
        """Measure the networks of the latest run again, e.g. after a measure was installed."""
        return running.measure(self, progress)

    # --- decide

    def decide(
        self,
        subject: str,
        verdict: Verdict | str,
        reason: str,
        who: str | None = None,
        *,
        ground: str = "",
        cites: Collection[str] = (),
        role: str | None = None,
    ) -> dict[str, Any]:
        """Write down what a person decided about a network, an account or a domain.

        Args:
            subject: id of a network of the latest run, of an account of the data, or a domain.
            verdict: inauthentic, authentic, not coordinated, undecided.
            reason: why; may not be empty, nor quote what an account wrote.
            who: the person; None: the name logged in.
            ground: the rule that was broken: spam, misrepresentation, coordinated inauthentic
                behaviour, ban evasion; empty: nothing is to be enforced.
            cites: the evidence it rests on: `coordination`, measures, `signal:NAME`.
            role: the role they act in; None: the one `case.toml` gives them, or analyst.

        Raises:
            CaseError: there is no such network, account or domain.
            SettingsError: the verdict is none of `Verdict`, the reason is empty, or it rests on
                content.
        """
        kind, subject = self.find(subject)
        return self.desk.decide(
            kind, subject, verdict, reason, ground=ground, cites=cites, who=who, role=role
        )

    def find(self, subject: str) -> tuple[str, str]:
        """What somebody means: ("network" | "account" | "domain", id); handles are understood.

        Raises:
            CaseError: there is no such network, account or domain.
        """
        return self.find_in(self.findings, subject)

    def find_in(self, findings: Findings, subject: str) -> tuple[str, str]:
        """The same, in findings that are open already."""
        return subjects.subject_of(self.path, findings, subject)

    def network_in(self, findings: Findings, subject: str) -> str:
        """The network that somebody means.

        Raises:
            CaseError: there is no such network, or it is something else.
        """
        return subjects.network_of(self.path, findings, subject)

    # --- enforce

    def enforce(self, plan: str, *, undo: bool = False, progress: Progress = silent) -> Plan:
        """Carry out an approved plan, or what is left of it; or take it back.

        A run that was cut off goes on where it was: nothing is lost, nothing is done twice.

        Args:
            plan: its id, e.g. `p-0001`.
            undo: true: take back those of its orders that rest on nothing any more; when all
                rest on something, take back all.
            progress: told of each order.

        Returns:
            The plan, with its receipts.

        Raises:
            CaseError: there is no such plan, one of its orders rests on nothing any more, or the
                target does not answer.
            SettingsError: no second person has approved it, or the target cannot do it.
        """
        return acting.enforce(self, plan, undo, progress)

    def preview(
        self, plan: str, *, undo: bool = False, progress: Progress = silent
    ) -> tuple[Preview, ...]:
        """What `enforce` would change now, as the target tells.

        The target is asked and nothing is sent, so that nobody needs to have approved the plan.

        Raises:
            CaseError: what `enforce` raises.
            SettingsError: the target cannot do it.
        """
        return acting.preview(self, plan, undo, progress)

    # --- expand

    def expand(
        self,
        network: str | None = None,
        *,
        against: Sequence[str | Path] = (),
        recidivism: Sequence[str | Path] = (),
        progress: Progress = silent,
    ) -> tuple[Expansion, ...]:
        """Find accounts that belong to a network besides its members, each with its evidence.

        Args:
            network: a network of the latest run, confirmed or called inauthentic by a person. Its
                linked accounts here are listed, at a false-discovery rate of the setting `q`.
            against: folders of other cases, e.g. of another platform, in whose data the network is
                looked for.
            recidivism: folders of past cases, files of `export fingerprint`, or indicators that
                others published (Meta's CSV or TSV, STIX 2.1), looked for in this data.
            progress: told of each step.

        Returns:
            What was found in each place; its tables lie in `exports/expand-…/`.

        Raises:
            CaseError: there is no such network, it is a lead, or another case has no run.
            InputError: a file is no fingerprint, and holds no indicators.
        """
        return expanding.expand(self, network, against, recidivism, progress)

    def prints(self, past: Path) -> list[Fingerprint]:
        """The fingerprints of a past case or of a file, or of indicators that others published.

        Raises:
            CaseError: the past case has no run.
            InputError: the file is missing, or holds nothing of this kind.
        """
        return expanding.prints(self, past)

    # --- export

    def export(
        self,
        name: str,
        path: str | Path | None = None,
        /,
        *,
        who: str | None = None,
        **options: Any,
    ) -> Path:
        """Write the latest findings in one format; returns the file.

        Args:
            name: an exporter, e.g. `report`, `accounts`, `graphml`.
            path: where to; None: the case's `exports/`.
            who: the person; None: the name logged in.
            options: what the exporter can be told, see its page.

        Raises:
            SettingsError: there is no such format or option, or a value is none of its kind.
        """
        return exports.export(self, name, Path(path) if path else None, who, options)

    def publish(
        self, folder: str | Path | None = None, *, pdf: bool = True, who: str | None = None
    ) -> tuple[Path, ...]:
        """Write the public report that two people signed.

        Args:
            folder: where to; None: the case's `exports/`.
            pdf: false: only HTML and Markdown.
            who: the person; None: the name logged in.

        Returns:
            The files.

        Raises:
            CaseError: something forbids it; the message lists all that does.
            SettingsError: a PDF is wanted, and what it needs is not installed.
        """
        return exports.publish(self, Path(folder) if folder else self.exports, pdf, who)

    def list_exports(self, findings: Findings) -> Path:
        """The folder that holds the tables and the report of a tested list."""
        return running.list_exports(self, findings)

    @property
    def report(self) -> Path:
        """Where `detect` writes the report."""
        return self.exports / "report.html"

    @property
    def photo_report(self) -> Path:
        """Where the page about photos is written."""
        return self.exports / "photos.html"
