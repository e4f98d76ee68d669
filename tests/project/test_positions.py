"""Where keys stand in TOML."""

from __future__ import annotations

from lod.project.positions import key_positions

TEXT = '''\
a = 1
[b]
  c."d e" = """
x = 2
"""
f = [
  "[g]",
  { h = 1 },
]
[[i]]
j = 1
[[i]]
j = "#" # k = 1
[k.l]
m = 1
'''


def test_positions() -> None:
    found = {key: (place.line, place.column) for key, place in key_positions(TEXT, "t").items()}
    assert found == {
        "a": (1, 1),
        "b": (2, 2),
        "b.c.d e": (3, 3),
        "b.f": (6, 1),
        "i.0": (10, 3),
        "i.0.j": (11, 1),
        "i.1": (12, 3),
        "i.1.j": (13, 1),
        "k.l": (14, 2),
        "k": (14, 2),
        "k.l.m": (15, 1),
    }
