"""The store elsewhere that `[store]` of lod.toml names, as whoever serves a release from it begins."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from lod.cli import output
from lod.cli.output import Settings
from lod.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from lod.project.model import StoreOptions
    from lod.release.release import Release
    from lod.store.transport import Endpoint


def store_elsewhere(store: StoreOptions) -> Endpoint:
    """Where the statements lie. Whether it answers is said by `/-/health`: it may come later than we do.

    Raises:
        RemoteError: LOD8204 its secret is missing, LOD9250 what it takes to ask it is not installed.
    """
    from lod.store.transport import Endpoint, client_of

    endpoint = Endpoint(**asdict(store))
    client_of(endpoint)
    return endpoint


def say_what_is_missing(release: Release, elsewhere: Endpoint, settings: Settings) -> None:
    """Warn if the store elsewhere cannot be asked about the release now: it is served as soon as it can."""
    from lod.release.publishing.mirror import open_mirror
    from lod.store.transport import RemoteError

    try:
        open_mirror(release, elsewhere).check()
    except RemoteError as error:
        output.show([Diagnostic(error.code, Severity.WARNING, error.message, None, error.hint)], settings)
