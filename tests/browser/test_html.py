"""Every kind of page in both languages is valid HTML, as html-validate judges: https://html-validate.org/"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.browser

COUNTIES = "/data/civil-servants-by-county"
PAGES = (
    "/index",
    "/catalog",
    COUNTIES,
    "/data/civil-servants-by-rank",
    "/data/civil-servants-mean-age",
    f"{COUNTIES}/slice",
    f"{COUNTIES}/slice?show=chart&chart=map",
    f"{COUNTIES}/slice?show=chart&chart=heat",
    "/data/civil-servants-by-age/slice?show=chart&chart=pyramid",
    f"/embed{COUNTIES}/slice?show=chart",
    f"{COUNTIES}/obs/2012/63000/M",
    "/doc/code/rank",
    "/doc/code/county/63000",
    "/codes?of=id/code/rank&under=id/code/rank/03",
    "/links?of=id/code/rank/03&in=def/dimension/rank",
    "/doc/org/2.16.886.101.20003.20072",
    "/doc/def/dimension/county",
    "/doc/def/structure/civil-servants-by-county",
    "/release",
    "/validation",
    "/about",
    "/accessibility",
    "/search?q=63000",
    "/datasets",
    "/sparql",
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%203",
    "/api",
    "/data/civil-servant-by-county",
)


def test_every_kind_of_page_is_valid_html(url: str, repository: Path, tmp_path: Path) -> None:
    node, web = shutil.which("node"), repository / "web"
    if node is None or not (web / "node_modules/html-validate").is_dir():
        pytest.skip("html-validate is not fetched (make web, needs npm)")
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        for number, page in enumerate(PAGES):
            path, mark, query = page.partition("?")
            for language in ("zh-Hant-TW", "en"):
                answer = client.get(f"{path}.{language}.html{mark}{query}")
                assert answer.headers["content-type"].startswith("text/html"), page
                (tmp_path / f"{number:02}-{path.replace('/', '_')}.{language}.html").write_bytes(answer.content)
    files = sorted(map(str, tmp_path.glob("*.html")))
    assert len(files) == 2 * len(PAGES)
    done = subprocess.run([node, "validate.mjs", *files], cwd=web, capture_output=True, text=True, timeout=300)
    assert done.stdout, done.stderr
    assert json.loads(done.stdout) == []
