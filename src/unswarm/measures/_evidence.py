"""What every measure shares: the sides compared, bounds, Holm, and sentences with their figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from unswarm.canonical import PLATFORMS, SHORTENERS
from unswarm.engines import Engine
from unswarm.model import EVIDENCE
from unswarm.tails import beta_quantile, binomial_tail

OTHERS = ""  # the network of accounts that are in none
SIGNIFICANT = 0.01  # after Holm; above it nothing is a sign of inauthenticity
NOTEWORTHY = 0.05  # after Holm; above it members are like the others and nothing is said
FEWEST = 3  # members that must show the same before anything is said of it
REFERENCE = 50_000  # other accounts looked at one by one; fewer only make us quieter

# links within a platform, and shorteners, which hide where they lead
NO_DESTINATION = tuple(sorted(PLATFORMS | SHORTENERS))

# each member with its network, and a fixed random sample of the other accounts with network ''
SIDES = f"""(
    SELECT account, network FROM membership
    UNION ALL
    SELECT account, '{OTHERS}' AS network FROM (
        SELECT account FROM account ANTI JOIN membership USING (account)
        ORDER BY md5(account), account LIMIT {REFERENCE}) AS sampled
)"""

MEMBERS = "(SELECT account, network FROM membership WHERE network = {network})"

Row = dict[str, Any]


@dataclass(frozen=True)
class Count:
    """How many have something, of how many."""

    have: int = 0
    of: int = 0

    @property
    def share(self) -> float | None:
        """The point estimate; None of nobody."""
        return self.have / self.of if self.of else None

    @property
    def upper(self) -> float:
        """Upper 95 % bound of the share (Clopper & Pearson 1934); 1 of nobody."""
        if self.have >= self.of:
            return 1.0
        return float(beta_quantile(0.95, self.have + 1, self.of - self.have))

    def tail(self, reference: Count) -> float | None:
        """Probability of as many by chance at the reference's upper bound; None without one."""
        return self.tail_at(reference.upper) if reference.of else None

    def tail_at(self, share: float) -> float:
        """Probability that as many have it by chance if each has it with this probability."""
        return float(binomial_tail(self.have, self.of, share))


@dataclass(frozen=True)
class Trait:
    """Something an account shows or does not show, compared between a network and the others.

    Args:
        measure: the measure that looks.
        family: see `model.EVIDENCE`.
        what: the predicate of the sentence, e.g. `post at least 72 times a day`.
        among: which accounts could show it, e.g. `with 20 posts or more`.
        query: SELECT of the rows behind it, with `{network}` where the quoted id stands.
        inauthentic: whether a significant difference is a sign of inauthenticity.
    """

    measure: str
    family: str
    what: str
    among: str
    query: str
    inauthentic: bool = False

    def evidence(self, shown: Iterable[tuple[str, bool]]) -> list[Row]:
        """Evidence rows from (network, whether one account of it shows the trait)."""
        counts = counted(shown)
        others = counts.pop(OTHERS, Count())
        p = holm({network: count.tail(others) for network, count in counts.items()})
        return [
            self._row(network, count, others, p[network])
            for network, count in counts.items()
            if count.have >= FEWEST and noteworthy(p[network])
        ]

    def _row(self, network: str, count: Count, others: Count, p: float | None) -> Row:
        return {
            "network": network,
            "measure": self.measure,
            "family": self.family,
            "inauthentic": self.inauthentic and significant(p),
            "claim": f"{_of(count, f'members {self.among}')} {self.what}; {against(others)}.",
            "value": count.share,
            "baseline": others.share,
            "n": count.of,
            "p": p,
            "query": self.query.format(network=quoted(network)),
        }


@dataclass(frozen=True)
class Shared:
    """The option that sets a network apart most, of several that were tried."""

    option: str
    members: Count
    others: Count
    p: float | None


def most_shared(shown: Iterable[tuple[str, Collection[str]]]) -> dict[str, Shared]:
    """The option of each network that the others' bound explains least.

    Options that fewer than `FEWEST` members show are not tried. p is corrected for the options
    tried (Bonferroni) and for the networks (Holm).

    Args:
        shown: (network, the options one account of it shows, or none).
    """
    options: dict[str, Counter[str]] = defaultdict(Counter)
    accounts: Counter[str] = Counter()
    for network, own in shown:
        accounts[network] += 1
        options[network].update(own)
    best = {
        network: _best(options[network], accounts[network], options[OTHERS], accounts[OTHERS])
        for network in sorted(accounts)
        if network != OTHERS
    }
    p = holm({network: shared.p if shared else 1.0 for network, shared in best.items()})
    return {
        n: replace(shared, p=p[n] if shared.others.of else None)
        for n, shared in best.items()
        if shared
    }


def _best(own: Counter[str], members: int, theirs: Counter[str], others: int) -> Shared | None:
    tried = sorted((-have, option) for option, have in own.items() if have >= FEWEST)
    counts = ((o, Count(-have, members), Count(theirs[o], others)) for have, o in tried)
    found = [Shared(o, have, other, have.tail(other)) for o, have, other in counts]
    if not found:
        return None
    best = min(found, key=lambda shared: 1.0 if shared.p is None else shared.p)
    return replace(best, p=None if best.p is None else min(1.0, best.p * len(found)))


def counted(shown: Iterable[tuple[str, bool]]) -> dict[str, Count]:
    """(network, yes or no) of accounts → a count per network, in order of the networks."""
    have: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for network, yes in shown:
        have[network][0] += bool(yes)
        have[network][1] += 1
    return {network: Count(*have[network]) for network in sorted(have)}


def holm(p: Mapping[str, float | None]) -> dict[str, float | None]:
    """Holm's step-down correction (1979) over the networks of the run; None stays None."""
    known = sorted((value, network) for network, value in p.items() if value is not None)
    corrected: dict[str, float | None] = dict.fromkeys(p)
    largest = 0.0
    for rank, (value, network) in enumerate(known):
        largest = max(largest, min(1.0, value * (len(known) - rank)))
        corrected[network] = largest
    return corrected


def significant(p: float | None) -> bool:
    """Whether a corrected p allows to speak of a sign of inauthenticity."""
    return p is not None and p <= SIGNIFICANT


def noteworthy(p: float | None) -> bool:
    """Whether there is something to say: a difference, or nobody to compare with."""
    return p is None or p <= NOTEWORTHY


def against(others: Count, who: str = "other accounts", verb: str = "do") -> str:
    """The comparison, in words."""
    if not others.of:
        return "no other accounts to compare with"
    return f"{_of(others, who)} {verb} (at most {percent(others.upper)})"


def _of(count: Count, who: str) -> str:
    return f"{count.have:,} of {count.of:,} {who}"


def percent(share: float | None) -> str:
    """A share as people read it: `12 %`, `0.3 %`, `under 0.01 %`."""
    if share is None:
        return "no"
    if 0 < share < 0.0001:
        return "under 0.01 %"
    digits = 0 if share >= 0.1 or share == 0 else 1 if share >= 0.01 else 2
    return f"{100 * share:.{digits}f} %"


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """Texts as the inside of an SQL IN list."""
    return ", ".join(quoted(text) for text in sorted(texts))


def rows(engine: Engine, query: str) -> list[Row]:
    """A query's rows as mappings; for aggregates per account or fewer."""
    found: list[Row] = engine.fetch(query).to_pylist()
    return found


def evidence(found: Iterable[Row]) -> pa.Table:
    """Rows → `model.EVIDENCE`."""
    return EVIDENCE.rows(list(found))
