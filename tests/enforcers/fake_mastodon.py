"""A stand-in for a Mastodon server: its moderation API with state, roles, scopes, limits, faults.

`test_fake_mastodon.py` holds its answers against recordings of a Mastodon 4.6.4. As `gotosocial` it
lacks what GoToSocial lacks: everything but suspending, blocking domains and reports.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

ALL_SCOPES = ("read", "write", "follow", "push", "admin:read", "admin:write")
OWNER, NOBODY = 8388607, 65536  # permissions of roles
MANAGE = {"users": 1 << 10, "reports": 1 << 4, "federation": 1 << 5, "blocks": 1 << 7}
SEVERITIES = ("noop", "silence", "suspend")
VERBS = {
    "enable": "disabled", "unsilence": "silenced", "unsuspend": "suspended",
    "unsensitive": "sensitized",
}  # fmt: skip
TYPES = {
    "disable": "disabled", "silence": "silenced", "suspend": "suspended", "sensitive": "sensitized",
}  # fmt: skip


class FaultError(Exception):
    """An answer that is no success."""

    def __init__(self, code: int, said: Any) -> None:
        self.code, self.said = code, said if isinstance(said, dict) else {"error": said}


@dataclass
class Person:
    """An account as the server keeps it."""

    id: str
    username: str
    domain: str | None = None
    permissions: int = NOBODY
    suspended: bool = False
    silenced: bool = False
    disabled: bool = False
    sensitized: bool = False


@dataclass
class Token:
    """Who calls, and what they may."""

    person: str
    scopes: tuple[str, ...] = ALL_SCOPES


@dataclass
class Trouble:
    """What goes wrong with the next call that fits: a code, or an answer that is lost."""

    method: str
    path: str
    code: int = 0
    acts: bool = False  # the call is carried out, and its answer lost
    headers: Mapping[str, str] = field(default_factory=dict)


class FakeMastodon(ThreadingHTTPServer):
    """The server. `calls` is what was asked of it, (method, path) each."""

    def __init__(self, software: str = "mastodon", version: str = "4.6.4") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.software, self.version = software, version
        self.people: dict[str, Person] = {}
        self.elsewhere: dict[str, Person] = {}  # accounts of other servers, not known here yet
        self.tokens: dict[str, Token] = {}
        self.blocks: dict[str, dict[str, Any]] = {}
        self.mail: dict[str, dict[str, Any]] = {}
        self.reports: dict[str, dict[str, Any]] = {}
        self.strikes: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str]] = []
        self.troubles: list[Trouble] = []
        self.left = 300
        self.most = 200  # rows of a page
        self.tells_scopes = software == "mastodon"

    # --- for tests

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def address(self) -> str:
        return f"http://{self.host}"

    def join(self, username: str, domain: str | None = None, **more: Any) -> Person:
        """A new account, known here."""
        number = str(more.pop("id", 1000 + len(self.people) + len(self.elsewhere)))
        person = Person(number, username, domain, **more)
        self.people[number] = person
        return person

    def page(self, person: Person) -> str:
        return f"{self.home(person)}/@{person.username}"

    def home(self, person: Person) -> str:
        return f"https://{person.domain}" if person.domain else self.address

    def start(self) -> FakeMastodon:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def asked(self, method: str, path: str) -> int:
        """How often something was asked."""
        return sum(m == method and re.search(path, p) is not None for m, p in self.calls)

    # --- what the API shows

    def account(self, person: Person) -> dict[str, Any]:
        acct = f"{person.username}@{person.domain}" if person.domain else person.username
        photo = f"{self.address}/avatars/original/missing.png"
        staff = person.permissions & MANAGE["users"]
        return {
            "id": person.id, "username": person.username, "acct": acct, "display_name": "",
            "locked": False, "bot": False, "discoverable": True, "indexable": False, "group": False,
            "created_at": "2026-08-01T00:00:00.000Z", "note": "", "url": self.page(person),
            "uri": f"{self.home(person)}/ap/users/{person.id}", "avatar": photo,
            "avatar_static": photo, "avatar_description": "", "header": photo,
            "header_static": photo, "header_description": "", "followers_count": 0,
            "following_count": 0, "statuses_count": 0, "last_status_at": "2026-08-01",
            "hide_collections": None, "show_media": True, "show_media_replies": True,
            "show_featured": True, "noindex": False,
            "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
            "emojis": [], "roles": [{"id": "3", "name": "Owner", "color": ""}] if staff else [],
            "fields": [], **({"suspended": True} if person.suspended else {}),
            **({"limited": True} if person.silenced else {}),
        }  # fmt: skip

    def own_account(self, person: Person) -> dict[str, Any]:
        source = {
            "privacy": "public", "sensitive": False, "language": None, "note": "", "fields": [],
            "follow_requests_count": 0, "hide_collections": None, "discoverable": True,
            "indexable": False, "attribution_domains": [], "quote_policy": "public",
        }  # fmt: skip
        return {**self.account(person), "source": source, "role": self.role(person)}

    @staticmethod
    def role(person: Person) -> dict[str, Any]:
        staff = person.permissions != NOBODY
        return {
            "id": "3" if staff else "-99", "name": "Owner" if staff else "",
            "permissions": str(person.permissions), "color": "", "highlighted": staff,
            "collection_limit": 10,
        }  # fmt: skip

    def admin_account(self, person: Person) -> dict[str, Any]:
        return {
            "id": person.id, "username": person.username, "domain": person.domain,
            "created_at": moment(), "email": f"{person.username}@localhost", "ip": None,
            "confirmed": True, "suspended": person.suspended, "silenced": person.silenced,
            "sensitized": person.sensitized, "disabled": person.disabled, "approved": True,
            "locale": None, "invite_request": None, "ips": [], "account": self.account(person),
            "role": self.role(person),
        }  # fmt: skip

    def report(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """A report as whoever sent it sees it."""
        names = (
            "id", "action_taken", "action_taken_at", "category", "comment", "forwarded",
            "created_at", "status_ids", "rule_ids", "collection_ids",
        )  # fmt: skip
        target = self.account(self.people[said["target"]])
        return {**{name: said[name] for name in names}, "target_account": target}

    def admin_report(self, said: Mapping[str, Any]) -> dict[str, Any]:
        names = (
            "id", "action_taken", "action_taken_at", "category", "comment", "forwarded",
            "created_at", "updated_at",
        )  # fmt: skip
        people = {
            name: self.admin_account(self.people[said[kept]]) if said[kept] else None
            for name, kept in (
                ("account", "by"), ("target_account", "target"), ("assigned_account", "assigned"),
                ("action_taken_by_account", "taken_by"),
            )
        }  # fmt: skip
        return {**{name: said[name] for name in names}, **people, "statuses": [], "rules": []}


def moment() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Handler(BaseHTTPRequestHandler):
    """One call."""

    server: FakeMastodon
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._call("GET")

    def do_POST(self) -> None:
        self._call("POST")

    def do_PUT(self) -> None:
        self._call("PUT")

    def do_DELETE(self) -> None:
        self._call("DELETE")

    def log_message(self, *_: Any) -> None:
        pass

    def _call(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        parts = urlsplit(self.path)
        self.path_only = parts.path.rstrip("/")
        self.query = {key: said[-1] for key, said in parse_qs(parts.query).items()}
        self.form = {key: said[-1] for key, said in parse_qs(body).items()}
        self.lists = parse_qs(body)
        self.link = ""
        self.server.calls.append((method, self.path))
        trouble = self._trouble(method)
        if trouble and trouble.code:
            self._answer(trouble.code, {"error": "not now"}, trouble.headers)
            return
        if trouble and not trouble.acts:
            self._hang_up()
            return
        code, said = self._done(method)
        if trouble:
            self._hang_up()
        else:
            self._answer(code, said)

    def _trouble(self, method: str) -> Trouble | None:
        for each in self.server.troubles:
            if each.method == method and re.search(each.path, self.path):
                self.server.troubles.remove(each)
                return each
        return None

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _done(self, method: str) -> tuple[int, Any]:
        if self.server.left <= 0:
            self.server.left = 300
            return 429, {"error": "Too many requests"}
        self.server.left -= 1
        try:
            return 200, self._routed(method)
        except FaultError as fault:
            return fault.code, fault.said

    def _answer(self, code: int, said: Any, more: Mapping[str, str] | None = None) -> None:
        body = json.dumps(said).encode()
        reset = datetime.now(UTC) + timedelta(seconds=90)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": str(self.server.left),
            "X-RateLimit-Reset": reset.isoformat().replace("+00:00", "Z"),
            **({"Link": self.link} if self.link else {}),
            **(more or {}),
        }
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    # --- who may what

    def _routed(self, method: str) -> Any:
        for verb, pattern, scope, permission, act in ROUTES:
            found = re.fullmatch(pattern, self.path_only)
            if verb == method and found and not self._lacks(pattern):
                self._check(scope, permission)
                return act(self, *found.groups())
        raise FaultError(404, "Record not found")

    def _lacks(self, pattern: str) -> bool:
        """Whether this software has no such call."""
        if self.server.software == "mastodon" or "nodeinfo" in pattern:
            return False
        if self.server.software == "gotosocial":
            absent = ("email_domain", "unsuspend", "unsilence", "enable", "unsensitive", "apps/")
            return any(word in pattern for word in absent)
        return "/admin/" in pattern or "apps/" in pattern

    def _check(self, scope: str, permission: str) -> None:
        if not scope:
            return
        token = self._token()
        if not any(scope == given or scope.startswith(f"{given}:") for given in token.scopes):
            raise FaultError(403, "This action is outside the authorized scopes")
        if permission and not self._me().permissions & (MANAGE[permission] | 1):
            raise FaultError(403, "This action is not allowed")

    def _token(self) -> Token:
        said = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if said not in self.server.tokens:
            raise FaultError(401, "The access token is invalid")
        return self.server.tokens[said]

    def _me(self) -> Person:
        return self.server.people[self._token().person]

    def _person(self, number: str) -> Person:
        if number not in self.server.people:
            raise FaultError(404, "Record not found")
        return self.server.people[number]

    # --- about the server

    def wellknown(self) -> Any:
        relation = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return {"links": [{"rel": relation, "href": f"{self.server.address}/nodeinfo/2.0"}]}

    def nodeinfo(self) -> Any:
        users = {"total": len(self.server.people), "activeMonth": 0, "activeHalfyear": 0}
        return {
            "version": "2.0",
            "software": {"name": self.server.software, "version": self.server.version},
            "protocols": ["activitypub"], "services": {"outbound": [], "inbound": []},
            "usage": {"users": users, "localPosts": 0}, "openRegistrations": True,
            "metadata": {"nodeName": "Mastodon", "nodeDescription": ""},
        }  # fmt: skip

    def app(self) -> Any:
        if not self.server.tells_scopes:
            return {"name": "app", "website": None}
        out = "urn:ietf:wg:oauth:2.0:oob"
        return {
            "id": "1", "name": "app", "website": None, "scopes": list(self._token().scopes),
            "redirect_uris": [out], "vapid_key": "", "redirect_uri": out,
        }  # fmt: skip

    def whoami(self) -> Any:
        return self.server.own_account(self._me())

    # --- accounts

    def lookup(self) -> Any:
        user, _, host = self.query.get("acct", "").casefold().partition("@")
        here = host in ("", self.server.host, "localhost:3000")
        for each in self.server.people.values():
            if each.username.casefold() == user and (each.domain or "") == ("" if here else host):
                return self.server.account(each)
        raise FaultError(404, "Record not found")

    def search(self) -> Any:
        wanted = self.query.get("q", "")
        found = [
            each for each in self.server.people.values()
            if not each.suspended
            and (wanted in (self.server.page(each), each.username) or wanted == self._uri(each))
        ]  # fmt: skip
        if not found and self.query.get("resolve") in ("1", "true"):
            for number, each in list(self.server.elsewhere.items()):
                if wanted == self.server.page(each):
                    self.server.people[number] = self.server.elsewhere.pop(number)
                    found = [each]
        accounts = [self.server.account(each) for each in found]
        return {"accounts": accounts, "statuses": [], "hashtags": [], "collections": []}

    def _uri(self, person: Person) -> str:
        return str(self.server.account(person)["uri"])

    def accounts(self) -> Any:
        people = sorted(self.server.people.values(), key=lambda each: -int(each.id))
        if self.query.get("origin") == "remote":
            people = [each for each in people if each.domain]
        if self.query.get("origin") == "local":
            people = [each for each in people if not each.domain]
        if self.query.get("permissions") == "staff":
            people = [each for each in people if each.permissions != NOBODY]
        return self._paged([self.server.admin_account(each) for each in people])

    def one_account(self, number: str) -> Any:
        return self.server.admin_account(self._person(number))

    def act(self, number: str) -> Any:
        person, kind = self._person(number), self.form.get("type", "")
        if self.server.software == "gotosocial" and kind != "suspend":
            raise FaultError(400, f"Bad Request: type {kind} not supported, only suspend")
        if person.permissions != NOBODY:
            raise FaultError(403, "This action is not allowed")
        if kind not in TYPES:
            raise FaultError(422, "Validation failed: Type is not included in the list")
        setattr(person, TYPES[kind], True)
        self.server.strikes.append({"account": number, **self.form})
        return {}

    def lift(self, number: str, verb: str) -> Any:
        person = self._person(number)
        if verb == "unsuspend" and not person.suspended:
            raise FaultError(403, "This action is not allowed")
        setattr(person, VERBS[verb], False)
        return self.server.admin_account(person)

    # --- reports

    def send_report(self) -> Any:
        target = self._person(self.form.get("account_id", ""))
        comment = self.form.get("comment", "")
        if len(comment) > 1000:
            raise FaultError(
                422, "Validation failed: Comment is too long (maximum is 1000 characters)"
            )
        number = str(len(self.server.reports) + 1)
        forwarded = self.form.get("forward") in ("1", "true") and target.domain is not None
        self.server.reports[number] = {
            "id": number, "action_taken": False, "action_taken_at": None,
            "category": self.form.get("category", "other"), "comment": comment,
            "forwarded": forwarded, "created_at": moment(), "updated_at": moment(),
            "status_ids": self.lists.get("status_ids[]", []), "rule_ids": None,
            "collection_ids": [], "target": target.id, "by": self._me().id, "assigned": "",
            "taken_by": "",
        }  # fmt: skip
        return self.server.report(self.server.reports[number])

    def all_reports(self) -> Any:
        resolved = self.query.get("resolved") in ("1", "true")
        target = self.query.get("target_account_id")
        found = [
            self.server.admin_report(each) for each in reversed(self.server.reports.values())
            if each["action_taken"] == resolved and target in (None, each["target"])
        ]  # fmt: skip
        return self._paged(found)

    def one_report(self, number: str) -> Any:
        return self.server.admin_report(self._kept(self.server.reports, number))

    def treat(self, number: str, verb: str) -> Any:
        report, me = self._kept(self.server.reports, number), self._me().id
        if verb in ("resolve", "reopen"):
            done = verb == "resolve"
            report["action_taken"] = done
            report["action_taken_at"] = moment() if done else None
            report["taken_by"] = me if done else ""
        else:
            report["assigned"] = me if verb == "assign_to_self" else ""
        return self.server.admin_report(report)

    @staticmethod
    def _kept(kept: dict[str, dict[str, Any]], number: str) -> dict[str, Any]:
        if number not in kept:
            raise FaultError(404, "Record not found")
        return kept[number]

    # --- blocks

    def block(self) -> Any:
        domain, severity = self.form.get("domain", ""), self.form.get("severity", "silence")
        if not domain:
            raise FaultError(422, "Validation failed: Domain can't be blank")
        for existing in self.server.blocks.values():
            own = existing["domain"] == domain
            over = domain.endswith("." + existing["domain"])
            softer = SEVERITIES.index(severity) <= SEVERITIES.index(existing["severity"])
            if own or (over and softer):
                said = f"You have already imposed stricter limits on {existing['domain']}."
                shown = self._block(existing)
                raise FaultError(422, {"error": said, "existing_domain_block": shown})
        number = str(max(map(int, self.server.blocks), default=0) + 1)
        self.server.blocks[number] = {
            "id": number, "domain": domain, "digest": "0" * 64, "created_at": moment(),
            "severity": severity, "reject_media": False, "reject_reports": False,
            "private_comment": self.form.get("private_comment"),
            "public_comment": self.form.get("public_comment"), "obfuscate": False,
        }  # fmt: skip
        return self._block(self.server.blocks[number])

    def _block(self, block: dict[str, Any]) -> dict[str, Any]:
        if self.server.software == "gotosocial":
            return {name: block[name] for name in ("id", "domain", "private_comment")}
        return block

    def blocks(self) -> Any:
        return self._paged([self._block(each) for each in reversed(self.server.blocks.values())])

    def one_block(self, number: str) -> Any:
        return self._block(self._kept(self.server.blocks, number))

    def change_block(self, number: str) -> Any:
        block = self._kept(self.server.blocks, number)
        block.update({name: said for name, said in self.form.items() if name in block})
        return self._block(block)

    def unblock(self, number: str) -> Any:
        self._kept(self.server.blocks, number)
        del self.server.blocks[number]
        return {}

    def block_mail(self) -> Any:
        domain = self.form.get("domain", "")
        if any(each["domain"] == domain for each in self.server.mail.values()):
            raise FaultError(422, "Validation failed: Domain has already been taken")
        number = str(max(map(int, self.server.mail), default=0) + 1)
        history = [
            {"day": str(1785542400 - 86400 * n), "accounts": "0", "uses": "0"} for n in range(7)
        ]
        self.server.mail[number] = {
            "id": number, "domain": domain, "created_at": moment(), "history": history,
            "allow_with_approval": False,
        }  # fmt: skip
        return self.server.mail[number]

    def mail_blocks(self) -> Any:
        return self._paged(list(reversed(self.server.mail.values())))

    def one_mail_block(self, number: str) -> Any:
        return self._kept(self.server.mail, number)

    def unblock_mail(self, number: str) -> Any:
        self._kept(self.server.mail, number)
        del self.server.mail[number]
        return {}

    # --- pages

    def _paged(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A page of rows, the highest id first, and where the next one is."""
        before = int(self.query.get("max_id", 0))
        rows = [each for each in rows if not before or int(each["id"]) < before]
        limit = min(int(self.query.get("limit", 100)), self.server.most)
        page = rows[:limit]
        rest = {k: v for k, v in self.query.items() if k != "max_id"}
        links = []
        if len(rows) > limit:
            links.append(self._link("next", {**rest, "max_id": page[-1]["id"]}))
        if page:
            links.append(self._link("prev", {**rest, "min_id": page[0]["id"]}))
        self.link = ", ".join(links)
        return page

    def _link(self, relation: str, query: Mapping[str, str]) -> str:
        said = "&".join(f"{name}={quote(value)}" for name, value in query.items())
        return f'<{self.server.address}{self.path_only}?{said}>; rel="{relation}"'


Route = tuple[str, str, str, str, Callable[..., Any]]
ADMIN = "/api/v1/admin"
ROUTES: list[Route] = [
    ("GET", "/.well-known/nodeinfo", "", "", Handler.wellknown),
    ("GET", "/nodeinfo/2.0", "", "", Handler.nodeinfo),
    ("GET", "/api/v1/apps/verify_credentials", "", "", Handler.app),
    ("GET", "/api/v1/accounts/verify_credentials", "read:accounts", "", Handler.whoami),
    ("GET", "/api/v1/accounts/lookup", "", "", Handler.lookup),
    ("GET", "/api/v2/search", "read:search", "", Handler.search),
    ("POST", "/api/v1/reports", "write:reports", "", Handler.send_report),
    ("GET", "/api/v[12]/admin/accounts", "admin:read:accounts", "users", Handler.accounts),
    ("GET", f"{ADMIN}/accounts/(\\d+)", "admin:read:accounts", "users", Handler.one_account),
    ("POST", f"{ADMIN}/accounts/(\\d+)/action", "admin:write:accounts", "users", Handler.act),
    *(
        ("POST", f"{ADMIN}/accounts/(\\d+)/({verb})", "admin:write:accounts", "users", Handler.lift)
        for verb in VERBS
    ),
    ("GET", f"{ADMIN}/reports", "admin:read:reports", "reports", Handler.all_reports),
    ("GET", f"{ADMIN}/reports/(\\d+)", "admin:read:reports", "reports", Handler.one_report),
    ("POST", f"{ADMIN}/reports/(\\d+)/(resolve|reopen|assign_to_self|unassign)",
     "admin:write:reports", "reports", Handler.treat),
    ("GET", f"{ADMIN}/domain_blocks", "admin:read:domain_blocks", "federation", Handler.blocks),
    ("POST", f"{ADMIN}/domain_blocks", "admin:write:domain_blocks", "federation", Handler.block),
    ("GET", f"{ADMIN}/domain_blocks/(\\d+)", "admin:read:domain_blocks", "federation",
     Handler.one_block),
    ("PUT", f"{ADMIN}/domain_blocks/(\\d+)", "admin:write:domain_blocks", "federation",
     Handler.change_block),
    ("DELETE", f"{ADMIN}/domain_blocks/(\\d+)", "admin:write:domain_blocks", "federation",
     Handler.unblock),
    ("GET", f"{ADMIN}/email_domain_blocks", "admin:read:email_domain_blocks", "blocks",
     Handler.mail_blocks),
    ("POST", f"{ADMIN}/email_domain_blocks", "admin:write:email_domain_blocks", "blocks",
     Handler.block_mail),
    ("GET", f"{ADMIN}/email_domain_blocks/(\\d+)", "admin:read:email_domain_blocks", "blocks",
     Handler.one_mail_block),
    ("DELETE", f"{ADMIN}/email_domain_blocks/(\\d+)", "admin:write:email_domain_blocks", "blocks",
     Handler.unblock_mail),
]  # fmt: skip
