"""What time it is: for people, and for reproducible builds.

https://reproducible-builds.org/specs/source-date-epoch/
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from lod.errors import UsageError
from lod.wording import say


def wall_clock() -> str:
    """Now, in UTC, as ISO 8601."""
    return _written(datetime.now(UTC))


def build_time() -> str:
    """The time that a release bears: SOURCE_DATE_EPOCH (seconds since 1970) where it is set, else now.

    Raises:
        UsageError: LOD8011 SOURCE_DATE_EPOCH is no such number.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return wall_clock()
    try:
        return _written(datetime.fromtimestamp(int(epoch), UTC))
    except (ValueError, OverflowError, OSError) as error:
        hint = say("it is a number of seconds since 1970")
        raise UsageError(say("SOURCE_DATE_EPOCH is '{epoch}'", epoch=epoch), hint=hint, code="LOD8011") from error


def _written(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")
