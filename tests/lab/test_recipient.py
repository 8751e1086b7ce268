from __future__ import annotations

from vitne.lab.recipient import lines, view

RECEIVED = [
    {"time_ns": 5, "from": "192.0.2.50", "host": "b.example", "received": {}, "tls": True},
    {
        "time_ns": 9,
        "from": "192.0.2.50",
        "host": "a.example",
        "received": {"IMEI1": "004402990000014", "MEID": ""},
    },
    {
        "time_ns": 7,
        "from": "192.0.2.50",
        "host": "a.example",
        "received": {"IMEI1": "004402990000014", "CELL": 7},
    },
    {"time_ns": 8, "from": "192.0.2.51", "host": "a.example", "received": {"CELL": 8}},
]


def test_the_recipient_knows_each_field_once_and_whose_it_was() -> None:
    first, second, third = view(RECEIVED)
    assert (first["host"], first["from"], first["messages"]) == ("a.example", "192.0.2.50", 2)
    assert (first["first_ns"], first["last_ns"]) == (7, 9)
    assert first["knows"] == {"IMEI1": ["004402990000014"], "CELL": [7]}
    assert second["knows"] == {"CELL": [8]}
    assert (third["encrypted"], third["knows"]) == (True, {})


def test_hosts_that_learned_something_stand_first() -> None:
    said = lines(view(RECEIVED))
    assert said[0] == "a.example: 2 messages from 192.0.2.50"
    assert "    IMEI1: 004402990000014" in said
    assert said[-1] == "b.example: 1 message from 192.0.2.50, over TLS"


def test_values_without_end_are_bounded() -> None:
    rows = [{"time_ns": n, "from": "f", "host": "h", "received": {"t": n}} for n in range(100)]
    assert len(view(rows)[0]["knows"]["t"]) == 8
