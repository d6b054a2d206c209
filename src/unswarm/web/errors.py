"""One shape for everything that goes wrong: `{"error": {"kind", "message", "hint"}}`.

A message of unswarm ends in `Hint: …` where it knows what to do next; here the hint stands apart,
so that a page can show it apart. What is not foreseen is our fault: it is logged with a number, and
the page gets the number, not the details.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from unswarm.errors import CaseError, ResourceError, SettingsError, UnswarmError, UserError

LOG = logging.getLogger("unswarm.web")
OF_ERROR: Mapping[type[UnswarmError], HTTPStatus] = {
    CaseError: HTTPStatus.CONFLICT,
    SettingsError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UserError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ResourceError: HTTPStatus.INSUFFICIENT_STORAGE,
}
"""Error → status; the most special class decides. Broken plugins and the rest: 500."""


class Fault(BaseModel):
    """What went wrong."""

    kind: str = Field(description="A short name that programs can tell apart.")
    message: str = Field(description="One sentence for the person.")
    hint: str = Field("", description="What to do next; empty: nothing is known.")


class Problem(BaseModel):
    """Every answer that is no success."""

    error: Fault


class Refused(HTTPException):
    """A request that is not carried out.

    It is an exception of HTTP, so that one raised while a body is read gets through.

    Args:
        status: of HTTP.
        kind: a short name that programs can tell apart.
        message: one sentence for the person.
        hint: what to do next.
        headers: to be sent with it.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        message: str,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status.value, message, dict(headers or {}))
        self.status, self.kind, self.message, self.hint = status, kind, message, hint


def missing(what: str, name: str) -> Refused:
    """There is no such thing."""
    return Refused(HTTPStatus.NOT_FOUND, "missing", f"There is no {what} '{name}'.")


def answer(refused: Refused) -> JSONResponse:
    """A refusal as the answer to a request."""
    said = Fault(kind=refused.kind, message=refused.message, hint=refused.hint)
    return JSONResponse(
        Problem(error=said).model_dump(), refused.status.value, headers=refused.headers
    )


def of_unswarm(error: UnswarmError) -> Refused:
    """An error of unswarm as a refusal, with its hint apart."""
    message, _, hint = str(error).partition(" Hint: ")
    known = (status for kind, status in OF_ERROR.items() if isinstance(error, kind))
    status = next(known, HTTPStatus.INTERNAL_SERVER_ERROR)
    kind = type(error).__name__.removesuffix("Error").lower()
    return Refused(status, kind, message, hint)


def handle_errors(app: FastAPI) -> None:
    """Let every error of an app be answered in the one shape."""

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> JSONResponse:
        return answer(error)

    @app.exception_handler(UnswarmError)
    def explained(request: Request, error: UnswarmError) -> JSONResponse:
        refused = of_unswarm(error)
        shelf = getattr(request.app.state, "shelf", None)
        if shelf is not None:  # where it lies on this machine is nobody's business
            refused.message = refused.message.replace(f"{shelf.folder}/", "")
        return answer(refused)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        return answer(
            Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", f"{where}: {first['msg']}.")
        )

    @app.exception_handler(HTTPException)
    def of_http(_: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        kind = status.name.lower()
        return answer(Refused(status, kind, f"{error.detail}.", headers=error.headers))


def fault(error: Exception, method: str, path: str) -> Refused:
    """What nobody foresaw: its details go to the log under a number, the number to the page."""
    number = uuid.uuid4().hex[:8]
    LOG.error("fault %s at %s %s", number, method, path, exc_info=error)
    return Refused(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "fault",
        f"This is a fault of unswarm, number {number}.",
        "The terminal that runs the server shows the details.",
    )
