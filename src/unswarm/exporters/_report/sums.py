"""An operation in one sentence, in the form platforms publish, made of numbers the tables hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from unswarm import sketches
from unswarm.exporters._report import whole_queries
from unswarm.exporters._report.queries import Row
from unswarm.exporters._report.summary import Number
from unswarm.exporters._report.words import KINDS, about, between, clean, count, kind, platform

CURRENCIES = 3
FIRM = ("member", "linked")  # accounts that are named
REACH = {
    "page": "followed one or more of these Pages",
    "group": "joined one or more of these Groups",
    "channel": "followed one or more of these channels",
    "person": "followed one or more of these accounts",
}
LISTS = ("Followers and members, counted once", whole_queries.REACHED)
SKETCHES = ("Sketches of followers and members", whole_queries.SKETCHED_OF)
PROFILES = ("Followers, as profiles state them", whole_queries.FOLLOWERS_OF)
Ask = Callable[[str, str], str]  # title, query → the entry with its rows


@dataclass(frozen=True)
class Part:
    """A number of the sentence, with the words before and behind it."""

    before: str
    number: Number
    after: str


@dataclass(frozen=True)
class Sums:
    """What the tables hold of one network: rows of `whole_queries`."""

    entities: Sequence[Row]
    reach: Sequence[Row]
    reached: Sequence[Row]
    sketched: Sequence[Row]
    spent: Sequence[Row]

    def sentence(self, ask: Ask) -> list[Part]:
        """The parts of the sentence, without its full stop; empty where nobody is named."""
        firm = [row for row in self.entities if row["standing"] in FIRM]
        if not firm:
            return []
        entry = ask("Accounts of the operation", whole_queries.ENTITIES_OF)
        parts = [*_accounts(firm, entry), *self._audience(firm, ask)]
        return [*parts, *self._money(ask)]

    def _audience(self, firm: Sequence[Row], ask: Ask) -> Iterator[Part]:
        for row in self._public(firm):
            for text, (title, sql) in self._people(row):
                after = f" accounts {REACH[row['kind']]}{self._where(row)}"
                yield Part("; ", Number(text, ask(title, sql)), after)

    def _people(self, row: Row) -> Iterator[tuple[str, tuple[str, str]]]:
        """How many people follow accounts of a kind, and what says so; nothing where none does.

        Whole lists count exactly. Sketches estimate. Else there are bounds: many follow several.
        """
        lists = next((found for found in self.reached if _alike(found, row)), None)
        estimate = _estimated([found for found in self.sketched if _alike(found, row)], row)
        if lists and lists["entities"] == row["entities"] and not lists["short"]:
            yield about(lists["people"]), LISTS
        elif estimate is not None:
            yield about(estimate), SKETCHES
        elif row["largest"]:
            yield _bounds(row, lists["people"] if lists else 0), PROFILES

    def _public(self, firm: Sequence[Row]) -> list[Row]:
        """What people follow: pages, groups and channels; where there is none, accounts."""
        open_to_all = {row["platform"] for row in firm if row["kind"] in REACH} - {
            row["platform"] for row in firm if row["kind"] in ("page", "group", "channel")
        }
        found = [r for r in self.reach if r["kind"] != "person" or r["platform"] in open_to_all]
        order = list(REACH)
        kept = [row for row in found if row["kind"] in REACH]
        return sorted(kept, key=lambda row: (order.index(row["kind"]), row["platform"]))

    def _where(self, row: Row) -> str:
        """The platform, where there are several of that kind."""
        places = {other["platform"] for other in self.reach if other["kind"] == row["kind"]}
        return f" on {platform(row['platform'])}" if row["platform"] and len(places) > 1 else ""

    def _money(self, ask: Ask) -> Iterator[Part]:
        shown = self.spent[:CURRENCIES]
        for place, row in enumerate(shown):
            entry = ask("Advertisements with what was paid", whole_queries.ADS)
            text = f"{_spent(row)} {clean(row['currency'])}"
            after = " spent on ads" if row is shown[-1] else ""
            yield Part(", " if place else "; ", Number(text, entry), after)


def _accounts(firm: Sequence[Row], entry: str) -> Iterator[Part]:
    """`610 accounts, 89 Pages and 156 Groups on Facebook; 72 accounts on Instagram`."""
    places = sums(firm, "platform")
    for place, where in enumerate(sorted(places, key=lambda name: (-places[name], name))):
        kinds = sums([row for row in firm if row["platform"] == where], "kind")
        named = [name for name in KINDS if name in kinds]
        for number, name in enumerate(named):
            last = number == len(named) - 1
            before = ("; " if place else "") if not number else " and " if last else ", "
            on = f" on {platform(where)}" if last and where else ""
            size = Number(count(kinds[name]), entry)
            yield Part(before, size, f" {kind(name, kinds[name])}{on}")


def sums(rows: Sequence[Row], column: str) -> Mapping[str, int]:
    """Accounts by the values of a column."""
    found: dict[str, int] = {}
    for row in rows:
        found[row[column]] = found.get(row[column], 0) + row["accounts"]
    return found


def _alike(one: Row, other: Row) -> bool:
    return bool(one["kind"] == other["kind"] and one["platform"] == other["platform"])


def _estimated(found: Sequence[Row], row: Row) -> float | None:
    """People in the merged sketches of all accounts of a kind; None where one has none."""
    if not sketches.available() or len({each["target"] for each in found}) < row["entities"]:
        return None
    estimates = sketches.merged((each["method"], each["sketch"]) for each in found)
    return round(estimates[0].value) if len(estimates) == 1 else None


def _bounds(row: Row, listed: int) -> str:
    """How many people follow, from the numbers of profiles, and the number that lists hold."""
    low = max(row["largest"], listed)
    if row["known"] < row["entities"]:
        return f"at least {about(low)}"
    return between(low, max(low, row["together"]))


def _spent(row: Row) -> str:
    """What was spent, in whole units; ranges stay ranges."""
    low, high = row["low"] // 100, row["high"] // 100
    return f"at least {about(low)}" if row["open"] else between(low, high)
