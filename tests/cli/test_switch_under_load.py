"""Readers while releases switch and roll back: no request fails, and each answer is wholly from one release."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx

from lod.release.publishing.publish import publish_candidate, rollback
from lod.release.release import current_name

PATHS = ("/", "/catalog.ttl", "/.well-known/void", "/data/staff", "/data/staff.ttl")


def test_no_request_fails(
    lod: Callable[..., CompletedProcess[str]], published: Path, serve: Callable[..., Any]
) -> None:
    releases = published / "releases"
    first = current_name(releases)
    with (published / "tables" / "staff.csv").open("a", encoding="utf-8") as table:
        table.write("2024,A,F,16\n")
    assert lod("build", cwd=published).returncode == 0
    site = serve(published)
    stop, failures = threading.Event(), []
    seen: dict[tuple[str, str], set[bytes]] = {}
    named: list[str] = []

    def read() -> None:
        with httpx.Client(base_url=site.address, follow_redirects=True, trust_env=False, timeout=60) as client:
            while not stop.is_set():
                for path in PATHS:
                    answer = client.get(path)
                    if answer.status_code != 200:
                        failures.append((path, answer.status_code))
                    seen.setdefault((path, answer.headers.get("etag", "")), set()).add(answer.content)
                    if path == "/catalog.ttl":
                        named.extend(re.findall(r'dcat:version "(\d+-[0-9a-f]{8})"', answer.text)[:1])

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()

    def until(condition: Callable[[], bool]) -> None:
        gives_up = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < gives_up, (named, seen.keys())
            stop.wait(0.05)

    def seen_both(path: str) -> bool:
        return len({etag for known, etag in list(seen) if known == path}) == 2

    try:
        until(lambda: first in named)
        second = publish_candidate(releases).manifest.name
        for _ in range(3):
            for switch, name in ((rollback, first), (publish_candidate, second)):
                known = len(named)
                switch(releases, name)
                until(lambda: name in named[known:])  # noqa: B023 - awaited here
        until(lambda: all(seen_both(path) for path in PATHS))
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert failures == []
    assert all(len(bodies) == 1 for bodies in seen.values())
    assert set(named) == {first, second}
    assert all(seen_both(path) for path in PATHS)
