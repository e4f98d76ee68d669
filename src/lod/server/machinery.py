"""`/-/…`: health and static files. They answer whether or not a release can be served."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from lod.errors import LodError
from lod.server import answers
from lod.server.answers import Answer, header
from lod.server.current import CurrentRelease

HEALTH = "/-/health"
RUNNING = version("lod")
"""The version of the program that runs; another may be installed meanwhile."""
_INSTALLED_IN = Path(str(distribution("lod").locate_file("")))


def respond_to_machinery(current: CurrentRelease, path: str, if_none_match: str) -> Answer:
    """Answer a path under `/-/`."""
    if path == HEALTH:
        return health(current)
    asset = current.theme.by_path.get(path)
    if asset is None:
        return answers.problem(404, "Not Found", "There is no such file.")
    validator = f'"{asset.digest}"'
    if answers.is_fresh(if_none_match, validator):
        return answers.not_modified(validator, answers.IMMUTABLE)
    headers = (
        header("content-type", asset.media_type),
        header("etag", validator),
        header("cache-control", answers.IMMUTABLE),
    )
    return Answer(200, headers, asset.body)


def upgrade() -> dict[str, str]:
    """Which version of the program runs and which is installed, where another was installed beneath it."""
    try:
        installed = _installed(_INSTALLED_IN.stat().st_mtime_ns)
    except (PackageNotFoundError, OSError):  # just now, between the old one and the new
        return {}
    return {} if installed == RUNNING else {"running": RUNNING, "installed": installed}


@lru_cache(maxsize=1)
def _installed(_changed: int) -> str:
    """The version that is installed. Read again when something was: to read it takes long beside an answer."""
    if not (found := version("lod")):
        raise PackageNotFoundError("lod")
    return found


def health(current: CurrentRelease) -> Answer:
    """200 when a release is open and its store answers, 503 when not."""
    try:
        served = current.get()
        answering = served.is_answering()
    except (LodError, OSError) as error:
        code = getattr(error, "code", "") or "LOD9001"
        return answers.problem(503, "Service Unavailable", "No release can be served now.", extra={"code": code})
    manifest, trouble = served.release.manifest, current.trouble
    state = {
        "status": "ok" if answering else "empty",
        "release": manifest.name,
        "triples": manifest.triples,
        **({"trouble": trouble.code} if trouble else {}),
        **upgrade(),
    }
    headers = (header("content-type", "application/json"), header("cache-control", answers.NO_STORE))
    return Answer(200, headers, json.dumps(state).encode() + b"\n")
