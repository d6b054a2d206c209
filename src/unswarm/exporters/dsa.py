"""EU statements of reasons: one per account whose restriction two people decided, as JSON.

The shape is that of the transparency database which the Digital Services Act sets up (Article 24,
paragraph 5): `{"statements": [...]}`; its interface takes a hundred a request. An account stands in
it by a decision on itself or on its network, with the members of then. No statement says who an
account is: free text holds fixed words, numbers and the claims of cited evidence, out of which
every handle, name, id and address is struck.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from unswarm.errors import SettingsError
from unswarm.exporters._report import listed
from unswarm.findings import Findings
from unswarm.record import Record
from unswarm.record.appeals import OPEN
from unswarm.record.decisions import Decision, Ground
from unswarm.record.orders import CARRIED_OUT, Action, Order, key_of

suffix = ".json"

LONGEST_FACTS = 5_000
LONGEST_NAME = 8  # words
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = "2000-01-01"  # the database takes no content older than this
STRUCK = "[…]"
ACCOUNT_ACTIONS = {
    "suspended": "DECISION_ACCOUNT_SUSPENDED",
    "ended": "DECISION_ACCOUNT_TERMINATED",
}
VISIBLE = {
    Action.LABEL: "DECISION_VISIBILITY_CONTENT_LABELLED",
    Action.REDUCE: "DECISION_VISIBILITY_CONTENT_DEMOTED",
}
UNRESTRICTING = frozenset({Action.REPORT, Action.TAG})  # told to others, done to nobody
ACTIONS = {
    "page": Action.REMOVE_PAGE,
    "group": Action.REMOVE_GROUP,
    "advertiser": Action.BAN_ORGANISATION,
}
THINGS = {"page": "Page", "group": "Group", "channel": "Channel"}
OTHER, CIVIC = (
    "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
)


@dataclass(frozen=True)
class Options:
    """What cannot be read from a case.

    Args:
        key: secret of the statements' ids; without, who knows the name of the case can guess ids.
        restriction: suspended or ended: what was done to accounts.
        civic: true: coordinated behaviour was aimed at civic discourse or elections. The case
            does not know, as it reads nobody's words.
        terms: address of the terms that were broken.
    """

    key: str = ""
    restriction: str = "suspended"
    civic: bool = False
    terms: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule that was broken, as a statement says it.

    Args:
        name: the rule, for `incompatible_content_ground`.
        why: what breaks it.
        keyword: of the database.
        other: what the keyword stands for, where it is none of the database's.
    """

    name: str
    why: str
    keyword: str
    other: str = ""


RULES = {
    Ground.SPAM: Rule(
        "Spam",
        "The account acted in bulk, together with other accounts, as the rules on spam forbid.",
        "KEYWORD_OTHER",
        "Spam",
    ),
    Ground.MISREPRESENTATION: Rule(
        "Misrepresentation",
        "The account conceals who is behind it, as the rules on authentic identity forbid.",
        "KEYWORD_INAUTHENTIC_ACCOUNTS",
    ),
    Ground.CIB: Rule(
        "Coordinated inauthentic behaviour",
        "The account acted in concert with other accounts while they conceal that they belong "
        "together, as the rules on inauthentic behaviour forbid.",
        "KEYWORD_INAUTHENTIC_ACCOUNTS",
    ),
    Ground.BAN_EVASION: Rule(
        "Ban evasion",
        "The account continues the activity of accounts that were banned before.",
        "KEYWORD_OTHER",
        "Evasion of an earlier ban",
    ),
}

PROFILES = """
SELECT a.account, max(a.kind) AS kind, max(p.last) AS last FROM account AS a
LEFT JOIN (
    SELECT p.account, max(p.time) AS last FROM post AS p GROUP BY p.account
) AS p ON p.account = a.account
WHERE a.account IN ({accounts}) GROUP BY a.account
"""
CLAIMS = """
SELECT e.network, e.measure, e.claim FROM evidence AS e
WHERE e.network IN ({networks}) ORDER BY e.network, e.family, e.measure, e.claim
"""
OWN = """
SELECT m.network, m.account, m.signals, m.occasions, m.together, m.expected FROM membership AS m
WHERE m.account IN ({accounts}) ORDER BY m.account, m.probability DESC, m.network
"""
TIED = """
SELECT k.network, k.account, k.ties, k.shared FROM linked AS k
WHERE k.named AND k.account IN ({accounts}) ORDER BY k.account, k.probability DESC, k.network
"""
KNOWN = """
SELECT lower(said) AS said FROM (
    SELECT a.account AS said FROM account AS a
    UNION SELECT a.handle AS said FROM account AS a UNION SELECT a.name AS said FROM account AS a
    UNION SELECT r.before AS said FROM rename AS r UNION SELECT r.after AS said FROM rename AS r
) AS s WHERE lower(said) IN ({said})
"""

ADDRESS = re.compile(
    r"<[^>]*>|https?://\S+|\S*@[\w.+-]+|\b(?:[\w-]+\.)+[^\W\d_]{2,}\b(?:/\S*)?|\b\d{6,}\b"
)
QUOTED = re.compile(r"“[^”]*”|‘[^’]*’|«[^»]*»|„[^“”]*[“”]|\"[^\"]*\"|`[^`]*`|(?<!\w)'[^']*'(?!\w)")
WORDS = (re.compile(r"\w+"), re.compile(r"[^\s,;:.!?()\[\]…]+"))
"""Two ways to cut a claim: names have signs in them, and signs stand beside names."""
NUMBER = re.compile(r"\d{1,5}")


DEFAULT = Options()


def export(findings: Findings, path: Path, options: Options = DEFAULT) -> None:
    """Write the statements to `path`; an empty list says that no decision is enforceable."""
    if options.restriction not in ACCOUNT_ACTIONS:
        raise SettingsError(
            f"'{options.restriction}' is no restriction. Hint: {' or '.join(ACCOUNT_ACTIONS)}."
        )
    said = {"statements": sorted(_statements(findings, options), key=lambda each: each["puid"])}
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _statements(findings: Findings, options: Options) -> Iterator[dict[str, Any]]:
    restricted = _restricted(findings.record)
    known = _known(findings, restricted)
    facts = _Facts.of(findings, restricted)
    for account, decision in restricted.items():
        profile = known.get(account, {})
        kind = profile.get("kind") or ""
        act = _act(findings.record, account, decision) or _ordered(
            findings, decision, account, kind
        )
        yield {
            "puid": _puid(act.order, options.key),
            **_restriction(act.order.action, options),
            **_ground(Ground(decision.ground), options),
            **_thing(kind),
            "content_date": _content_date(profile.get("last"), decision),
            "application_date": act.when[:10],
            "decision_facts": facts.on(account, decision),
            "source_type": "SOURCE_VOLUNTARY",
            "automated_detection": "Yes",
            "automated_decision": _automated(decision),
        }


# --- whom


def _restricted(record: Record) -> dict[str, Decision]:
    """Account → the enforceable decision on it: its own first, then its network's."""
    found: dict[str, Decision] = {}
    for kind, subject in sorted(record.subjects(), key=lambda each: each[0]):
        decision = record.standing(kind, subject)
        if kind == "domain" or decision is None or not decision.enforceable:
            continue
        for account in decision.members if kind == "network" else (subject,):
            if account not in found and _stands(record, account, decision):
                found[account] = decision
    return dict(sorted(found.items()))


def _stands(record: Record, account: str, decision: Decision) -> bool:
    """Whether nothing takes the account out of the decision: another one, or an appeal."""
    own = record.standing("account", account)
    if (own and own.verdict is not decision.verdict) or record.reinstated(account):
        return False
    appealed = any(a.account == account and a.outcome == OPEN for a in record.appeals.values())
    return not appealed or _act(record, account, decision) is not None


@dataclass(frozen=True)
class _Act:
    """What is done to an account, and since when (UTC, ISO 8601)."""

    order: Order
    when: str


def _act(record: Record, account: str, decision: Decision) -> _Act | None:
    """The first order carried out on an account by a decision; None: none yet."""
    acts = [
        _Act(order, plan.receipts[order.key].when)
        for plan in record.plans.values()
        for order in plan.in_state(*CARRIED_OUT)
        if (order.subject, order.decision) == (account, decision.id)
        and order.action not in UNRESTRICTING
    ]
    return min(acts, key=lambda act: act.when, default=None)


def _ordered(findings: Findings, decision: Decision, account: str, kind: str) -> _Act:
    """What a decision orders for an account, from the day a second person approved it."""
    action = ACTIONS.get(kind, Action.DISABLE_ACCOUNT)
    key = key_of(findings.name, action, account, decision.id)
    return _Act(Order(key, action, account, "", decision.id), decision.approvals[0].when)


def _known(findings: Findings, accounts: Collection[str]) -> dict[str, Mapping[str, Any]]:
    rows = findings.query(PROFILES.format(accounts=listed(accounts)))
    return {row["account"]: row for row in rows}


# --- fields


def _puid(order: Order, key: str) -> str:
    """The id of an action: that of its order, or with a secret a keyed hash of it."""
    if not key:
        return order.key
    return hmac.new(key.encode(), order.key.encode(), hashlib.sha256).hexdigest()


def _restriction(action: Action, options: Options) -> dict[str, Any]:
    if action in VISIBLE:
        return {"decision_visibility": [VISIBLE[action]]}
    return {"decision_account": ACCOUNT_ACTIONS[options.restriction]}


def _ground(ground: Ground, options: Options) -> dict[str, Any]:
    rule = RULES[ground]
    civic = options.civic and ground is Ground.CIB
    return {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        **({"decision_ground_reference_url": options.terms} if options.terms else {}),
        "incompatible_content_ground": rule.name,
        "incompatible_content_explanation": rule.why,
        "incompatible_content_illegal": "No",
        "category": CIVIC if civic else OTHER,
        "category_specification": [rule.keyword],
        **({"category_specification_other": rule.other} if rule.other else {}),
    }


def _thing(kind: str) -> dict[str, Any]:
    owner = {"person": "ACCOUNT_TYPE_PRIVATE", "advertiser": "ACCOUNT_TYPE_BUSINESS"}
    return {
        "content_type": ["CONTENT_TYPE_OTHER"],
        "content_type_other": THINGS.get(kind, "Account"),
        **({"account_type": owner[kind]} if kind in owner else {}),
    }


def _content_date(last: int | None, decision: Decision) -> str:
    """The day of the account's last post in the case; the decision's where there is none."""
    return max(EARLIEST, _day(last)) if last is not None else decision.when[:10]


def _day(milliseconds: int) -> str:
    return (EPOCH + timedelta(milliseconds=milliseconds)).date().isoformat()


def _automated(decision: Decision) -> str:
    """People decided; on a network, which accounts are its members was computed."""
    if decision.kind == "network":
        return "AUTOMATED_DECISION_PARTIALLY"
    return "AUTOMATED_DECISION_NOT_AUTOMATED"


# --- facts


@dataclass(frozen=True)
class _Facts:
    """What accounts were seen doing, in words that name nobody.

    Args:
        own: account → its rows as a member, then as one tied to a network.
        claims: network → measure → its claims.
    """

    own: Mapping[str, list[Mapping[str, Any]]]
    claims: Mapping[str, Mapping[str, list[str]]]

    @classmethod
    def of(cls, findings: Findings, restricted: Mapping[str, Decision]) -> _Facts:
        """The facts on some accounts."""
        own: dict[str, list[Mapping[str, Any]]] = {}
        for query in (OWN, TIED):
            for row in findings.query(query.format(accounts=listed(restricted))):
                own.setdefault(row["account"], []).append(row)
        networks = {row["network"] for rows in own.values() for row in rows} | {
            said.subject for said in restricted.values() if said.kind == "network"
        }
        return cls(own, _claims(findings, sorted(networks)))

    def on(self, account: str, decision: Decision) -> str:
        """The facts a decision on an account rests on, at most as long as a statement may be."""
        rows = self.own.get(account, [])
        if decision.kind == "network":
            rows = [row for row in rows if row["network"] == decision.subject]
        network = decision.subject if decision.kind == "network" else _first(rows)
        parts = [_decided(decision), *(_acted(row) for row in rows[:1])]
        for cited in decision.cites:
            parts += self.claims.get(network, {}).get(cited, [])
        return _shortened(list(dict.fromkeys(parts)))


def _first(rows: list[Mapping[str, Any]]) -> str:
    return str(rows[0]["network"]) if rows else ""


def _decided(decision: Decision) -> str:
    of = "a group of accounts that act in concert" if decision.kind == "network" else "the account"
    seen = sorted(c.removeprefix("signal:") for c in decision.cites if c.startswith("signal:"))
    on = f" It rests on what was done alike, by signal: {', '.join(seen)}." if seen else ""
    return f"Found by software from behaviour; one person decided on {of}, another approved.{on}"


def _acted(row: Mapping[str, Any]) -> str:
    if "ties" in row:
        return f"It shares {row['shared']:,} things with the group: {row['ties']}."
    return (
        f"On {row['together']:,} of {row['occasions']:,} occasions the account acted together with "
        f"others of the group; {row['expected']:.1f} would be expected of an account that does "
        f"not belong to it (signals: {row['signals']})."
    )


def _shortened(parts: list[str]) -> str:
    """As many whole parts as fit."""
    text = parts[0]
    for part in parts[1:]:
        if len(text) + 1 + len(part) <= LONGEST_FACTS:
            text += f" {part}"
    return text[:LONGEST_FACTS]


def _claims(findings: Findings, networks: Collection[str]) -> dict[str, dict[str, list[str]]]:
    rows = list(findings.query(CLAIMS.format(networks=listed(networks))))
    plain = [QUOTED.sub(STRUCK, ADDRESS.sub(STRUCK, row["claim"])) for row in rows]
    known = _named(findings, plain)
    found: dict[str, dict[str, list[str]]] = {}
    for row, claim in zip(rows, plain, strict=True):
        of = found.setdefault(row["network"], {}).setdefault(row["measure"], [])
        of.append(_struck(claim, known))
    return found


def _named(findings: Findings, claims: Iterable[str]) -> set[str]:
    """Which runs of words in some claims are an account's id, handle or name, in lower case."""
    runs = {claim[start:end].lower() for claim in claims for start, end in _runs(claim)}
    rows = findings.query(KNOWN.format(said=listed(sorted(runs))))
    return {row["said"] for row in rows if not NUMBER.fullmatch(row["said"])}


def _runs(claim: str) -> Iterator[tuple[int, int]]:
    """Where every run of a few words begins and ends."""
    for word in WORDS:
        words = [match.span() for match in word.finditer(claim)]
        for place, (start, _) in enumerate(words):
            for _, end in words[place : place + LONGEST_NAME]:
                yield start, end


def _struck(claim: str, known: Collection[str]) -> str:
    for run in sorted({claim[a:b] for a, b in _runs(claim)}, key=lambda each: (-len(each), each)):
        if run.lower() in known:
            claim = re.sub(rf"(?<!\w){re.escape(run)}(?!\w)", STRUCK, claim)
    return claim
