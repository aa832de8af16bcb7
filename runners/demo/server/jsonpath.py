"""The small part of JSONPath that printer columns are written in: keys, indexes, and a filter on one field."""

from __future__ import annotations

import re

from runners.layers.jsons import Json, dig, sequence, text

_STEP = re.compile(
    r"""\.?(?P<key>(?:[^.\[\]\\]|\\.)+)      # .status, .labels, app\.kubernetes\.io/name
      | \[(?P<index>\d+)\]                   # [0]
      | \['(?P<quoted>[^']*)'\]              # ['name']
      | \[\?\(@\.(?P<field>[^=\s]+)\s*==\s*["'](?P<value>[^"']*)["']\)\]  # [?(@.type=="Ready")]
    """,
    re.VERBOSE,
)


def found(obj: Json, path: str) -> object:
    """The first value at a path, or None where there is none or the path is beyond this."""
    value: object = obj
    position, path = 0, path.strip("{}")
    while position < len(path) and value is not None:
        step = _STEP.match(path, position)
        if step is None:
            return None
        position = step.end()
        if step["index"] is not None:
            items = sequence(value)
            value = items[int(step["index"])] if int(step["index"]) < len(items) else None
        elif step["field"] is not None:
            field = step["field"].split(".")
            value = next((item for item in sequence(value) if text(item, *field) == step["value"]), None)
        else:
            value = dig(value, step["quoted"] or re.sub(r"\\(.)", r"\1", step["key"] or ""))
    return value
