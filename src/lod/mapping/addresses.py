"""Addresses of databases, as mappings write them: which are known, which hold a secret.

`postgresql://user@host/database`, `mysql://…`, `mariadb://…`, `mssql://…`, `oracle://…`, as SQLAlchemy writes them
(https://docs.sqlalchemy.org/en/latest/core/engines.html#database-urls) and with `jdbc:` in front, as RML has them
(d2rq:jdbcDSN). `dialect+driver://…` is any other that SQLAlchemy has a dialect for. `${NAME}`, `$NAME` and `env:NAME`
are variables of the environment that hold an address.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

KINDS = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "sqlserver": "mssql",
    "mssql": "mssql",
    "oracle": "oracle",
}
"""What mappings call a database, and the scheme of its addresses."""

DATABASE = "$LOD_DATABASE_URL"
"""The address where a mapping names none, as those of R2RML do."""

_VARIABLE = re.compile(r"\$\{\w+\}|\$\w+|env:\w+")
_PLAIN = re.compile(r"(?:https?:)?//([^/?#]+(?:/[^/?#]*)?)/?|([\w.\-]+(?::\d+)?/[\w\-$]+)")


def is_variable(text: str) -> bool:
    """Whether a text names a variable of the environment."""
    return _VARIABLE.fullmatch(text) is not None


def address_of(access: str, scheme: str = "") -> str:
    """An address with its scheme. YARRRML also has `host/database`, `//host/database` and `http://host/database`: these
    are of the scheme that the mapping says elsewhere.
    """
    plain = _PLAIN.fullmatch(access)
    if plain and scheme:
        return f"{scheme}://{plain[1] or plain[2]}"
    return access.removeprefix("jdbc:")


def is_known(address: str) -> bool:
    """Whether it is a variable, or the address of a database of KINDS or of a named dialect of SQLAlchemy."""
    scheme, colon, _ = address.partition(":")
    return is_variable(address) or (bool(colon) and (scheme in KINDS or re.fullmatch(r"\w+\+\w+", scheme) is not None))


def has_password(address: str) -> bool:
    """Whether a password stands in an address, in any of the ways that databases have."""
    if is_variable(address):
        return False
    uri = urlsplit(address)
    named = re.sub(r"\$\{\w+\}", "", address)  # what the environment holds is no secret here
    in_authority = re.search(r"://[^/@]*:[^/@]+@", named) or re.search(r"oracle:\w+:[^@]*/[^@]+@", named)
    return (
        bool(in_authority)
        or "password" in parse_qs(uri.query)
        or re.search(r";\s*password=", address, re.IGNORECASE) is not None
    )
