"""Which evidence shows which technique: one line a technique, in the order of the kill chain.

What accounts said has no line: techniques of topic, narrative and persuasion are left to people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unswarm.tactics.signs import Signs

Sees = Callable[[Signs], tuple[str, ...]]

KNOWN = ("facebook", "instagram", "threads", "twitter", "youtube", "tiktok", "telegram", "reddit")


@dataclass(frozen=True)
class Rule:
    """One technique.

    Args:
        disarm: DISARM id; empty: none.
        killchain: number of Meta's procedure or technique; empty: none.
        sees: the network's evidence → the sentences that show it; none: it is not shown.
        misp: name in DISARM 1.4, as MISP's galaxy has it; empty: none.
    """

    disarm: str
    killchain: str
    sees: Sees
    misp: str = ""


def _on(*platforms: str) -> Sees:
    return lambda signs: signs.on(platforms)


ADDRESSES = "internet addresses"
FAKE = "Create Inauthentic Accounts"

RULES = (
    # acquiring
    Rule("T0149.001", "0.6.2", lambda s: s.said("sites", "sister sites")),
    Rule("T0146", "0.9.1", _on("facebook"), FAKE),
    Rule("T0146", "0.9.2", _on("instagram"), FAKE),
    Rule("T0146", "0.9.3", _on("threads"), FAKE),
    Rule("T0146", "0.9.4", _on("twitter"), FAKE),
    Rule("T0146", "0.9.5", _on("youtube"), FAKE),
    Rule("T0146", "0.9.6", _on("tiktok"), FAKE),
    Rule("T0146", "0.9.7", _on("telegram"), FAKE),
    Rule("T0146", "0.9.8", _on("reddit"), FAKE),
    Rule("T0146", "0.9.12", lambda s: s.elsewhere(KNOWN), FAKE),
    Rule("T0151.003", "0.9", lambda s: s.of_kind("page")),
    Rule("T0151.002", "0.9", lambda s: s.of_kind("group")),
    Rule("T0150.008", "0.9", lambda s: s.hidden("creation"), FAKE),
    Rule("T0150.002", "0.9.9", lambda s: s.unusual("creation", "had posted less")),
    Rule("T0146.004", "0.9", lambda s: s.hidden("administration")),
    # disguising
    Rule("T0145.001", "1.1.1", lambda s: s.hidden("photos", "another member shows too")),
    Rule("T0145.002", "1.1.2", lambda s: s.hidden("photos", "StyleGAN")),
    Rule("T0144.002", "1.2", lambda s: s.hidden("bios") + s.hidden("names"), "Create Personas"),
    Rule("T0144.001", "1.8.1", lambda s: s.across),
    # coordinating
    Rule("T0149", "3.3", lambda s: s.hidden("infrastructure", without=ADDRESSES)),
    Rule("T0149.006", "3.3.1", lambda s: s.hidden("infrastructure", ADDRESSES)),
    Rule("T0146.007", "3.5.1", lambda s: s.hidden("rhythm"), "Create Bot Accounts"),
    # evading
    Rule("T0153.003", "5.2.1", lambda s: s.shortened),
    Rule("T0128", "5.3", lambda s: s.hidden("concealment")),
    Rule("T0128.005", "9.1", lambda s: s.said("renames", "changed their")),
    # engaging, indiscriminately
    Rule("T0084.001", "6.3", lambda s: s.together("texts"), "Use Copypasta"),
    Rule("T0084", "6.3", lambda s: s.together("media"), "Reuse Existing Content"),
    Rule(
        "T0049.003",
        "6.2",
        lambda s: s.together("reposts") if s.inauthentic else (),
        "Bots Amplify via Automated Forwarding and Reposting",
    ),
    Rule(
        "T0049.002",
        "6.3.1",
        lambda s: s.together("hashtags", "hashtag_sequences"),
        "Flood Existing Hashtag",
    ),
    # engaging, aimed
    Rule("T0114.001", "7.1.1", lambda s: s.said("spending", " ran for "), "Social Media"),
    Rule("T0049.005", "7.3.3", lambda s: s.together("replies"), "Conduct Swarming"),
    Rule("", "7.8.1", lambda s: s.together("mentions")),
    Rule(
        "T0122",
        "7.5.2",
        lambda s: s.far_more("domains", " lead to "),
        "Direct Users to Alternative Platforms",
    ),
    # lasting
    Rule("T0060", "9.5.1", lambda s: s.returned, "Continue to Amplify"),
)
