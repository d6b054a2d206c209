"""The command line: what it prints, where it writes, how it fails."""

import json
import subprocess
import sys

import pytest

import stand_in
from unswarm import cli
from unswarm.errors import PluginError, ResourceError, SettingsError


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("unswarm.detection.detect", stand_in.detect)
    (tmp_path / "posts.csv").write_text(stand_in.POSTS)
    (tmp_path / "others.csv").write_text(stand_in.OTHERS)
    return tmp_path


@pytest.fixture
def unswarm(here, monkeypatch, capsys):
    """Run a command → exit code, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["unswarm", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


# --- the main job


def test_detect_prints_networks_and_the_report(unswarm, here):
    code, out, err = unswarm("detect", "posts.csv")
    assert code == 0
    assert "1 network of 3 accounts confirmed, 0 leads, in 9 posts of 3 accounts." in out
    assert "n1" in out
    assert out.rstrip().endswith("Report: posts/exports/report.html")
    assert (here / "posts" / "exports" / "report.html").exists()
    assert "reading posts.csv" in err
    assert "9 post" in err


def test_detect_again_skips_the_file_and_gives_the_same(unswarm):
    first = unswarm("detect", "posts.csv")
    again = unswarm("detect", "posts.csv")
    assert again[:2] == first[:2]
    assert "skipped" in again[2]


def test_detect_without_a_source_runs_on_the_case_that_is_here(unswarm):
    unswarm("read", "posts.csv")
    assert "1 network" in unswarm("detect")[1]


def test_nothing_found_is_no_error_and_says_what_it_means(unswarm):
    code, out, _ = unswarm("detect", "others.csv")
    assert code == 0
    assert "No network confirmed in 5 posts of 5 accounts; 0 leads." in out
    assert "14 would have sufficed." in out
    assert "17 would have sufficed." not in out
    assert "Report: others/exports/report.html" in out


def test_json_is_one_document(unswarm):
    code, out, err = unswarm("detect", "posts.csv", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["report"] == "posts/exports/report.html"
    assert [network["network"] for network in found["networks"]] == ["n1"]
    assert found["counts"]["accounts"] == 3
    assert found["sources"][0]["path"] == "posts.csv"


def test_quiet_says_only_the_result(unswarm):
    _, out, err = unswarm("detect", "posts.csv", "--quiet")
    assert err == ""
    assert "Report:" in out


def test_options_become_settings(unswarm):
    options = ["--signal", "links", "--signal", "texts", "--window", "5m", "--window", "10"]
    options += ["--q", "0.05", "--set", "min_members=4", "--set", "stability=false"]
    said = json.loads(unswarm("detect", "posts.csv", "--json", *options)[1])["settings"]
    assert (said["signals"], said["windows"]) == (["links", "texts"], [300, 10])
    assert (said["q"], said["min_members"], said["stability"]) == (0.05, 4, False)


def test_comparison_is_a_second_source(unswarm):
    said = json.loads(unswarm("detect", "posts.csv", "--comparison", "others.csv", "--json")[1])
    assert [source["comparison"] for source in said["sources"]] == [False, True]
    assert said["counts"]["comparison"] == 5


def test_map_names_columns(unswarm, here):
    text = stand_in.POSTS.replace("account,time,text,url", "a,b,c,d")
    (here / "odd.csv").write_text(text)
    pairs = ["account=a", "time=b", "text=c", "url=d"]
    options = [part for pair in pairs for part in ("--map", pair)]
    assert "1 network" in unswarm("detect", "odd.csv", *options)[1]


# --- where the case is


def test_the_case_is_named_after_the_source_unless_that_is_taken(unswarm, here):
    (here / "posts").mkdir()
    assert "posts-case/exports" in unswarm("detect", "posts.csv")[1]
    (here / "folder").mkdir()
    (here / "folder" / "posts.csv").write_text(stand_in.POSTS)
    assert "folder-case/exports" in unswarm("detect", "folder")[1]


def test_no_case_or_several_cases_here_are_explained(unswarm):
    assert unswarm("show")[::2] == (
        2,
        "Error: No case here. Hint: unswarm detect SOURCE, or name one with --case.\n",
    )
    unswarm("read", "posts.csv")
    unswarm("read", "others.csv")
    code, _, err = unswarm("show")
    assert code == 2
    assert "Several cases here: others, posts." in err


# --- the other verbs


@pytest.fixture
def detected(unswarm):
    unswarm("detect", "posts.csv")
    return unswarm


def test_show(detected):
    assert "Report: posts/exports/report.html" in detected("show")[1]


def test_show_a_network(detected):
    detected("decide", "n1", "authentic", "--reason", "a [fan] club", "--who", "kim")
    out = detected("show", "n1")[1]
    assert "n1: confirmed, 3 accounts" in out
    assert "kim: authentic. a [fan] club" in out
    assert "On 3 of 3 occasions ann came together." in out


def test_show_an_account(detected):
    out = detected("show", "@ANN")[1]
    assert "account ann" in out
    assert "in n1, probability 0.99" in out


def test_show_as_json(detected):
    assert len(json.loads(detected("show", "n1", "--json")[1])["membership"]) == 3
    assert json.loads(detected("show", "ann", "--json")[1])["account"][0]["account"] == "ann"


def test_show_a_domain(detected):
    detected("decide", "news.com", "undecided", "--reason", "nobody asked", "--who", "kim")
    out = detected("show", "news.com")[1]
    assert "n1: 9 links of 3 accounts" in out
    assert "kim: undecided. nobody asked" in out
    assert len(json.loads(detected("show", "news.com", "--json")[1])["link"]) == 9


def test_show_says_what_a_decision_may_cite(detected):
    assert "A decision may cite: coordination" in detected("show", "n1")[1]


def test_test_a_list(detected, here):
    (here / "list.csv").write_text("account,why\nann,x\nbob,y\nzoe,z\n")
    for listed in ("list.csv", "ann,@bob,zoe"):
        code, out, err = detected("test", listed)
        assert code == 0
        assert "Not in the data: zoe." in err
        assert "/report.html" in out
        assert "list-" in out


def test_a_list_that_is_not_there(detected, here):
    (here / "list.csv").write_text("account\nann\nbob\n")
    code, _, err = detected("test", "lists.csv")
    assert code == 2
    assert "lists.csv: there is no such file or folder. Hint: did you mean 'list.csv'?" in err


def test_measure(detected):
    assert "1 network" in detected("measure")[1]


def test_export(detected, here):
    assert detected("export", "gexf")[1] == "posts/exports/networks.gexf\n"
    assert detected("export", "accounts", "--to", "mine.csv")[1] == "mine.csv\n"
    assert (here / "mine.csv").read_text().startswith("account,")


def test_evaluate(detected, here):
    (here / "labels.csv").write_text("account,label\nann,fake\nbob,fake\neve,genuine\n")
    _, out, err = detected("evaluate", "labels.csv")
    assert "account from 'account', label from 'label'; positive: fake" in err
    assert "false accusations: 1" in out
    assert "precision 0.667" in out
    found = json.loads(detected("evaluate", "labels.csv", "--json")[1])
    assert found["confirmed"]["accused"] == ["eve"]


def test_simulate(unswarm, here):
    assert unswarm("simulate", "independent", "--to", "made", "--groups", "1")[:2] == (
        0,
        "made/posts.csv\n",
    )
    assert (here / "made" / "labels.csv").exists()
    code, _, err = unswarm("simulate", "indpendent", "--to", "made")
    assert code == 2
    assert "did you mean 'independent'" in err


def test_plugins(detected):
    listed = json.loads(detected("plugins", "--json")[1])
    found = {"signals", "ties", "readers", "measures", "exporters", "enforcers"}
    assert set(listed) == found | {"feeds", "couriers"}
    assert all(text for plugins in listed.values() for text in plugins.values())
    assert "graphml" in detected("plugins")[1]


def test_version(unswarm):
    from unswarm import __version__

    assert unswarm("--version") == (0, f"unswarm {__version__}\n", "")


# --- how it fails


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["detct", "posts.csv"], "detect"),
        (["detect", "posts.csv", "--windw", "60s"], "--window"),
        (["detect", "post.csv"], "did you mean 'posts.csv'"),
        (["detect", "posts.csv", "--reader", "twiter_v1"], "did you mean 'twitter_v1'"),
        (["detect", "posts.csv", "--window", "soon"], "no duration"),
        (["detect", "posts.csv", "--q", "2"], "between 0 and 1"),
        (["detect", "posts.csv", "--set", "min_member=3"], "did you mean 'min_members'"),
        (["detect", "posts.csv", "--set", "min_members=few"], "a whole number"),
        (["detect", "posts.csv", "--set", "stability=perhaps"], "true or false"),
        (["detect", "posts.csv", "--map", "account"], "NAME=VALUE"),
        (["show", "--case", "nowhere"], "No case in 'nowhere'"),
    ],
)
def test_mistakes_end_in_two_with_a_hint(unswarm, arguments, said):
    code, _, err = unswarm(*arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_unknown_signal_is_explained(unswarm, monkeypatch):
    code, _, err = unswarm("detect", "posts.csv", "--signal", "lnks")
    assert code == 2
    assert "did you mean 'links'" in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("x"), 2),
        (ResourceError("x"), 3),
        (PluginError("x"), 4),
        (MemoryError(), 3),
        (PermissionError(13, "Permission denied", "posts"), 2),
        (ZeroDivisionError("x"), 70),
    ],
)
def test_exit_codes(unswarm, monkeypatch, error, code):
    def fail(*_):
        raise error

    monkeypatch.setattr("unswarm.detection.detect", fail)
    found, _, err = unswarm("detect", "posts.csv", "--quiet")
    assert found == code
    assert err.startswith("Error: ")
    assert "Traceback" not in err
    assert ("--debug" in err) == (code == 70)


def test_debug_shows_where(unswarm, monkeypatch):
    monkeypatch.setenv("UNSWARM_DEBUG", "1")
    _, _, err = unswarm("show", "--case", "nowhere")
    assert "Traceback" in err


def test_errors_are_json_too(unswarm):
    code, out, _ = unswarm("show", "--case", "nowhere", "--json")
    assert json.loads(out)["error"] == {
        "kind": "CaseError",
        "message": "No case in 'nowhere'. Hint: unswarm read SOURCE --case nowhere",
        "exit_code": code,
    }


@pytest.mark.parametrize(
    ("text", "expected"), [("60s", 60), ("5m", 300), ("1h", 3600), ("2d", 172800), ("90", 90)]
)
def test_durations(text, expected):
    assert cli.seconds(text) == expected


def test_python_m_unswarm():
    done = subprocess.run(
        [sys.executable, "-m", "unswarm", "--help"], capture_output=True, text=True, check=True
    )
    assert "detect" in done.stdout


# --- deciding


def test_two_people_decide_an_account_appeals_and_both_sides_are_kept(detected):
    rests = ("--ground", "spam", "--cite", "coordination")
    detected("decide", "n1", "inauthentic", *rests, "--reason", "as one", "--who", "kim")
    code, _, err = detected("approve", "d-0001", "--who", "KIM")
    assert (code, "different person" in err) == (2, True)
    assert detected("approve", "d-0001", "--who", "ann ode")[0] == 0
    assert detected("appeal", "@ann", "--statement", "a person", "--who", "kim")[0] == 0
    assert detected("answer", "a-0001", "reinstated", "--reason", "met her", "--who", "bo")[0] == 0
    said = ("--confidence", "low", "--by", "a paper", "--source", "its page of 2024-05-01")
    assert detected("attribute", "n1", "Blue", *said, "--for", "one payer")[0] == 0
    assert detected("ask", "c-0001", "--party", "Blue", "--on", "2024-05-02")[0] == 0
    assert detected("reply", "c-0001", "--party", "Blue", "--text", "No.", "--contests")[0] == 0
    stands = json.loads(detected("log", "--json")[1])
    assert stands["decisions"][0]["enforceable"]
    assert stands["appeals"][0]["outcome"] == "reinstated"
    assert stands["claims"][0]["status"] == "contested"
    assert "approved by ann ode" in detected("log")[1]


def test_a_decision_on_content_is_refused(detected):
    code, _, err = detected(
        "decide", "n1", "inauthentic", "--ground", "hate speech", "--reason", "x", "--cite", "y"
    )
    assert code == 2
    assert "what accounts said" in err


def test_a_plan_is_shown_approved_and_carried_out(detected, here):
    rests = ("--ground", "spam", "--cite", "coordination")
    detected("decide", "n1", "inauthentic", *rests, "--reason", "as one", "--who", "kim")
    detected("approve", "d-0001", "--who", "ann ode")
    dry = detected("plan", "handover:orders.csv", "--dry")
    assert "to do: disable account, 3" in dry[1]
    assert "p-0001" in detected("plan", "handover:orders.csv", "--who", "kim")[1]
    code, _, err = detected("enforce", "p-0001")
    assert (code, "nobody else has approved it" in err) == (2, True)
    detected("approve", "p-0001", "--who", "ann ode")
    assert "p-0001: 3 done" in detected("enforce", "p-0001")[1]
    assert (here / "orders.csv").read_text().count("disable account") == 3
    assert "p-0001: 3 undone" in detected("enforce", "p-0001", "--undo")[1]
