"""How the bulk files of a dataset are named."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from lod.release.release import Site


def names_of(datasets: Sequence[str], site: Site) -> dict[str, str]:
    """A file's name for each dataset: the last part of its IRI; told apart by a digest where that is not enough.

    '' is what is in none; it stands last.
    """
    names: dict[str, str] = {}
    for iri in datasets:
        last = iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
        name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "_" for sign in last)
        if name.lower() in {other.lower() for other in (*names.values(), site.name, f"{site.name}-shared")}:
            name = f"{name}-{hashlib.sha256(iri.encode()).hexdigest()[:8]}"
        names[iri] = name.lstrip(".") or "dataset"
    return {**names, "": f"{site.name}-shared"}
