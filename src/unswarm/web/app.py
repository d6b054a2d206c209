"""The application: the routes, who may use them, and the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from unswarm import __version__
from unswarm.web.bulletin import Bulletin
from unswarm.web.errors import handle_errors, missing
from unswarm.web.guard import Guard
from unswarm.web.jobs import Jobs
from unswarm.web.routes import accounts, alerts, cases, networks, plans, record, report, work
from unswarm.web.shelf import Shelf

STATIC = Path(__file__).parent / "static"
ICON = "favicon.svg"
HOME = ".unswarm"  # folder of the served one: who may come in, and who saw what
ABOUT = """
The six verbs of a case over HTTP. Every answer that is no success has one shape,
`{"error": {"kind", "message", "hint"}}`. A request that changes something carries the token of
`GET /api/session` in the header `X-CSRF-Token`.
"""
NOT_BUILT = """<!doctype html><title>unswarm</title><p>The page is not built.
Install the package again; it needs the npm registry once. The API works without."""


def make(folder: Path, guard: Guard | None = None) -> FastAPI:
    """The application over a folder.

    Args:
        folder: a case, or a folder that holds cases.
        guard: who may come in; None: whoever reaches this machine's own address.

    Raises:
        CaseError: there is no such folder.
    """
    jobs = Jobs()

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        jobs.close()

    app = FastAPI(
        title="unswarm",
        version=__version__,
        description=ABOUT,
        lifespan=life,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_name,
    )
    app.state.shelf, app.state.jobs, app.state.bulletin = Shelf(folder), jobs, Bulletin()
    app.state.leaving = False  # true: the server goes, and streams that last end
    handle_errors(app)
    for router in (
        *(cases.router, networks.router, accounts.router, record.router, plans.router),
        *(report.router, report.formats, work.router, alerts.router),
    ):
        app.include_router(router)
    (guard or Guard(app.state.shelf.folder / HOME)).install(app)
    _serve_page(app)
    return app


def _name(route: APIRoute) -> str:
    """The name of an operation: that of its function."""
    return route.name


def _serve_page(app: FastAPI) -> None:
    """The page at every address that is no other: it reads the address itself."""
    assets = STATIC / "assets"
    if assets.is_dir():
        app.mount("/assets", StaticFiles(directory=assets), name="assets")

    @app.get("/api/{rest:path}", include_in_schema=False)
    def no_such_route(rest: str) -> None:
        raise missing("address", f"/api/{rest}")

    @app.get("/{rest:path}", include_in_schema=False, response_model=None)
    def page(rest: str) -> FileResponse | HTMLResponse:
        if rest == ICON and (STATIC / ICON).is_file():
            return FileResponse(STATIC / ICON)
        index = STATIC / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})
