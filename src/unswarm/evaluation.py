"""How right the findings are, against labels that somebody trusts.

Measures and their order follow the evaluation protocol in `docs/evaluation.md`: false accusations
first, with exact bounds, then accounts, then networks. Intervals are percentiles of a seeded
bootstrap over accounts. Accounts without a label count in nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from unswarm.errors import InputError, did_you_mean
from unswarm.findings import Findings
from unswarm.store import account_ids

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]

ACCOUNT_COLUMNS = ("account", "account_id", "accountid", "userid", "user_id", "id", "handle")
LABEL_COLUMNS = ("label", "class", "target", "is_coordinated", "coordinated", "truth")
GROUP_COLUMNS = ("group", "campaign", "subgroup", "network", "cluster")
POSITIVE = {"coordinated", "fake", "io", "troll", "bot", "inauthentic", "positive", "1", "true"}
FOUND = 0.3  # Jaccard overlap from which a labelled group counts as found
TOP = (10, 50, 100)
DRAWS = 1000


@dataclass(frozen=True)
class Labels:
    """What somebody knows of the accounts.

    Args:
        positive: account → whether it belongs to a coordinated group.
        group: account → the group, for the positive ones that have one.
        columns: which column was taken for what, to be shown.
        values: the label values that count as positive, to be shown.
    """

    positive: Mapping[str, bool]
    group: Mapping[str, str]
    columns: Mapping[str, str]
    values: tuple[str, ...]


@dataclass(frozen=True)
class Accounts:
    """How right the accounts named are.

    Args:
        named: labelled accounts that were named.
        right: of these, the ones labelled positive.
        missed: accounts labelled positive that were not named.
        precision, recall, f1: with their bootstrap intervals of 95 %; NaN where undefined.
        accused: names of the accounts named although labelled negative.
        accused_rate: accused / accounts labelled negative.
        accused_bounds: Clopper-Pearson bounds of that rate, 95 %.
    """

    named: int
    right: int
    missed: int
    precision: float
    precision_interval: Interval
    recall: float
    recall_interval: Interval
    f1: float
    f1_interval: Interval
    accused: tuple[str, ...]
    accused_rate: float
    accused_bounds: Interval


@dataclass(frozen=True)
class Networks:
    """How right the networks are.

    Args:
        networks: networks of the tier.
        groups: labelled groups; all positive accounts are one where the labels name none.
        found: groups that some network overlaps with a Jaccard index of 0.3 or more.
        recall: found / groups; NaN without groups.
        overlap: group → its best Jaccard index.
        purity: network → share of its labelled members that are positive; NaN: none is labelled.
        impure: networks of which fewer than half of the labelled members are positive.
    """

    networks: int
    groups: int
    found: int
    recall: float
    overlap: Mapping[str, float]
    purity: Mapping[str, float]
    impure: int


@dataclass(frozen=True)
class Evaluation:
    """Everything `unswarm evaluate` says.

    Args:
        labelled: labelled accounts that are in the data.
        positive: of these, the ones labelled positive.
        absent: labelled accounts that are not in the data.
        auprc: average precision of the account probability (ties are one step), its interval.
        precision_at: k → precision of the k most probable accounts; ties are shared out evenly.
        confirmed, leads: accounts named in each tier; an account in both counts as confirmed.
        confirmed_networks, lead_networks: the same for networks.
    """

    labelled: int
    positive: int
    absent: int
    auprc: float
    auprc_interval: Interval
    precision_at: Mapping[int, float]
    confirmed: Accounts
    leads: Accounts
    confirmed_networks: Networks
    lead_networks: Networks

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for `--json`; NaN becomes None."""
        found: dict[str, Any] = _without_nan(asdict(self))
        return found


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and np.isnan(value) else value


# --- labels


def read_labels(path: Path, positive: Collection[str] = ()) -> Labels:
    """Labels from a CSV file: an account, a label and, if there is one, a group.

    Args:
        path: the file; the names of its columns are guessed.
        positive: the label values that count as positive; empty: guessed.

    Raises:
        InputError: there is no such file, a column is missing, or no value counts as positive.
    """
    rows = _rows(path)
    account = _column(path, rows[0], ACCOUNT_COLUMNS, "account")
    label = _column(path, rows[0], LABEL_COLUMNS, "label")
    group = next((name for name in rows[0] if name.casefold() in GROUP_COLUMNS), None)
    values = _positive_values(path, [row[label] for row in rows], label, positive)
    is_positive = {row[account]: row[label] in values for row in rows}
    groups = {
        row[account]: row[group] for row in rows if group and row[group] and row[label] in values
    }
    columns = {"account": account, "label": label} | ({"group": group} if group else {})
    return Labels(is_positive, groups, columns, tuple(sorted(values)))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [
                {k: (v or "").strip() for k, v in row.items() if k} for row in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the labels cannot be read: {error}.", source=path) from None
    if not rows:
        raise InputError("it holds no labels.", source=path)
    return rows


def _column(path: Path, row: Iterable[str], known: Sequence[str], role: str) -> str:
    names = {name.casefold(): name for name in row}
    for wanted in known:
        if wanted in names:
            return names[wanted]
    raise InputError(
        f"no column is the {role}; it has {', '.join(names.values())}.",
        source=path,
        hint=f"call the column '{role}'.",
    )


def _positive_values(
    path: Path, found: Sequence[str], column: str, asked: Collection[str]
) -> set[str]:
    values = set(found)
    for value in asked:
        if value not in values:
            raise InputError(
                f"no label is '{value}'.",
                source=path,
                field=column,
                hint=did_you_mean(value, values),
            )
    positive = set(asked) or {value for value in values if value.casefold() in POSITIVE}
    if not positive:
        raise InputError(
            "which label means coordinated cannot be guessed; there are "
            f"{', '.join(sorted(values)[:8])}.",
            source=path,
            field=column,
            hint="say it with --positive VALUE.",
        )
    return positive


# --- the whole evaluation


def evaluate(findings: Findings, labels: Labels, seed: int = 0) -> Evaluation:
    """Compare what a run found with labels.

    Args:
        findings: of a run; every account of its input is judged.
        labels: see `read_labels`.
        seed: of the bootstrap.
    """
    given, labels = len(labels.positive), _in_data(labels, findings)
    membership = _membership(findings)
    known = sorted(labels.positive)
    truth = np.array([labels.positive[account] for account in known], bool)
    candidates = _candidates(findings)
    score = np.array([_probability(membership, candidates, account) for account in known])
    confirmed = {a for tier, members in membership.values() if tier == "confirmed" for a in members}
    leads = {a for tier, members in membership.values() if tier == "lead" for a in members}
    return Evaluation(
        labelled=len(known),
        positive=int(truth.sum()),
        absent=given - len(known),
        auprc=average_precision(truth, score),
        auprc_interval=_interval(average_precision, truth, score, seed),
        precision_at={k: precision_at(k, truth, score) for k in TOP if k <= len(known)},
        confirmed=judge_accounts(known, truth, confirmed, seed),
        leads=judge_accounts(known, truth, leads - confirmed, seed),
        confirmed_networks=judge_networks(_tier(membership, "confirmed"), labels),
        lead_networks=judge_networks(_tier(membership, "lead"), labels),
    )


Membership = Mapping[str, tuple[str, Mapping[str, float]]]


def _membership(findings: Findings) -> Membership:
    """network → its tier and its members' probabilities."""
    found = findings.query(
        "SELECT n.network, n.tier, m.account, m.probability FROM network AS n "
        "JOIN membership AS m ON n.network = m.network"
    )
    networks: dict[str, tuple[str, dict[str, float]]] = {}
    for row in found:
        _, members = networks.setdefault(row["network"], (row["tier"], {}))
        members[row["account"]] = row["probability"] or 0.0
    return networks


def _in_data(labels: Labels, findings: Findings) -> Labels:
    """The labels of accounts that are in the data, by id; labels may name handles too."""
    ids = account_ids(findings.engine)
    known = {
        name: ids.get(name) or ids[name.casefold()]
        for name in labels.positive
        if name in ids or name.casefold() in ids
    }
    return replace(
        labels,
        positive={account: labels.positive[name] for name, account in known.items()},
        group={known[name]: group for name, group in labels.group.items() if name in known},
    )


def _candidates(findings: Findings) -> dict[str, float]:
    rows = findings.query(
        "SELECT account, max(probability) AS best FROM candidate GROUP BY account"
    )
    return {row["account"]: row["best"] for row in rows}


def _probability(membership: Membership, candidates: Mapping[str, float], account: str) -> float:
    """As in `accounts.csv`: in its confirmed network, else its best lead, else as a candidate."""
    standing = [(t == "confirmed", m[account]) for t, m in membership.values() if account in m]
    return max(standing, default=(False, candidates.get(account, 0.0)))[1]


def _tier(membership: Membership, tier: str) -> dict[str, set[str]]:
    return {network: set(members) for network, (t, members) in membership.items() if t == tier}


# --- accounts


def judge_accounts(
    known: Sequence[str], truth: Bools, named: Collection[str], seed: int = 0
) -> Accounts:
    """How right it is to name some accounts.

    Args:
        known: the labelled accounts.
        truth: whether each is positive; same length.
        named: the accounts named; those without a label count in nothing.
        seed: of the bootstrap.
    """
    claim = np.array([account in named for account in known], bool)
    accused = tuple(a for a, c, t in zip(known, claim, truth, strict=True) if c and not t)
    negatives = int((~truth).sum())
    return Accounts(
        named=int(claim.sum()),
        right=int((claim & truth).sum()),
        missed=int((truth & ~claim).sum()),
        precision=precision(truth, claim),
        precision_interval=_interval(precision, truth, claim, seed),
        recall=recall(truth, claim),
        recall_interval=_interval(recall, truth, claim, seed),
        f1=f1(truth, claim),
        f1_interval=_interval(f1, truth, claim, seed),
        accused=accused,
        accused_rate=_share(len(accused), negatives),
        accused_bounds=clopper_pearson(len(accused), negatives),
    )


def precision(truth: Bools, claim: Bools) -> float:
    """Share of the claimed that are true; NaN: nothing is claimed."""
    return _share(int((claim & truth).sum()), int(claim.sum()))


def recall(truth: Bools, claim: Bools) -> float:
    """Share of the true that are claimed; NaN: nothing is true."""
    return _share(int((claim & truth).sum()), int(truth.sum()))


def f1(truth: Bools, claim: Bools) -> float:
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN); NaN: neither is defined."""
    return _share(2 * int((claim & truth).sum()), int(claim.sum()) + int(truth.sum()))


def average_precision(truth: Bools, score: Floats) -> float:
    """Area under precision against recall, as a sum over distinct scores; NaN: nothing is true.

    Σ (Rᵢ − Rᵢ₋₁) Pᵢ, accounts of equal score taken in one step, so that their order is no matter.
    """
    if not truth.any():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(truth[order])
    last = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    at = hits[last]
    gained = np.diff(at, prepend=0)
    return float(np.sum(gained * at / (last + 1)) / truth.sum())


def precision_at(k: int, truth: Bools, score: Floats) -> float:
    """Precision of the k highest scores; accounts that tie at the border are shared out evenly."""
    border = np.sort(score)[-k]
    above, tied = score > border, score == border
    shared = (k - above.sum()) * truth[tied].mean()
    return float((truth[above].sum() + shared) / k)


def clopper_pearson(hits: int, trials: int, level: float = 0.95) -> Interval:
    """Exact bounds of a rate (Clopper & Pearson 1934); (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, trials - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, trials - hits)) if hits < trials else 1.0
    return low, high


def _interval(
    measure: Callable[[Bools, Any], float], truth: Bools, values: Bools | Floats, seed: int
) -> Interval:
    """Percentiles 2.5 and 97.5 of a measure over accounts drawn with replacement."""
    if not len(truth):
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    drawn = (random.integers(0, len(truth), len(truth)) for _ in range(DRAWS))
    found = np.array([measure(truth[rows], values[rows]) for rows in drawn])
    defined = found[~np.isnan(found)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


# --- networks


def judge_networks(networks: Mapping[str, set[str]], labels: Labels) -> Networks:
    """How right some networks (name → members) are; members without a label count in nothing."""
    groups = _groups(labels)
    overlap = {
        name: max((_jaccard(group, _labelled(n, labels)) for n in networks.values()), default=0.0)
        for name, group in groups.items()
    }
    purity = {name: _purity(members, labels) for name, members in networks.items()}
    found = sum(best >= FOUND for best in overlap.values())
    return Networks(
        networks=len(networks),
        groups=len(groups),
        found=found,
        recall=_share(found, len(groups)),
        overlap=overlap,
        purity=purity,
        impure=sum(share < 0.5 for share in purity.values()),
    )


def _groups(labels: Labels) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for account, positive in labels.positive.items():
        if positive and (labels.group.get(account) or not labels.group):
            groups.setdefault(labels.group.get(account, "all"), set()).add(account)
    return groups


def _labelled(members: set[str], labels: Labels) -> set[str]:
    return members & labels.positive.keys()


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _purity(members: set[str], labels: Labels) -> float:
    labelled = _labelled(members, labels)
    return _share(sum(labels.positive[account] for account in labelled), len(labelled))
