"""What the collector knows when the day is over: the same messages, seen from the other end.

Everything stands here in clear, because nobody in the lab exists.
"""

from __future__ import annotations

from typing import Any

MOST_VALUES = 8  # shown of one field


def view(received: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give per host and sender's address: messages, first and last time, and every field with its values."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for each in received:
        key = (each["host"], each["from"])
        row = rows.setdefault(
            key,
            {
                "host": key[0],
                "from": key[1],
                "messages": 0,
                "encrypted": False,
                "first_ns": each["time_ns"],
                "last_ns": each["time_ns"],
                "knows": {},
            },
        )
        row["messages"] += 1
        row["encrypted"] |= bool(each.get("tls"))
        row["first_ns"] = min(row["first_ns"], each["time_ns"])
        row["last_ns"] = max(row["last_ns"], each["time_ns"])
        for name, value in each["received"].items():
            values = row["knows"].setdefault(str(name), [])
            if value not in {"", None} and value not in values and len(values) < MOST_VALUES:
                values.append(value)
    for row in rows.values():
        row["knows"] = {name: values for name, values in row["knows"].items() if values}
    return [rows[key] for key in sorted(rows)]


def lines(seen: list[dict[str, Any]]) -> list[str]:
    """Give the view as text: hosts that learned something first."""
    out = []
    for row in sorted(seen, key=lambda each: (not each["knows"], each["host"])):
        closed = ", over TLS" if row["encrypted"] else ""
        many = "message" if row["messages"] == 1 else "messages"
        out.append(f"{row['host'] or '(no name)'}: {row['messages']} {many} from {row['from']}{closed}")
        for name, values in row["knows"].items():
            out.append(f"    {name}: {', '.join(str(value) for value in values)}")
    return out
