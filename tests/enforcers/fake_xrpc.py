"""A made-up AT Protocol server: sessions, an Ozone behind it, its administrator; on loopback.

What it answers is what the real ones answered; `tests/live` asks both the same.
"""

from __future__ import annotations

import base64
import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

OZONE = "did:plc:ozone"
ROLES = {"moderator": "Moderator", "triage": "Triage", "ann": ""}
ACCOUNTS = {f"did:plc:{name}" for name in ROLES} | {"did:plc:eve"}


class Server(ThreadingHTTPServer):
    """Its state, and ways to misbehave: `answers` are given first, the method `drop` acts and
    says nothing."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.drop = ""
        self.blind = False  # it may look nobody up
        self.tokens: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self.down: dict[str, str] = {}  # did → ref
        self.labels: list[dict[str, Any]] = []
        self.tags: dict[str, set[str]] = {}
        self.seen: list[str] = []
        self.numbers = itertools.count(1)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class RefusedError(Exception):
    """An error of XRPC."""

    def __init__(self, code: int, error: str, message: str) -> None:
        super().__init__(message)
        self.code, self.said = code, {"error": error, "message": message}


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self._answer(self._asked)

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        said = json.loads(self.rfile.read(size) or b"{}")
        self._answer(lambda method, query: self._told(method, said))

    def _answer(self, act: Any) -> None:
        parts = urlsplit(self.path)
        method = parts.path.removeprefix("/xrpc/")
        self.server.seen.append(method)
        if self.server.answers and "Session" not in method:
            code, headers = self.server.answers.pop(0)
            self._say(code, {"error": "Later", "message": "later"}, headers)
            return
        try:
            found = act(method, {k: v[0] for k, v in parse_qs(parts.query).items()})
        except RefusedError as error:
            self._say(error.code, error.said)
            return
        if self.server.drop == method:
            self.server.drop = ""
            self.close_connection = True
            self.connection.close()
            return
        self._say(200, found)

    def _say(self, code: int, said: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(said).encode()
        self.send_response(code)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    # --- who asks

    def _name(self) -> str:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token.endswith("old"):
            raise RefusedError(400, "ExpiredToken", "Token has expired")
        if token not in self.server.tokens:
            raise RefusedError(401, "AuthenticationRequired", "Authentication Required")
        return self.server.tokens[token]

    def _role(self) -> str:
        if self.headers.get("atproto-proxy") != f"{OZONE}#atproto_labeler":
            raise RefusedError(400, "InvalidRequest", "no such service")
        role = ROLES[self._name()]
        if not role:
            raise RefusedError(401, "AuthenticationRequired", "Must be a member of the team")
        return role

    def _admin(self) -> None:
        said = base64.b64encode(b"admin:admin-pass").decode()
        if self.headers.get("Authorization") != f"Basic {said}":
            raise RefusedError(401, "AuthenticationRequired", "Authentication Required")

    # --- questions

    def _asked(self, method: str, query: dict[str, str]) -> Any:
        if method == "com.atproto.admin.getSubjectStatus":
            return self._subject(query["did"])
        role = self._role()
        if method == "tools.ozone.server.getConfig":
            return {"viewer": {"role": f"tools.ozone.team.defs#role{role}"}}
        if method == "tools.ozone.moderation.getRepo":
            return self._found(query["did"])
        did = query.get("subject") or query["uriPatterns"]
        if method == "tools.ozone.moderation.queryEvents":
            return {"events": self._history(did, query)}
        if method == "com.atproto.label.queryLabels":
            return {"labels": [label for label in self.server.labels if label["uri"] == did]}
        status = {
            "takendown": did in self.server.down,
            "tags": sorted(self.server.tags.get(did, ())),
        }
        return {"subjectStatuses": [status]}

    def _found(self, did: str) -> Any:
        if did not in ACCOUNTS or self.server.blind:
            raise RefusedError(400, "RepoNotFound", "Repo not found")
        return {"did": did}

    def _history(self, did: str, query: dict[str, str]) -> Any:
        """The latest comes first; labels are found by a part of them, as by the real one."""
        part = query.get("addedLabels", "")
        return [
            each
            for each in reversed(self.server.events)
            if each["subject"]["did"] == did
            and each["event"]["$type"] == query["types"]
            and any(part in label for label in each["event"].get("createLabelVals", [part]))
            and query.get("addedTags") in (None, *each["event"].get("add", ()))
        ]

    def _subject(self, did: str) -> Any:
        self._admin()
        if did not in ACCOUNTS:
            raise RefusedError(400, "NotFound", "Subject not found")
        down = self.server.down
        said = {"applied": did in down, **({"ref": down[did]} if did in down else {})}
        return {"subject": {"did": did}, "takedown": said}

    # --- calls

    def _told(self, method: str, said: Any) -> Any:
        if method == "com.atproto.server.createSession":
            return self._session(said)
        if method == "com.atproto.server.refreshSession":
            return self._tokens(self._name().removesuffix("+"))
        if method == "com.atproto.admin.updateSubjectStatus":
            return self._updated(said)
        if method == "com.atproto.moderation.createReport":
            self._name()
            self.server.events.append(said)
            return {"id": next(self.server.numbers)}
        return self._event(said)

    def _session(self, said: Any) -> Any:
        name = said["identifier"].removesuffix(".test")
        if said["password"] != f"{name}-pass":
            raise RefusedError(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._tokens(name)

    def _tokens(self, name: str) -> Any:
        access, refresh = f"a{next(self.server.numbers)}", f"r{next(self.server.numbers)}"
        self.server.tokens |= {access: name, refresh: name}
        return {"accessJwt": access, "refreshJwt": refresh, "did": f"did:plc:{name}"}

    def _updated(self, said: Any) -> Any:
        self._subject(did := said["subject"]["did"])
        if said["takedown"]["applied"]:
            self.server.down[did] = said["takedown"].get("ref", "")
        else:
            self.server.down.pop(did, None)
        return {}

    def _event(self, said: Any) -> Any:
        role, event, did = self._role(), said["event"], said["subject"]["did"]
        kind = event["$type"].partition("#")[2]
        if role == "Triage" and kind in ("modEventTakedown", "modEventLabel"):
            raise RefusedError(401, "AuthenticationRequired", "Must be a full moderator")
        if any(each["externalId"] == said["externalId"] for each in self.server.events):
            raise RefusedError(400, "DuplicateExternalId", "It exists already")
        self._done(kind, event, did)
        self.server.events.append(said)
        return {"id": next(self.server.numbers)}

    def _done(self, kind: str, event: Any, did: str) -> None:
        server = self.server
        if kind == "modEventTakedown":
            if did in server.down:
                raise RefusedError(400, "InvalidRequest", "Subject is already taken down")
            server.down[did] = ""
        elif kind == "modEventReverseTakedown":
            if did not in server.down:
                raise RefusedError(400, "InvalidRequest", "Subject is not taken down")
            del server.down[did]
        elif kind == "modEventLabel":
            for name, negated in (("createLabelVals", False), ("negateLabelVals", True)):
                server.labels += [{"uri": did, "val": v, "neg": negated} for v in event[name]]
        elif kind == "modEventTag":
            tags = server.tags.setdefault(did, set())
            tags |= set(event["add"])
            tags -= set(event["remove"])

    def log_message(self, *_: object) -> None:
        pass
