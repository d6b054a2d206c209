"""Creation bursts: found where accounts were made in batches, not where a platform grows."""

import csv
import gzip
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from shared import needs
from unswarm.detection.profiles import ProfileNetwork, profile_networks
from unswarm.model import ACCOUNT, DAY, HOUR, MINUTE, SECOND
from unswarm.settings import Settings

START = 1_262_304_000_000  # 2010-01-01
YEARS = 4


def growing_platform(seed: int, accounts: int = 2_000, shock: float = 0.0) -> np.ndarray:
    """Creation times with a growth curve, seasons, weeks and days in them; `shock`: busy days."""
    random = np.random.default_rng(seed)
    hours = np.arange(YEARS * 365 * 24)
    rate = 0.02 + 1 / (1 + np.exp(-12 * (hours / len(hours) - 0.35)))
    for period, size in ((365 * 24, 0.5), (7 * 24, 0.35), (24, 0.7)):
        rate *= 1 + size * np.sin(2 * np.pi * hours / period + random.uniform(0, 6))
    rate *= np.repeat(random.lognormal(0, shock, YEARS * 365), 24)
    hour = random.choice(hours, accounts, p=rate / rate.sum())
    return START + hour * HOUR + random.integers(0, HOUR // SECOND, accounts) * SECOND


def profiles(created: np.ndarray, precision: int = SECOND) -> pa.Table:
    rows = {
        "account": [f"a{i}" for i in range(len(created))],
        "created": created // precision * precision,
        "created_precision": np.full(len(created), precision),
    }
    return ACCOUNT.fit(pa.table(rows))


def batch(
    size: int, begin: int, length: int, seed: int = 0, world: np.ndarray | None = None
) -> np.ndarray:
    random = np.random.default_rng(seed)
    made = begin + random.integers(0, length // SECOND, size) * SECOND
    return np.concatenate([growing_platform(seed) if world is None else world, made])


def networks(created: np.ndarray, precision: int = SECOND) -> list[ProfileNetwork]:
    return profile_networks(profiles(created, precision), Settings())


@pytest.mark.parametrize("seed", range(12))
def test_a_growing_platform_has_no_burst(seed: int) -> None:
    assert networks(growing_platform(seed)) == []


@pytest.mark.parametrize("seed", range(6))
def test_busy_days_of_a_platform_are_no_burst(seed: int) -> None:
    assert networks(growing_platform(seed, 20_000, shock=0.5)) == []


@pytest.mark.parametrize(("size", "length"), [(150, 10 * MINUTE), (150, DAY), (500, 4 * DAY)])
def test_a_batch_is_one_network_with_its_accounts(size: int, length: int) -> None:
    (found,) = networks(batch(size, START + 900 * DAY, length))
    made = {f"a{i}" for i in range(2_000, 2_000 + size)}
    assert len(made & set(found.members)) >= 0.9 * size
    assert len(set(found.members) - made) <= 0.05 * size
    assert found.kind == "creation burst"
    assert found.p <= 0.01
    assert all(0.9 <= p <= 1 for p in found.members.values())
    assert START + 900 * DAY <= found.first <= found.last <= START + 905 * DAY


def test_the_claim_has_its_figures() -> None:
    (found,) = networks(batch(150, START + 900 * DAY, HOUR))
    assert f"{len(found.members)} accounts were created between 2012-06-19" in found.claim


def test_two_batches_far_apart_are_two_networks() -> None:
    world = batch(60, START + 700 * DAY, HOUR)
    first, second = networks(batch(80, START + 900 * DAY, HOUR, world=world))
    assert first.last < second.first


def test_a_large_batch_does_not_hide_a_smaller_one_nearby() -> None:
    world = batch(1_500, START + 900 * DAY, 2 * DAY)
    assert len(networks(batch(60, START + 930 * DAY, HOUR, world=world))) == 2


def test_days_without_hours_are_searched_by_day() -> None:
    (found,) = networks(batch(150, START + 900 * DAY, DAY), DAY)
    assert len(found.members) >= 150
    assert networks(growing_platform(1), DAY) == []


def test_most_accounts_in_one_batch_still_leave_a_reference() -> None:
    world = growing_platform(3, accounts=200)
    (found,) = networks(batch(800, START + 900 * DAY, 3 * DAY, world=world))
    assert len(found.members) >= 790


def test_accounts_at_one_instant_are_an_imported_date() -> None:
    imported = np.full(300, START + 900 * DAY + 5 * HOUR)
    assert networks(np.concatenate([growing_platform(0), imported])) == []


def test_a_platforms_first_days_are_a_launch() -> None:
    launch = START - DAY + np.random.default_rng(0).integers(0, DAY // SECOND, 300) * SECOND
    assert networks(np.concatenate([growing_platform(0), launch])) == []


def test_suspects_alone_have_no_reference() -> None:
    assert networks(START + np.arange(50) * MINUTE) == []


def test_accounts_without_a_creation_time_say_nothing() -> None:
    rows = [{"account": f"a{i}"} for i in range(20)]
    assert profile_networks(ACCOUNT.rows(rows), Settings()) == []
    assert profile_networks(ACCOUNT.rows([]), Settings()) == []


def labelled(folder: Path) -> tuple[pa.Table, set[str]]:
    with gzip.open(folder / "accounts.csv.gz", "rt", encoding="utf-8") as file:
        rows = [
            {
                "account": row["account_id"],
                "created": int(datetime.fromisoformat(row["created_at"]).timestamp()) * SECOND,
                "created_precision": SECOND,
            }
            for row in csv.DictReader(file)
        ]
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        positive = {r["account_id"] for r in csv.DictReader(file) if r["label"] == "fake"}
    return ACCOUNT.rows(rows), positive


@pytest.mark.parametrize(
    ("name", "recall"), [("mib_fake_followers", 0.93), ("cresci2017_profiles", 0.752)]
)
def test_real_batches(name: str, recall: float) -> None:
    accounts, positive = labelled(needs("labelled", name))
    named = {a for n in profile_networks(accounts, Settings()) for a in n.members}
    assert len(named & positive) / len(named) >= 0.98
    assert len(named & positive) / len(positive) >= recall
