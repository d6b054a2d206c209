"""Is the replica of the published operation found, and who is named beside it?

    python bench/replica.py --scale 0.1 --evasion 1 2 4 8

Simulates the case, reads its files, detects, and compares with the truth: precision and recall of
each kind of account, hard negatives named, what ads cost and how many people followed. *By acting*
counts members of confirmed networks, *with ties* the accounts that expansion names as well.
"""

from __future__ import annotations

import csv
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from _runs import table
from unswarm.case import open_case
from unswarm.findings import Findings
from unswarm.simulate.operation import make, replicate
from unswarm.simulate.operation.ads import RATES

SIGNS = "coordinated, signs of inauthenticity"
CONFIRMED = """
    SELECT m.account, n.label FROM membership m JOIN network n ON n.network = m.network
    WHERE n.tier = 'confirmed'
"""
TIED = "SELECT account, network FROM linked WHERE named"
SPENT = "SELECT account, currency, spend_low, spend_high FROM ad"
FOLLOWED = "SELECT account, target FROM follow"

Truth = dict[str, dict[str, str]]  # account → what labels.csv says


@dataclass(frozen=True)
class Run:
    """What was found in one replica.

    Args:
        acting: accounts of confirmed networks → the network's label.
        tied: accounts that expansion adds.
        truth: account → its labels.
        seconds: of reading and detecting.
        spending: the lowest and the highest the ads found may have cost, US cents.
        followers: different people in the lists of pages, groups, Instagram.
    """

    acting: dict[str, str]
    tied: set[str]
    truth: Truth
    seconds: float
    spending: tuple[int, int]
    followers: dict[str, int]

    @property
    def named(self) -> set[str]:
        """Everybody who is named."""
        return set(self.acting) | self.tied

    def of(self, label: str) -> list[str]:
        """The accounts with a label."""
        return [account for account, said in self.truth.items() if said["label"] == label]


def main() -> None:
    """Runs the replica at each evasion and prints what was found."""
    chosen = _options()
    runs = {}
    for evasion in chosen.evasion:
        runs[evasion] = run = _run(chosen, evasion)
        print(f"\n## Evasion {evasion:g}: {run.seconds:.0f} s\n")
        totals = _totals(chosen, evasion, run)
        print(_kinds(run), _beside(run), totals, sep="\n\n", flush=True)
    print("\n## By evasion\n")
    print(_curve(runs))


def _options() -> Namespace:
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scale", type=float, default=0.1, help="1 is the published size")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--evasion", type=float, nargs="+", default=[1, 2])
    parser.add_argument("--photos", action="store_true", help="look at the profile photos, too")
    parser.add_argument(
        "--public", action="store_true", help="read ads as a public library shows them"
    )
    parser.add_argument("--stability", action="store_true", help="repeat over a grid of settings")
    return parser.parse_args()


def _run(chosen: Namespace, evasion: float) -> Run:
    with TemporaryDirectory() as place:
        folder = Path(place) / "replica"
        data = replicate(folder, chosen.scale, chosen.seed, evasion)
        if chosen.public:
            (folder / "public" / "ads.csv").replace(data / "ads.csv")
        begin = perf_counter()
        case = open_case(Path(place) / "case")
        case.read(data)
        if chosen.photos:
            case.read_photos(folder / "photos")
        found = case.detect(stability=chosen.stability)
        return _compared(found, folder, perf_counter() - begin)


def _compared(found: Findings, folder: Path, seconds: float) -> Run:
    acting = {row["account"]: row["label"] for row in found.query(CONFIRMED)}
    suspicious = {n["network"] for n in found.networks if n["label"] == SIGNS}
    tied = {row["account"] for row in found.query(TIED) if row["network"] in suspicious}
    with (folder / "truth" / "labels.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["account"]: row for row in csv.DictReader(file)}
    deceiving = {account for account, label in acting.items() if label == SIGNS} | tied
    return Run(
        acting=acting,
        tied=tied - acting.keys(),
        truth=truth,
        seconds=seconds,
        spending=_spending(found, deceiving),
        followers=_followers(found, truth, deceiving),
    )


def _spending(found: Findings, named: set[str]) -> tuple[int, int]:
    """US cents; an open range ends where it begins."""
    rates = {"USD": 1.0, **RATES}
    low = high = 0
    for row in found.query(SPENT):
        if row["account"] in named:
            low += round(row["spend_low"] * rates[row["currency"]])
            high += round((row["spend_high"] or row["spend_low"]) * rates[row["currency"]])
    return low, high


def _followers(found: Findings, truth: Truth, named: set[str]) -> dict[str, int]:
    people: dict[str, set[str]] = {"page": set(), "group": set(), "instagram": set()}
    for row in found.query(FOLLOWED):
        if row["target"] in named and (said := truth.get(row["target"])):
            kind = said["type"] if said["type"] in people else said["platform"]
            people[kind].add(row["account"])
    return {kind: len(of) for kind, of in people.items()}


# --- tables


def _kinds(run: Run) -> str:
    """Planted accounts by kind: how many there are, found by acting, found with ties."""
    planted = run.of("coordinated")
    every = _tally(run, planted)
    acting, named = _tally(run, run.acting), _tally(run, run.named)
    rows = [
        [kind, str(n), *(f"{c[kind]} ({c[kind] / n:.2f})" for c in (acting, named))]
        for kind, n in sorted(every.items())
    ]
    return table(["planted", "accounts", "by acting", "with ties"], rows)


def _tally(run: Run, accounts: Iterable[str]) -> Counter[str]:
    """Planted accounts by kind."""
    said = (run.truth.get(account) for account in accounts)
    return Counter(row["kind"] for row in said if row and row["label"] == "coordinated")


def _beside(run: Run) -> str:
    """Others who are named: as acting in concert, with signs of inauthenticity, by ties."""
    kinds = Counter(s["kind"] for s in run.truth.values() if s["label"] != "coordinated")
    signs = {account for account, label in run.acting.items() if label == SIGNS}
    columns = [_strangers(run, accounts) for accounts in (run.acting, signs, run.tied)]
    rows = [[kind, str(n), *(str(c[kind]) for c in columns)] for kind, n in sorted(kinds.items())]
    return table(["others", "accounts", "acting", "… with signs", "tied"], rows)


def _strangers(run: Run, accounts: Iterable[str]) -> Counter[str]:
    """Accounts that are not planted, by kind; payers, who are nobody's account, are left out."""
    said = (run.truth.get(account) for account in accounts)
    return Counter(row["kind"] for row in said if row and row["label"] != "coordinated")


def _totals(chosen: Namespace, evasion: float, run: Run) -> str:
    truth = make(chosen.scale, chosen.seed, evasion).truth
    spent, audience = truth["ad_spending"]["us_cents"], truth["audience"]
    low, high = run.spending
    one_in = truth["followers_of_pages_listed_one_in"]
    people = [
        (
            f"pages, one in {one_in} listed",
            "accounts_following_pages",
            run.followers["page"] * one_in,
        ),
        ("groups", "accounts_in_groups", run.followers["group"]),
        ("Instagram", "accounts_following_instagram", run.followers["instagram"]),
    ]
    rows = [["ads, US dollars", f"{spent / 100:,.2f}", f"{low / 100:,.2f} to {high / 100:,.2f}"]]
    rows += [
        [f"followers: {what}", f"{audience[of]:,}", f"{found:,}"] for what, of, found in people
    ]
    return table(["", "truth", "found"], rows)


def _curve(runs: dict[float, Run]) -> str:
    """Recall and precision over everything planted; precision counts organic accounts as wrong."""
    rows = []
    for evasion, run in runs.items():
        planted, open_ = set(run.of("coordinated")), set(run.of("open"))
        known = run.named & run.truth.keys()
        cells = [
            f"{len(planted & set(run.acting)) / len(planted):.3f}",
            f"{len(planted & known) / len(planted):.3f}",
            f"{len(known & planted) / len(known - open_):.3f}" if known - open_ else "–",
            str(len(known - planted - open_)),
            str(len(known & open_)),
        ]
        rows.append([f"{evasion:g}", *cells])
    header = ["evasion", "recall by acting", "recall with ties", "precision", "innocent named"]
    return table([*header, "openly organised named"], rows)


if __name__ == "__main__":
    main()
