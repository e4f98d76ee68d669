"""Readers while releases switch and roll back: no request fails, and each answer is wholly from one release."""

from __future__ import annotations

import re
import threading
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
    named: set[str] = set()

    def read() -> None:
        with httpx.Client(base_url=site.address, follow_redirects=True, trust_env=False, timeout=20) as client:
            while not stop.is_set():
                for path in PATHS:
                    answer = client.get(path)
                    if answer.status_code != 200:
                        failures.append((path, answer.status_code))
                    seen.setdefault((path, answer.headers.get("etag", "")), set()).add(answer.content)
                    if path == "/catalog.ttl":
                        named.update(re.findall(r'dcat:version "(\d+-[0-9a-f]{8})"', answer.text)[:1])

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    second = publish_candidate(releases).manifest.name
    for _ in range(3):
        stop.wait(1.2)  # the server looks once a second
        rollback(releases)
        stop.wait(1.2)
        publish_candidate(releases, second)
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert all(len(bodies) == 1 for bodies in seen.values())
    assert named == {first, second}
    for path in PATHS:
        assert len({etag for known, etag in seen if known == path}) == 2
