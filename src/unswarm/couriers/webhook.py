"""A signed request per alert, to a server of one's own.

`webhook:https://…` posts the alert as JSON. It is signed like the orders of the enforcer of the
same name: `X-Unswarm-Signature` under the secret in `UNSWARM_WEBHOOK_SECRET`, over the time in
`X-Unswarm-Timestamp`, a full stop, and the body. `Idempotency-Key` is the alert's key. Any answer
2xx, and 409, means that it arrived; else it is sent again after a later run.
"""

from __future__ import annotations

import json
import os
import time

from unswarm.alerts import Alert
from unswarm.enforcers import _http
from unswarm.enforcers.webhook import SECRET, signature
from unswarm.errors import CaseError, SettingsError

CONFLICT = 409


def open_courier(where: str) -> Webhook:
    """The server at an address.

    Raises:
        SettingsError: the address is not https (loopback aside), or there is no secret.
    """
    address = _http.checked(where, "webhook")
    secret = os.environ.get(SECRET, "")
    if not secret:
        raise SettingsError(f"A webhook is signed. Hint: set {SECRET} to what the server knows.")
    return Webhook(address, secret.encode())


class Webhook:
    """A server that takes signed alerts."""

    def __init__(self, address: str, secret: bytes) -> None:
        self._client, self._secret = _http.Client(address), secret

    def bring(self, alert: Alert) -> str:
        """Post one alert, once: what does not arrive is sent again after a later run.

        Raises:
            CaseError: the server does not take it.
            SettingsError: it sends elsewhere.
        """
        body = json.dumps(alert.as_dict(), sort_keys=True).encode()
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": alert.key,
            "X-Unswarm-Timestamp": moment,
            "X-Unswarm-Signature": signature(self._secret, moment, body),
        }
        answer = self._client.once("POST", "", body, headers)
        if answer.code == CONFLICT:
            return "it has it"
        if not answer.ok:
            raise CaseError(f"the server answers {answer.code or 'nothing'} ({answer.words}).")
        return str(answer.code)
