"""Records of strangers: whatever stands in one place of them, reading goes on."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import read

FILES = Path(__file__).parents[1] / "data"
ODD = [None, True, 7, -1, 10**30, 1.5, "", "x", "at://", "did:", [], [[]], {}, {"x": 1}, "\ud800"]
ODD += [["x", 1], [{}], [None], "https://[", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]


def places(value: object, at: tuple = ()) -> list[tuple]:
    """The path of everything inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in inner:
        found.append((*at, key))
        if isinstance(item, dict | list):
            found += places(item, (*at, key))
    return found


def changed(value: object, path: tuple, to: object) -> object:
    """A copy with something else in one place."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return copy


def values(name: str) -> list[dict]:
    text = (FILES / name).read_text("utf-8")
    found = json.loads(text) if name.endswith(".json") else map(json.loads, text.splitlines())
    return [found] if isinstance(found, dict) else list(found)


@pytest.mark.parametrize(
    "name",
    [
        *("bluesky/search.json", "bluesky/feed.json", "bluesky/thread.json"),
        *("bluesky/profiles.jsonl", "jetstream/v1.jsonl", "jetstream/v2.jsonl"),
        *("mastodon/statuses.json", "mastodon/socket.jsonl", "mastodon/accounts.json"),
        "mastodon_admin/accounts.json",
    ],
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_reading_goes_on(tmp_path, name, data):
    good = values(name)
    one = data.draw(st.integers(0, len(good) - 1))
    path = data.draw(st.sampled_from(places(good[one])))
    odd = changed(good[one], path, data.draw(st.sampled_from(ODD)))
    file = tmp_path / "odd.jsonl"
    file.write_text("".join(json.dumps(value) + "\n" for value in [odd, *good]), "utf-8")
    plain, found = read(FILES / name), read(file, name.partition("/")[0])
    for table in ("post", "account"):
        assert {row[table] for row in plain[table]} <= {row[table] for row in found[table]}
