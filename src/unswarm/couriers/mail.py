"""E-mail as files in a folder, for a mail program or a server to send.

`mail:FOLDER` makes a Maildir: each alert becomes one message in `new/`, written in `tmp/` first, so
that nobody reads half of one. An alert that is brought again replaces its message. Whom it goes to
is the environment variable `UNSWARM_MAIL_TO`; the sender is `UNSWARM_MAIL_FROM`.

Source: RFC 5322, and Bernstein's Maildir.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from textwrap import shorten
from urllib.parse import quote

from unswarm.alerts import Alert, Kind, plain

TO, FROM = "UNSWARM_MAIL_TO", "UNSWARM_MAIL_FROM"
SUBJECT = 120  # characters


def open_courier(where: str) -> Mail:
    """The folder at a path; it is made with the first message."""
    return Mail(Path(where))


class Mail:
    """A folder of messages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def bring(self, alert: Alert) -> str:
        """Write one message."""
        for name in ("tmp", "new", "cur"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        name = f"{alert.key}.unswarm.eml"
        aside = self._folder / "tmp" / name
        with aside.open("wb") as file:
            file.write(message(alert).as_bytes(policy=SMTP))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._folder / "new" / name)
        return f"new/{name}"


def message(alert: Alert) -> EmailMessage:
    """An alert as a message."""
    found = EmailMessage()
    subject = _one_line(f"[unswarm] {alert.kind}: {alert.sentence}")
    found["Subject"] = shorten(subject, SUBJECT, placeholder=" …") or subject[:SUBJECT]
    found["From"] = os.environ.get(FROM, "unswarm@localhost")
    found["To"] = os.environ.get(TO, "investigators@localhost")
    found["Date"] = format_datetime(datetime.fromisoformat(alert.when))
    found["Message-ID"] = f"<{alert.key}@unswarm.localhost>"
    found["X-Unswarm-Key"] = alert.key
    found.set_content("\n".join(_lines(alert)) + "\n")
    return found


def _one_line(text: str) -> str:
    """Names may hold line breaks; a header may not."""
    return " ".join(plain(text).split())


def _lines(alert: Alert) -> list[str]:
    posts = [
        f"  {_second(each.time)}: {each.account}, post {each.post}, and {each.partner}, post "
        f"{each.partner_post}, {each.gap / 1000:,.1f} s apart: {each.object}"
        for each in alert.posts
    ]
    evidence = [
        f"  {each.claim}" + ("" if each.p is None else f" (p = {each.p:.1g})")
        for each in alert.evidence
    ]
    verdict = "Acting in concert is not being inauthentic: that is for people to decide."
    back = "An account that has what a past network had may have got it otherwise: look at it."
    late = [] if alert.delay is None else [f"Told {alert.delay / 1000:,.0f} s after it could be."]
    case = alert.case or "CASE"
    page = "alerts" if alert.kind is Kind.RETURN else f"n/{alert.network}"
    return [
        plain(alert.sentence),
        *late,
        "",
        *(["Evidence so far:", *map(plain, evidence), ""] if evidence else []),
        *(["Posts behind it:", *map(plain, posts), ""] if posts else []),
        back if alert.kind is Kind.RETURN else verdict,
        f"{alert.id}, run {alert.run}. To look at it: `unswarm serve` over the folder of the case,",
        plain(f"then /c/{quote(case)}/{quote(page)} at the address that it prints."),
    ]


def _second(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
