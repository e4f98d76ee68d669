"""lod: from a ministry's printed tables to five-star linked data.

The names here are the ones that other programs may rely on; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lod.diagnostics import Diagnostic as Diagnostic
    from lod.diagnostics import Findings as Findings
    from lod.errors import LodError as LodError
    from lod.lift.run import lift_files as lift_files
    from lod.pipeline.check import check as check
    from lod.pipeline.run import build as build
    from lod.project.load import load_project as load_project
    from lod.release.release import open_current as open_current
    from lod.server.app import create_app as create_app
    from lod.validation.files import validate_files as validate_files

__version__ = "0.1.0"

_HOMES = {
    "Diagnostic": "lod.diagnostics",
    "Findings": "lod.diagnostics",
    "LodError": "lod.errors",
    "build": "lod.pipeline.run",
    "check": "lod.pipeline.check",
    "create_app": "lod.server.app",
    "lift_files": "lod.lift.run",
    "load_project": "lod.project.load",
    "open_current": "lod.release.release",
    "validate_files": "lod.validation.files",
}

__all__ = [
    "Diagnostic",
    "Findings",
    "LodError",
    "__version__",
    "build",
    "check",
    "create_app",
    "lift_files",
    "load_project",
    "open_current",
    "validate_files",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lod' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
