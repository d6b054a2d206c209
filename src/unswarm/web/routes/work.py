"""Files coming in, runs, and the progress of long work."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from unswarm.looking.incoming import preview
from unswarm.plugins import names
from unswarm.web.errors import missing
from unswarm.web.guard import note
from unswarm.web.jobs import OVER, Job
from unswarm.web.routes import PROBLEMS, AllJobs, Analyst, OnShelf, Someone, begun
from unswarm.web.shapes import work as shapes

router = APIRouter(prefix="/api", tags=["work"], responses=PROBLEMS)

INCOMING = "incoming"
PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
UPLOAD = re.compile(r"[a-f0-9]{16}")
OFTEN = 0.2  # seconds between looks at a job


@router.put(
    "/uploads/{case}/{name}",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def upload(
    case: str, name: str, request: Request, shelf: OnShelf, _: Analyst
) -> shapes.Incoming:
    """Send a file; it is looked at, and not taken in yet."""
    mark = secrets.token_hex(8)
    folder = shelf.path(case) / INCOMING / mark
    folder.mkdir(parents=True)
    path = folder / (PLAIN.sub("_", Path(name).name).strip("._")[-100:] or "file")
    try:
        with path.open("wb") as file:
            async for part in request.stream():
                await asyncio.to_thread(file.write, part)
        found = await asyncio.to_thread(_looked_at, mark, path, "", {})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return found


def _looked_at(mark: str, path: Path, reader: str, columns: dict[str, str]) -> shapes.Incoming:
    seen = preview(path, reader or None, columns)
    return shapes.Incoming(upload=mark, name=path.name, size=path.stat().st_size, **seen)


def _sent(case: Path, mark: str) -> Path:
    """A file that was sent.

    Raises:
        Refused: there is no such file.
    """
    folder = case / INCOMING / mark
    found = sorted(folder.glob("*")) if UPLOAD.fullmatch(mark) else []
    if not found:
        raise missing("file that was sent", mark)
    return found[0]


@router.post("/cases/{case}/incoming/{mark}")
def look(case: str, mark: str, said: shapes.Look, shelf: OnShelf, _: Analyst) -> shapes.Incoming:
    """Look at a file that was sent, read with these columns."""
    _known_reader(said.reader)
    return _looked_at(mark, _sent(shelf.path(case), mark), said.reader, said.columns)


def _known_reader(name: str) -> None:
    if name and name not in names("readers"):
        raise missing("reader", name)


@router.delete("/cases/{case}/incoming/{mark}", status_code=204)
def forget(case: str, mark: str, shelf: OnShelf, _: Analyst) -> None:
    """Forget a file that was sent."""
    shutil.rmtree(_sent(shelf.path(case), mark).parent)


@router.post("/cases/{case}/imports", status_code=202)
def take_in(
    case: str,
    said: shapes.Import,
    request: Request,
    shelf: OnShelf,
    jobs: AllJobs,
    person: Analyst,
) -> shapes.JobView:
    """Take files into the case, and look for networks."""
    folder = shelf.path(case)
    commands = [_reading(folder, each) for each in said.files]
    if said.detect:
        commands.append(["detect"])
    files = ", ".join(_sent(folder, each.upload).name for each in said.files)
    note(request, "take in", case=case, files=files)
    return begun(jobs, shelf, case, f"taking in {files}", commands, person.name)


def _reading(case: Path, said: shapes.TakeIn) -> list[str]:
    _known_reader(said.reader)
    path = _sent(case, said.upload)
    mapped = [f"--map={field}={column}" for field, column in said.columns.items()]
    reader = [f"--reader={said.reader}"] if said.reader else []
    kinds = {"--comparison": said.comparison, "--opinions": said.opinions}
    return ["read", str(path), *reader, *mapped, *(word for word, on in kinds.items() if on)]


@router.post("/cases/{case}/runs", status_code=202)
def detect(
    case: str,
    said: shapes.DetectRequest,
    request: Request,
    shelf: OnShelf,
    jobs: AllJobs,
    person: Analyst,
) -> shapes.JobView:
    """Look for networks in what the case holds."""
    for signal in said.signals:
        if signal not in names("signals"):
            raise missing("signal", signal)
    words = [
        "detect",
        *(f"--signal={signal}" for signal in said.signals),
        *(f"--window={window}s" for window in said.windows),
        *([f"--q={said.q}"] if said.q else []),
    ]
    note(request, "detect", case=case)
    return begun(jobs, shelf, case, "looking for networks", [words], person.name)


@router.post("/cases/{case}/networks/{network}/expand", status_code=202)
def expand(
    case: str, network: str, shelf: OnShelf, jobs: AllJobs, person: Analyst
) -> shapes.JobView:
    """List accounts that are tied to a network besides its members."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", network) or network.startswith("-"):
        raise missing("network", network)
    words = ["expand", network]
    return begun(jobs, shelf, case, f"growing {network}", [words], person.name)


@router.get("/cases/{case}/jobs")
def list_jobs(case: str, shelf: OnShelf, jobs: AllJobs, _: Someone) -> shapes.JobList:
    """The jobs of a case, the latest first."""
    shelf.path(case)
    return shapes.JobList(jobs=_views(jobs.of(case)))


def _views(found: Iterable[Job]) -> list[shapes.JobView]:
    return [shapes.JobView(**job.as_dict()) for job in found]


def _job(jobs: AllJobs, name: str) -> Job:
    job = jobs.job(name)
    if job is None:
        raise missing("job", name)
    return job


@router.get("/jobs/{job}")
def show_job(job: str, jobs: AllJobs, _: Someone) -> shapes.JobView:
    """How far a job is."""
    return shapes.JobView(**_job(jobs, job).as_dict())


@router.post("/jobs/{job}/stop")
def stop_job(job: str, jobs: AllJobs, _: Analyst) -> shapes.JobView:
    """End a job; the case stays as it was."""
    found = _job(jobs, job)
    jobs.stop(found)
    return shapes.JobView(**found.as_dict())


@router.get(
    "/jobs/{job}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "One event a change."}},
)
async def follow_job(job: str, jobs: AllJobs, _: Someone) -> StreamingResponse:
    """The job as it goes: server-sent events, each a whole `JobView`, until it is over."""
    found = _job(jobs, job)
    head = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(found), media_type="text/event-stream", headers=head)


async def _events(job: Job) -> AsyncIterator[str]:
    seen = -1
    while True:
        if job.version != seen:
            seen = job.version
            yield f"data: {json.dumps(job.as_dict())}\n\n"
        if job.state in OVER:
            return
        await asyncio.sleep(OFTEN)
