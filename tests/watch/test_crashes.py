"""Whatever happens to a watch, nothing is lost, nothing is there twice, and a line says what."""

from __future__ import annotations

import errno
import multiprocessing
import subprocess
import sys
import threading
import time
from collections import Counter
from math import inf
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fake_platform import BREAK, GARBAGE, SLOW, Platform
from streams import HOUR, stream

from unswarm import feeds
from unswarm.case import open_case
from unswarm.journal import Journal, folder_of
from unswarm.settings import Settings
from unswarm.watch import Watch, Wishes
from unswarm.watch.detecting import Asked, Detecting, Looked

HERE = Path(__file__).parent
EVENTS = stream(occasions=10, crowd=2_000)
FORMS = ("firehose", "jetstream", "jetstream2")

every_form = pytest.mark.parametrize("form", FORMS)


def watch(source, folder, seconds=2.0, **wishes):
    """Watch for some seconds; the lines it said."""
    said: list[str] = []
    name, where, feed = feeds.opened(source)
    case = open_case(folder)
    wishes = Wishes(**{"every": 0.05, "look": inf, "seconds": seconds, **wishes})
    Watch(case, case.follow(name, where), feed, wishes, said.append).run()
    return said


def posts(folder: Path) -> Counter[str]:
    """Post → how often the journal's files hold it."""
    journal = Journal(folder_of(folder, 1))
    files = journal.paths("post")
    return Counter(p for file in files for p in pq.read_table(file)["post"].to_pylist())


def expected(events=EVENTS) -> Counter[str]:
    """Every post of the stream, once."""
    return Counter(
        f"at://{e['did']}/{e['commit']['collection']}/{e['commit']['rkey']}" for e in events
    )


@pytest.mark.parametrize(
    ("form", "times"), [("firehose", 50), ("jetstream", 15), ("jetstream2", 15)]
)
def test_killed_at_random_moments_nothing_is_lost_or_doubled(form, times, tmp_path):
    """While the platform goes on publishing."""
    over = threading.Event()
    with Platform(form) as platform:
        publisher = threading.Thread(target=publish, args=(platform, times, over))
        publisher.start()
        run = [sys.executable, str(HERE / "killed.py"), platform.source, str(tmp_path / "c")]
        done = subprocess.run([*run, str(times), "1"], capture_output=True, text=True, timeout=200)
        over.set()
        publisher.join()
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) > times / 5  # kills that came after something new was committed
        watch(platform.source, tmp_path / "c")
    assert posts(tmp_path / "c") == expected()


def publish(platform: Platform, watches: int, over: threading.Event) -> None:
    """Publish some events for each watch that connects, bit by bit, and in the end the rest."""
    size = len(EVENTS) // (4 * watches) + 1
    pieces = iter([EVENTS[place : place + size] for place in range(0, len(EVENTS), size)])
    served = 0
    while not over.wait(0.03):
        if served < 4 * len(platform.asked):
            served += 1
            platform.add(*next(pieces, ()))
    platform.add(*(event for piece in pieces for event in piece))


@every_form
def test_a_dropped_connection_is_taken_up_again(form, tmp_path):
    events = [*EVENTS[:500], BREAK, *EVENTS[500:900], BREAK, *EVENTS[900:]]
    with Platform(form, events) as platform:
        said = watch(platform.source, tmp_path / "c", seconds=5)
    assert posts(tmp_path / "c") == expected()
    assert sum("The source is away" in line and "Asked again in" in line for line in said) >= 2
    assert len(platform.asked) >= 3


@every_form
def test_a_malformed_frame_goes_to_the_quarantine(form, tmp_path):
    with Platform(form, [*EVENTS[:500], GARBAGE, *EVENTS[500:]]) as platform:
        said = watch(platform.source, tmp_path / "c")
    assert posts(tmp_path / "c") == expected()
    assert any("it is in the quarantine" in line for line in said)
    assert open_case(tmp_path / "c").sources[0].quarantined == 1


def test_a_full_disk_stops_reading_until_there_is_room(tmp_path, monkeypatch):
    """The first writes fail; then there is room, and everything is there once."""
    left = [3]
    honest = Journal._save

    def full(self, state):
        if left[0] and state.commits > 1:
            left[0] -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        honest(self, state)

    monkeypatch.setattr(Journal, "_save", full)
    monkeypatch.setattr("unswarm.watch.DISK_WAIT", 0.05)
    with Platform("firehose", EVENTS) as platform:
        said = watch(platform.source, tmp_path / "c")
    assert posts(tmp_path / "c") == expected()
    assert sum("Nothing can be written (No space left on device)" in s for s in said) == 3


def test_a_disk_that_is_really_full(tmp_path):
    """A file system of 400 kB: the watch waits, says so, and ends with an error."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(small)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        with Platform("firehose", stream(occasions=10, crowd=20_000)) as platform:
            with pytest.raises(OSError, match="No space left"):
                watch(platform.source, small / "c")
            held = posts(small / "c")
            assert held and set(held.values()) == {1}
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_slow_reader_holds_the_platform_up_and_loses_nothing(tmp_path, monkeypatch):
    """Each commit takes longer than the events of the time it takes."""
    honest = Journal.commit

    def slow(self, cursor, **said):
        time.sleep(0.3)
        honest(self, cursor, **said)

    monkeypatch.setattr(Journal, "commit", slow)
    with Platform("jetstream", EVENTS) as platform:
        watch(platform.source, tmp_path / "c", seconds=4)
    assert posts(tmp_path / "c") == expected()


def test_what_comes_late_is_told(tmp_path):
    """Ten minutes behind: the platform is slow, or the watch is."""
    late = stream(occasions=1, crowd=50, start=int(time.time() * 1000) - 4 * HOUR)
    with Platform("jetstream", late) as platform:
        said = watch(platform.source, tmp_path / "c", seconds=1)
    assert sum("s late. Nothing is lost" in line for line in said) == 1


def test_the_process_that_detects_ends_with_a_watch_that_is_killed(tmp_path):
    with Platform("jetstream", EVENTS) as platform:
        command = [sys.executable, "-m", "unswarm", "watch", platform.source]
        command += ["--case", str(tmp_path / "c"), "--every", "1s", "--look", "1s"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until = time.monotonic() + 30
        while not (found := children.read_text().split()) and time.monotonic() < until:
            time.sleep(0.1)
        assert found
        process.kill()
        process.wait()
    until = time.monotonic() + 15
    while any(is_alive(child) for child in found) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(is_alive(child) for child in found)


def test_a_detection_that_is_killed_is_said_with_what_helps(tmp_path):
    """As a system does with whatever takes too much memory; the next one is asked as before."""
    detecting = Detecting()
    try:
        for kill in (True, False):
            detecting.ask(Asked(tmp_path / "none", Settings(), None))
            if kill:
                (child,) = multiprocessing.active_children()
                child.kill()
            answer = detecting.answer(60)
            assert ("killed. Hint: if memory ran out, a shorter --span" in answer.fault) == kill
            assert ("No case" in answer.fault) != kill
    finally:
        detecting.stop()


def test_detections_that_make_alerts_late_are_said(tmp_path):
    with Platform("jetstream", EVENTS) as platform:
        said = watch(platform.source, tmp_path / "c", seconds=3, look=0.01)
    hints = [line for line in said if "a shorter --span is looked at sooner" in line]
    found = [line for line in said if " leads, in " in line]
    assert len(found) >= len(hints) >= 1


def test_slow_detections_are_said_again_when_they_take_twice_as_long(tmp_path):
    said: list[str] = []
    case = open_case(tmp_path / "c")
    name, where, feed = feeds.opened("jetstream:ws://127.0.0.1:1")
    slow = Watch(case, case.follow(name, where), feed, Wishes(look=30), said.append)
    for seconds in (20, 40, 50, 79, 81, 100, 200):
        slow._hear(Looked("r", seconds=seconds))
    hints = [line.split()[2] for line in said if "a shorter --span is looked at sooner" in line]
    assert hints == ["40", "81", "200"]


def is_alive(process: str) -> bool:
    """Whether a process is there and no corpse."""
    status = Path(f"/proc/{process}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except OSError:
        return False


def test_a_reader_that_is_thrown_out_for_being_slow_goes_on(tmp_path):
    """The platform says ConsumerTooSlow, as relays do, and closes."""
    with Platform("firehose", [*EVENTS[:700], SLOW, *EVENTS[700:]]) as platform:
        said = watch(platform.source, tmp_path / "c", seconds=4)
    assert posts(tmp_path / "c") == expected()
    assert any("ConsumerTooSlow" in line for line in said)


def test_a_clock_that_is_set_changes_nothing(tmp_path, monkeypatch):
    """The machine's clock goes an hour back and a day on while the watch runs."""
    honest, first = time.time, []

    def set_clock():
        first.append(time.monotonic())
        passed = time.monotonic() - first[0]
        return honest() - 3600 * (0.5 < passed < 2.5) + 86_400 * (passed > 2.5)

    with Platform("firehose", EVENTS[:1000]) as platform:
        more = threading.Timer(3.0, lambda: platform.add(*EVENTS[1000:]))
        more.start()
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", set_clock)
            said = watch(platform.source, tmp_path / "c", seconds=5)
    assert posts(tmp_path / "c") == expected()
    steps = [line for line in said if "clock of this machine was set" in line]
    assert any("by -3,600 s" in line for line in steps), said
    clock = Journal(folder_of(tmp_path / "c", 1)).state.clock
    assert clock == max(event["time_us"] // 1000 for event in EVENTS)


def test_what_the_platform_forgot_is_a_gap_that_is_told(tmp_path):
    with Platform("jetstream2", EVENTS[:500]) as platform:
        watch(platform.source, tmp_path / "c", seconds=1)
        platform.oldest = 1_000
        platform.events = EVENTS[1_000:]
        said = watch(platform.source, tmp_path / "c", seconds=2)
    assert any("A gap" in line for line in said)
    (gap,) = Journal(folder_of(tmp_path / "c", 1)).state.gaps
    assert "CursorTooOld" in gap[2]
    assert posts(tmp_path / "c") == expected([*EVENTS[:500], *EVENTS[1_000:]])


def test_two_watches_of_one_source_are_refused(tmp_path):
    from unswarm.errors import CaseError
    from unswarm.folder import alone

    with Platform("firehose", EVENTS[:10]) as platform:
        watch(platform.source, tmp_path / "c", seconds=0.5)
        with alone(folder_of(tmp_path / "c", 1)), pytest.raises(CaseError, match="Another"):
            watch(platform.source, tmp_path / "c", seconds=0.5)


def test_the_command_line_says_what_it_does_and_ends_when_told(tmp_path):
    with Platform("jetstream", EVENTS) as platform:
        command = [sys.executable, "-m", "unswarm", "watch", platform.source]
        command += ["--case", str(tmp_path / "c"), "--every", "1s", "--look", "1s"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        time.sleep(6)
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Following ws://127.0.0.1" in said
    assert "1 networks" in said or "networks, " in said
    case = open_case(tmp_path / "c", create=False)
    assert case.has_run and posts(tmp_path / "c") == expected()
