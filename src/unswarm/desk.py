"""The desk: what people say of a finding, each act checked before it becomes a line of the log.

An act names who does it and in which role. What can be enforced or published takes two different
people; what was said is never taken back, only followed by something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from unswarm import log
from unswarm.engines import quoted
from unswarm.errors import CaseError, SettingsError, did_you_mean
from unswarm.findings import Findings
from unswarm.folder import alone, sha256
from unswarm.model import Verdict
from unswarm.record import Record, replay
from unswarm.record.appeals import OPEN, REINSTATED, UPHELD
from unswarm.record.attribution import CONFIDENCE, Claim, Status
from unswarm.record.considered import EXPLANATIONS, Outcome
from unswarm.record.decisions import HIDDEN, Decision, Ground, citations, ground_of, verdict_of
from unswarm.record.orders import Order, Plan, Receipt
from unswarm.record.people import Role, needs, person, role_of, same
from unswarm.record.publication import Opinion
from unswarm.sealing import at_mail_domain
from unswarm.takedown import Facts, digest, flat, obstacles

LETTERS = {"decide": "d", "appeal": "a", "attribute": "c", "plan": "p"}
"""Act → the letter of the ids of what it makes."""

SHORTEST_QUOTE = 25  # a text shorter than this may stand in a reason by chance


class Desk:
    """What may be said of a case, and by whom.

    Args:
        folder: the case folder.
        findings: what the latest run found.
        people: name → role, from `[people]` of `case.toml`; empty: people say their role.
    """

    def __init__(self, folder: Path, findings: Findings, people: Mapping[str, str]) -> None:
        self._folder = folder
        self._log = folder / "log.jsonl"
        self._people = people
        self.findings = findings

    @property
    def record(self) -> Record:
        """Everything that was said so far."""
        return replay(log.entries(self._log))

    # --- decisions

    def decide(
        self,
        kind: str,
        subject: str,
        verdict: Verdict | str,
        reason: str,
        *,
        ground: str = "",
        cites: Collection[str] = (),
        who: str | None = None,
        role: str | None = None,
    ) -> dict[str, Any]:
        """Write down a verdict on a network, an account or a domain.

        Args:
            kind: network, account or domain.
            subject: its id.
            verdict: inauthentic, authentic, not coordinated, undecided.
            reason: why; may not be empty, nor quote what an account wrote.
            ground: the rule that was broken, see `record.decisions.Ground`.
            cites: the evidence it rests on, see `citable`; what has a ground must cite some.
            who: the person; None: the name logged in.
            role: the role they act in; None: the case's, or analyst.

        Raises:
            SettingsError: something is missing, unknown, or speaks of content.
        """
        said = verdict_of(str(verdict))
        rule = ground_of(ground)
        self._reasoned(reason)
        by = self._who(who, role, Role.ANALYST, "decide")
        rests = citations(cites, self.citable(kind, subject))
        _complete(said, rule, rests)
        if rule in HIDDEN:
            self._shows_concealment(kind, subject, rule, rests)
        members = self.findings.members(subject) if kind == "network" else []
        return self._write(
            "decide",
            **{kind: subject},
            verdict=str(said),
            ground=str(rule or ""),
            reason=reason,
            cites=list(rests),
            **by,
            members=members,
            run=self.findings.run["run"],
        )

    def citable(self, kind: str, subject: str) -> list[str]:
        """What a decision on something may cite: measures, `signal:NAME`, `coordination`."""
        networks = self._networks_of(kind, subject)
        named = ", ".join(quoted(network) for network in networks) or "''"
        measures = self._measures(networks)
        signals = self.findings.query(f"SELECT signals FROM network WHERE network IN ({named})")
        seen = sorted({name for row in signals for name in (row["signals"] or "").split()})
        joint = ["coordination"] if networks else []
        return list(dict.fromkeys([*joint, *measures, *(f"signal:{name}" for name in seen)]))

    def _measures(self, networks: Sequence[str], where: str = "true") -> list[str]:
        """The measures that found something about one of some networks."""
        named = ", ".join(quoted(network) for network in networks) or "''"
        rows = self.findings.query(
            f"SELECT DISTINCT measure FROM evidence WHERE network IN ({named}) AND {where} "
            "ORDER BY measure"
        )
        return [row["measure"] for row in rows]

    def _shows_concealment(
        self, kind: str, subject: str, ground: Ground, cites: Collection[str]
    ) -> None:
        """Refuse to call accounts fake for acting together: fan clubs and newsrooms do, too."""
        signs = self._measures(self._networks_of(kind, subject), "inauthentic")
        if not set(signs) & set(cites):
            held = f"cite one of: {', '.join(signs)}" if signs else "the case holds none on this"
            raise SettingsError(
                f"The ground '{ground}' says that accounts hide who they are, and nothing cited "
                f"shows it: coordination is not inauthenticity. Hint: {held}; --ground spam, or "
                "no ground, does not say so."
            )

    def _networks_of(self, kind: str, subject: str) -> list[str]:
        """The networks that something belongs to; of a domain: that link or get mail there."""
        if kind == "network":
            return [subject]
        belongs = f"account = {quoted(subject)}"
        if kind == "domain":
            hashes = ", ".join(map(quoted, at_mail_domain(self._folder, subject))) or "''"
            belongs = (
                f"account IN (SELECT account FROM link WHERE domain = {quoted(subject)} UNION ALL "
                "SELECT account FROM infrastructure WHERE medium = 'pattern' "
                f"AND value IN ({hashes}))"
            )
        rows = self.findings.query(
            f"SELECT DISTINCT network FROM (SELECT network, account FROM membership "
            "UNION ALL SELECT network, account FROM linked WHERE probability > 0) AS m "
            f"WHERE {belongs} ORDER BY network"
        )
        return [row["network"] for row in rows]

    def approve(self, of: str, who: str | None = None, role: str | None = None) -> dict[str, Any]:
        """A second person agrees with a decision or a plan.

        Raises:
            SettingsError: it is the same person, or their role is not enough.
            CaseError: there is no such decision or plan, or a decision does not stand any more.
        """
        by = self._who(who, role, Role.APPROVER, "approve")
        made = self._made(of)
        if same(made.who, by["who"]):
            raise SettingsError(
                f"{of} was made by {made.who}; it takes a different person to approve it. "
                "Hint: somebody else's --who"
            )
        if any(same(given.who, by["who"]) for given in made.approvals):
            raise SettingsError(f"{by['who']} has approved {of} already.")
        if isinstance(made, Decision):
            self._fresh(made)
        return self._write("approve", of=of, **by)

    def _made(self, of: str) -> Any:
        record = self.record
        known: dict[str, Any] = {**record.decisions, **record.plans}
        if of not in known:
            raise _unknown("decision or plan", of, known)
        return known[of]

    def _fresh(self, decision: Decision) -> None:
        """Refuse what was overtaken: by a later decision, or by a change of the members."""
        standing = self.record.standing(decision.kind, decision.subject)
        if standing is None or standing.id != decision.id:
            later = standing.id if standing else "none"
            raise CaseError(f"{decision.id} does not stand any more: {later} does.")
        joined, left = decision.stale(self.findings.members(decision.subject))
        if joined or left:
            raise CaseError(
                f"{decision.id} is stale: since it was made {len(joined)} accounts joined "
                f"{decision.subject} and {len(left)} left. Hint: decide again."
            )

    def consider(
        self,
        network: str,
        explanation: str,
        outcome: str,
        note: str = "",
        who: str | None = None,
        role: str | None = None,
    ) -> dict[str, Any]:
        """Write down what came of looking into an innocent explanation of a network.

        Args:
            network: the network.
            explanation: a key of `record.considered.EXPLANATIONS`.
            outcome: open, ruled out, fits.
            note: how that is known.
            who: the person; None: the name logged in.
            role: the role they act in.

        Raises:
            CaseError: there is no such network.
            SettingsError: there is no such explanation or outcome, or the role is not enough.
        """
        by = self._who(who, role, Role.ANALYST, "rule an explanation out")
        known = [row["network"] for row in self.findings.query("SELECT network FROM network")]
        if network not in known:
            raise _unknown("network", network, known)
        for what, word, words in (
            ("explanation", explanation, EXPLANATIONS),
            ("outcome", outcome, Outcome),
        ):
            if word not in set(words):
                hint = did_you_mean(word, list(words))
                raise SettingsError(f"Unknown {what} '{word}'. Hint: {hint}")
        said = {"network": network, "explanation": explanation, "outcome": outcome, "note": note}
        return self._write("consider", **said, **by)

    # --- appeals

    def appeal(self, account: str, statement: str, who: str | None = None) -> dict[str, Any]:
        """Write down that an account contests what was decided on it.

        Raises:
            CaseError: nothing was decided on it.
            SettingsError: there is no statement.
        """
        decision = self.decided(account)
        if not statement.strip():
            raise SettingsError("What does the account say? Hint: --statement 'their words'")
        return self._write(
            "appeal",
            account=account,
            decision=decision.id,
            statement=statement,
            who=person(who),
        )

    def decided(self, account: str) -> Decision:
        """The latest decision that covers an account: on itself, or on a network it was in then.

        Raises:
            CaseError: there is none.
        """
        covers = [
            decision
            for decision in self.record.decisions.values()
            if decision.verdict is Verdict.INAUTHENTIC
            and (decision.subject == account or account in decision.members)
        ]
        if not covers:
            raise CaseError(f"Nothing was decided against '{account}' that could be appealed.")
        return covers[-1]

    def answer(
        self,
        appeal: str,
        outcome: str,
        reason: str,
        who: str | None = None,
        role: str | None = None,
    ) -> dict[str, Any]:
        """A reviewer answers an appeal: upheld, or reinstated.

        Raises:
            CaseError: there is no such appeal, or it was answered.
            SettingsError: the reviewer decided or approved what is contested, or no reason.
        """
        record = self.record
        if appeal not in record.appeals:
            raise _unknown("appeal", appeal, record.appeals)
        if outcome not in (UPHELD, REINSTATED):
            raise SettingsError(f"Unknown outcome '{outcome}'. Hint: {UPHELD} or {REINSTATED}.")
        self._reasoned(reason)
        by = self._who(who, role, Role.APPROVER, "answer an appeal")
        contested = record.appeals[appeal]
        if contested.outcome != OPEN:
            raise CaseError(f"{appeal} was answered by {contested.reviewer}: {contested.outcome}.")
        decision = record.decisions[contested.decision]
        if any(same(by["who"], name) for name in _behind(decision)):
            raise SettingsError(
                f"{by['who']} stands behind {decision.id}; an appeal is answered by somebody else."
            )
        return self._write("answer", appeal=appeal, outcome=outcome, reason=reason, **by)

    # --- attribution

    def attribute(
        self,
        network: str,
        entity: str,
        *,
        confidence: str,
        by: str,
        source: str,
        evidence_for: Sequence[str],
        evidence_against: Sequence[str] = (),
        who: str | None = None,
    ) -> dict[str, Any]:
        """Write down who says that an entity runs a network.

        Args:
            network: the network.
            entity: who is said to run it.
            confidence: low, moderate, high; see `record.attribution.CONFIDENCE`.
            by: who says so.
            source: a document or page with its date.
            evidence_for: what speaks for it; at least one.
            evidence_against: what speaks against it.
            who: the person who writes it down.

        Raises:
            SettingsError: one of these is missing, or the word of confidence is not on the scale.
        """
        acting = self._who(who, None, Role.ANALYST, "attribute")
        if confidence not in CONFIDENCE:
            scale = "; ".join(f"{word}: {meaning}" for word, meaning in CONFIDENCE.items())
            raise SettingsError(f"Unknown confidence '{confidence}'. Hint: {scale}.")
        _filled(entity=entity, by=by, source=source, evidence=" ".join(evidence_for))
        return self._write(
            "attribute",
            network=network,
            entity=entity,
            confidence=confidence,
            by=by,
            source=source,
            **{"for": list(evidence_for), "against": list(evidence_against)},
            **acting,
        )

    def ask(
        self, claim: str, party: str, asked: str | None = None, who: str | None = None
    ) -> dict[str, Any]:
        """Write down that a named party was asked for its side, and when.

        Raises:
            CaseError: there is no such claim.
            SettingsError: the day is none.
        """
        self._claim(claim)
        _filled(party=party)
        return self._write("ask", claim=claim, party=party, asked=_day(asked), who=person(who))

    def reply(
        self,
        claim: str,
        party: str,
        text: str,
        *,
        contests: bool,
        answered: str | None = None,
        source: str = "",
        who: str | None = None,
    ) -> dict[str, Any]:
        """Write down what a named party answered, word for word.

        Raises:
            CaseError: there is no such claim.
            SettingsError: there is no text, or the day is none.
        """
        self._claim(claim)
        _filled(party=party, text=text)
        return self._write(
            "reply",
            claim=claim,
            party=party,
            text=text,
            contests=contests,
            answered=_day(answered),
            source=source,
            who=person(who),
        )

    def restate(
        self, claim: str, status: str, reason: str, who: str | None = None
    ) -> dict[str, Any]:
        """Change where a claim stands: asserted, contested, withdrawn; its history stays.

        Raises:
            CaseError: there is no such claim.
            SettingsError: the status is unknown or the same, or there is no reason.
        """
        stands = self._claim(claim).status
        if status not in set(Status):
            raise SettingsError(
                f"Unknown status '{status}'. Hint: {did_you_mean(status, list(Status))}"
            )
        if status == stands:
            raise SettingsError(f"{claim} is {stands} already.")
        _filled(reason=reason)
        return self._write("restate", claim=claim, status=status, reason=reason, who=person(who))

    def _claim(self, claim: str) -> Claim:
        claims = self.record.claims
        if claim not in claims:
            raise _unknown("claim", claim, claims)
        return claims[claim]

    # --- enforcement

    def plan(
        self,
        target: str,
        orders: Sequence[Order],
        who: str | None = None,
        role: str | None = None,
    ) -> dict[str, Any]:
        """Write down what is to be carried out, and where; nothing is sent.

        Raises:
            SettingsError: there is nothing to order, or the role is not enough.
        """
        by = self._who(who, role, Role.ANALYST, "plan")
        if not orders:
            raise SettingsError(
                "There is nothing to order. Hint: a decision with a ground and evidence, approved "
                "by a second person, gives orders; `unswarm log` shows where each stands."
            )
        return self._write("plan", target=target, orders=[asdict(o) for o in orders], **by)

    def planned(self, plan: str) -> Plan:
        """A plan, and how far it is.

        Raises:
            CaseError: there is no such plan.
        """
        plans = self.record.plans
        if plan not in plans:
            raise _unknown("plan", plan, plans)
        return plans[plan]

    def receive(self, plan: str, receipt: Receipt) -> None:
        """Write down what a target answered to an order of a plan."""
        said = {"key": receipt.key, "state": receipt.state, "detail": receipt.detail}
        self._write("receipt", plan=plan, **said, read_back=receipt.read_back)

    # --- researchers

    def released(
        self, name: str, digest: str, path: Path, embargo: str, who: str | None = None
    ) -> dict[str, Any]:
        """Write down that a release was made."""
        return self._write(
            "release", id=name, sha256=digest, path=str(path), embargo=embargo, who=person(who)
        )

    @staticmethod
    def embargoed(day: str) -> None:
        """Refuse an embargo that has run out: its receivers would be bound to nothing.

        Raises:
            SettingsError: the day is none, or it is over.
        """
        if day and _day(day) < _day(None):
            raise SettingsError(
                f"The embargo of {day} has run out. Hint: a later day, or none: "
                "--option embargo=2030-01-31"
            )

    def share(self, release: str, recipient: str, who: str | None = None) -> dict[str, Any]:
        """Write down who got a release.

        Raises:
            CaseError: there is no such release, or its file is not the one that was made.
            SettingsError: its embargo has run out, or nobody is named.
        """
        releases = self.record.releases
        if release not in releases:
            raise _unknown("release", release, releases)
        _filled(recipient=recipient)
        made = releases[release]
        self.embargoed(made.embargo)
        if not Path(made.path).is_file() or sha256(Path(made.path)) != made.sha256:
            raise CaseError(
                f"{made.path} is not the file that was made as '{release}' on {made.when[:10]}. "
                "Hint: export the release again."
            )
        return self._write("share", release=release, recipient=recipient, who=person(who))

    def opine(self, opinions: Iterable[Opinion], file: str = "") -> dict[str, Any]:
        """Set what outside researchers say of accounts beside what was found.

        Args:
            opinions: what they say.
            file: SHA-256 of the file it was read from.
        """
        said = [
            {"account": o.account, "label": o.label, "note": o.note, "source": o.source}
            for o in opinions
        ]
        return self._write("opinions", opinions=said, file=file)

    # --- publication

    def sign(self, who: str | None = None, role: str | None = None) -> dict[str, Any]:
        """A person stands behind the public report as it is now.

        Raises:
            SettingsError: they signed the same facts already, or their role is not enough.
            CaseError: there is nothing to report.
        """
        by = self._who(who, role, Role.ANALYST, "sign")
        facts = Facts.of(self.findings)
        if not facts.accounts:
            raise CaseError("There is nothing to sign: no decision was approved. Hint: decide.")
        mark = digest(facts)
        if any(s.digest == mark and same(s.who, by["who"]) for s in self.record.signatures):
            raise SettingsError(f"{by['who']} has signed these facts already.")
        return self._write("sign", digest=mark, facts=flat(facts), **by)

    def publishable(self) -> str:
        """The digest of the facts, where nothing forbids to publish them.

        Raises:
            CaseError: something does: each obstacle with what to do about it.
        """
        facts = Facts.of(self.findings)
        if found := obstacles(self.findings, facts, _day(None)):
            raise CaseError("\n- ".join(["The report is not published.", *found]))
        return digest(facts)

    def published(self, digest: str, paths: Sequence[Path], who: str | None) -> dict[str, Any]:
        """Write down that a report was published."""
        return self._write(
            "publish", digest=digest, paths=[str(path) for path in paths], who=person(who)
        )

    def erratum(self, text: str, who: str | None = None) -> dict[str, Any]:
        """Write down what a report said wrongly, and what is right.

        Raises:
            SettingsError: there is no text.
        """
        _filled(text=text)
        return self._write("erratum", text=text, who=person(who))

    # --- what all acts share

    def _who(self, who: str | None, role: str | None, needed: Role, act: str) -> dict[str, str]:
        name = person(who)
        acts = self._role(name, role, needed)
        needs(acts, needed, act)
        return {"who": name, "role": str(acts)}

    def _role(self, name: str, role: str | None, needed: Role) -> Role:
        """A role said by the case holds; else the one said; else the one the act needs."""
        if not self._people:
            return role_of(role) if role else needed
        given = [r for known, r in self._people.items() if same(known, name)]
        if not given:
            raise SettingsError(
                f"'{name}' has no role in this case. Hint: an entry under [people] in case.toml."
            )
        return role_of(given[0])

    def _reasoned(self, reason: str) -> None:
        if not reason.strip():
            raise SettingsError("A decision needs a reason. Hint: --reason 'what it rests on'")
        quotes = self.findings.query(
            f"SELECT post FROM post WHERE length(text) >= {SHORTEST_QUOTE} "
            f"AND position(lower(text) IN {quoted(reason.lower())}) > 0 ORDER BY post LIMIT 1"
        )
        for row in quotes:
            raise SettingsError(
                f"The reason quotes post {row['post']}. A decision may not rest on what accounts "
                "said, only on what they did. Hint: name the behaviour and cite its evidence."
            )

    def _write(self, act: str, /, **said: Any) -> dict[str, Any]:
        """Add a line; what can be referred to gets its number while nobody else writes."""
        with alone(self._folder):
            if act in LETTERS:
                number = sum(line["act"] == act for line in log.entries(self._log)) + 1
                said = {"id": f"{LETTERS[act]}-{number:04d}", **said}
            return log.append(self._log, act, **said)


def _complete(verdict: Verdict, ground: Ground | None, cites: Collection[str]) -> None:
    if ground and verdict is not Verdict.INAUTHENTIC:
        raise SettingsError(f"A verdict '{verdict}' breaks no rule. Hint: leave out --ground.")
    if ground and not cites:
        raise SettingsError(
            "A decision with a policy ground names the evidence it rests on. "
            "Hint: --cite coordination, --cite a measure; `unswarm show NETWORK` lists them."
        )


def _behind(decision: Decision) -> list[str]:
    return [decision.who, *(approval.who for approval in decision.approvals)]


def _filled(**said: str) -> None:
    for name, text in said.items():
        if not text.strip():
            raise SettingsError(f"'{name}' is empty. Hint: say it.")


def _day(said: str | None) -> str:
    """A day as ISO 8601; None: today."""
    if said is None:
        return datetime.now(UTC).date().isoformat()
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise SettingsError(f"'{said}' is no day. Hint: write 2019-12-20.") from None


def _unknown(what: str, name: str, known: Collection[str]) -> CaseError:
    hint = did_you_mean(name, known) if known else "there is none yet."
    return CaseError(f"No {what} '{name}'. Hint: {hint}")
