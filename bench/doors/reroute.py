"""Runs inside mitmdump: names under .example lead to loopback, whatever a resolver would say."""

from __future__ import annotations


def server_connect(data) -> None:  # noqa: ANN001
    """Send a connection to the server of the run."""
    name, port = data.server.address[:2]
    if name.endswith(".example"):
        data.server.address = ("127.0.0.1", port)
