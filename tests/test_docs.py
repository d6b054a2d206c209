"""The documentation says what the program does: generated pages are fresh, examples run."""

import importlib.util
import inspect
import re
import types
from dataclasses import fields
from pathlib import Path

import pyarrow as pa
import pytest

import unswarm
from unswarm import plugins
from unswarm.case import Case
from unswarm.engines import open_engine
from unswarm.findings import Findings
from unswarm.model import ACCOUNT, EVENTS, EVIDENCE, MEMBERSHIP, NETWORK, POST, RUNS
from unswarm.readers import Source
from unswarm.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")]


def generator() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages():
    return generator().pages()


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


# --- generated pages


def test_generated_pages_are_fresh(pages):
    stale = [name for name, text in pages.items() if page(name) != text]
    assert not stale, f"{', '.join(stale)}: run `make docs`"


@pytest.mark.parametrize("folder", plugins.CONTRACTS)
def test_every_plugin_is_documented(folder):
    text = page(f"{folder}.md")
    for name, module in plugins.load(folder).items():
        assert f"\n## {name}\n" in text
        assert plugins.summary(module) in text


def test_every_setting_is_documented():
    text = page("settings.md")
    for field in fields(Settings):
        assert f"`{field.name}`" in text
        assert field.metadata["why"]


def test_every_table_and_column_is_documented():
    text = page("tables.md")
    for table in (*EVENTS.values(), *RUNS.values()):
        assert f"### {table.name}\n" in text
        assert all(f"| `{column}` |" in text for column in table.columns)


VERBS = ("read", "detect", "measure", "test", "decide", "enforce", "export")


def test_every_verb_of_a_case_has_a_command_and_a_page():
    commands = page("commands.md")
    for verb in VERBS:
        assert inspect.getdoc(getattr(Case, verb))
        assert f"\n## {verb}\n" in commands
        assert f"case.{verb}" in page("quickstart.md")


def test_every_command_says_what_it_does_and_so_does_every_option(pages):
    text = pages["commands.md"]
    for section in text.split("\n## ")[1:]:
        assert len(section.splitlines()[2]) > 20
    assert not re.search(r"^\| `--.*` \|  \|$", text, re.MULTILINE)


# --- hand-written pages


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text("utf-8")):
        if not target.startswith(("http", "mailto")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_page_is_reached_from_the_index():
    index = page("index.md")
    for path in DOCS.glob("*.md"):
        assert path.name == "index.md" or f"({path.name})" in index


def test_commands_shown_in_the_pages_exist():
    known = set(re.findall(r"^## (\S+)", page("commands.md"), re.MULTILINE))
    for path in PAGES:
        blocks = re.findall(r"```\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
        for command in re.findall(r"^unswarm (\w+)", "\n".join(blocks), re.MULTILINE):
            assert command in known, f"{path.name} shows `unswarm {command}`"


def test_the_changelog_knows_this_version_or_what_is_unreleased():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"[{unswarm.__version__}]" in text or "[Unreleased]" in text


# --- the examples of CONTRIBUTING.md


def example(name: str) -> types.ModuleType:
    """The code under `<!-- name -->`, as the module it would be."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    code = re.search(rf"<!-- {name} -->\n```python\n(.*?)```", text, re.DOTALL).group(1)
    module = types.ModuleType(name)
    exec(code, module.__dict__)
    return plugins._checked(f"{name}s", module)


def test_the_example_signal_joins_whom_it_says():
    signal = example("signal").signal
    engine = open_engine()
    for name, table in EVENTS.items():
        engine.see(name, table.rows(signal.example.events.get(name, [])))
    rows = engine.fetch(signal.traces).to_pylist()
    window = signal.window.total_seconds() * 1000
    joined = {
        tuple(sorted((a["account"], b["account"])))
        for a in rows
        for b in rows
        if a["account"] != b["account"]
        and a["object"] == b["object"]
        and abs(a["time"] - b["time"]) <= window
    }
    assert set(signal.example.together) <= joined
    assert not set(signal.example.apart) & joined


def test_the_example_tie_ties_whom_it_says():
    tie = example("tie").tie
    engine = open_engine()
    for name, table in EVENTS.items():
        engine.see(name, table.rows(tie.example.events.get(name, [])))
    has = {(row["account"], row["object"]) for row in engine.fetch(tie.rows).to_pylist()}
    things = {account: {o for a, o in has if a == account} for account, _ in has}
    assert all(things[a] & things[b] for a, b in tie.example.tied)
    assert all(not things.get(a, set()) & things.get(b, set()) for a, b in tie.example.apart)


def test_the_example_reader_reads(tmp_path):
    reader = example("reader")
    path = tmp_path / "posts.txt"
    path.write_text("ann\t1000\thello\nnonsense\nbob\t2000\thi\n")
    source = Source(path)
    assert reader.recognises(source)
    tables = dict(reader.read(source))
    assert POST.fit(tables["post"])["account"].to_pylist() == ["ann", "bob"]
    assert tables["quarantine"]["line"].to_pylist() == [2]


def network_of_two():
    engine = open_engine()
    accounts = [{"account": "ann", "bio": ""}, {"account": "bob"}, {"account": "eve", "bio": "x"}]
    members = [{"network": "n1", "account": account} for account in ("ann", "bob")]
    engine.see("account", ACCOUNT.rows(accounts))
    engine.see("membership", MEMBERSHIP.rows(members))
    engine.see("network", NETWORK.rows([{"network": "n1", "tier": "confirmed"}]))
    return engine


def test_the_example_measure_measures():
    (row,) = EVIDENCE.fit(example("measure").measure(network_of_two())).to_pylist()
    assert (row["value"], row["baseline"], row["n"]) == (1, 0, 2)
    assert row["claim"].startswith("100% of 2 members")
    assert isinstance(network_of_two().fetch(row["query"]), pa.Table)


def test_the_example_exporter_writes(tmp_path):
    module = example("exporter")
    module.export(Findings("made", network_of_two(), {}), tmp_path / f"ids{module.suffix}")
    assert (tmp_path / "ids.txt").read_text() == "ann\nbob\n"
