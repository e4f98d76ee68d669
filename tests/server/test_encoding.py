"""Compressed answers, and what conditional requests make of them: RFC 9110 §8.4, §12.5.3, §13."""

from __future__ import annotations

import gzip

import httpx
import pytest
import zstandard

from lod.server.encoding import choose_coding

LARGE, SMALL = "/doc/code/county.en.html", "/robots.txt"


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=0, *", "zstd"),
        ("*", "zstd"),
        ("*;q=0", ""),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity", ""),
        ("br", ""),
        ("", ""),
        (",;=q,gzip;q=x", ""),
    ],
)
def test_the_coding_is_the_one_preferred(field: str, coding: str) -> None:
    assert choose_coding(field) == coding


def raw(site: httpx.Client, path: str, coding: str, **more: str) -> tuple[httpx.Headers, bytes]:
    headers = {"accept-encoding": coding, **{name.replace("_", "-"): value for name, value in more.items()}}
    with site.stream("GET", path, headers=headers) as answer:
        return answer.headers, b"".join(answer.iter_raw())


def test_a_body_is_compressed_for_who_reads_that(site: httpx.Client) -> None:
    plain_headers, plain = raw(site, LARGE, "identity")
    assert "content-encoding" not in plain_headers
    assert plain_headers["etag"].startswith('"')
    for coding, undo in (("gzip", gzip.decompress), ("zstd", zstandard.decompress)):
        headers, body = raw(site, LARGE, coding)
        assert (headers["content-encoding"], undo(body)) == (coding, plain)
        assert int(headers["content-length"]) == len(body) < len(plain) / 2
        assert headers["etag"] == "W/" + plain_headers["etag"]
        head = site.head(LARGE, headers={"accept-encoding": coding})
        assert (head.headers["content-length"], head.content) == (headers["content-length"], b"")
        assert "Accept-Encoding" in headers["vary"]
    assert "Accept-Encoding" in plain_headers["vary"]


def test_what_is_small_or_compressed_already_is_sent_as_it_is(site: httpx.Client) -> None:
    for path in (SMALL, "/dump/1-aaaaaaaa/data.nt.gz"):
        headers, _ = raw(site, path, "gzip, zstd")
        assert "content-encoding" not in headers, path


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("path", [LARGE, "/doc/code/county.ttl", "/doc/code/county", "/void.ttl", "/api/v1/datasets"])
def test_who_has_it_is_told_so(site: httpx.Client, path: str, coding: str) -> None:
    def ask(**conditions: str) -> httpx.Response:
        fields = {name.replace("_", "-"): value for name, value in conditions.items()}
        return site.get(path, headers={"accept-encoding": coding, **fields})

    first = ask()
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for conditions in (
        {"if_none_match": tag},
        {"if_none_match": f'"another", {tag}'},
        {"if_modified_since": date},
        {"if_none_match": tag, "if_modified_since": "Thu, 01 Jan 2015 00:00:00 GMT"},  # the tag decides
    ):
        answer = ask(**conditions)
        assert (answer.status_code, answer.content) == (304, b""), conditions
        assert answer.headers["etag"] == tag
        assert ask(**conditions).headers["etag"] == tag  # and from memory
        assert "content-encoding" not in answer.headers
        assert answer.headers["cache-control"] == first.headers["cache-control"]
        assert set(first.headers["vary"].split(", ")) <= set(answer.headers["vary"].split(", "))
    for conditions in (
        {"if_none_match": '"another"'},
        {"if_none_match": '"another"', "if_modified_since": date},
        {"if_modified_since": "Thu, 01 Jan 2015 00:00:00 GMT"},
        {"if_modified_since": "Fri, 01 Jan 2100 00:00:00 GMT"},  # a release may be rolled back
        {"if_modified_since": "yesterday"},
    ):
        assert ask(**conditions).status_code == 200, conditions
