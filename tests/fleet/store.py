"""An object store on loopback (moto's server), with what goes wrong on the way put in by the test."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pytest

BUCKET = "fleet"
KEY, SECRET = "testing", "testing"


class Trouble:
    """A layer before the store that answers in its place as long as the test wants it to."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.asked: list[tuple[str, str, str]] = []  # method, path, range
        self.answer: Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes] | None] | None = None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(
            (environ["REQUEST_METHOD"], environ.get("RAW_URI", ""), environ.get("HTTP_RANGE", ""))
        )
        own = self.answer(environ, start) if self.answer is not None else None
        return own if own is not None else self.store(environ, start)

    def not_now(self, times: int) -> None:
        """Answer 503 so many times."""
        left = [times]

        def answer(_: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes] | None:
            if left[0] == 0:
                return None
            left[0] -= 1
            start("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>later</Message></Error>"]

        self.answer = answer

    def _changed(self, change: Callable[[list[bytes], list[tuple[str, str]]], list[bytes]]) -> None:
        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes] | None:
            if environ["REQUEST_METHOD"] != "GET" or "list-type" in environ.get("QUERY_STRING", ""):
                return None
            held: list[Any] = []

            def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> None:
                held.append((status, headers, rest))

            body = list(self.store(environ, begin))
            status, headers, _ = held[0]
            body = change(body, headers)
            start(status, headers)
            return body

        self.answer = answer

    def cut(self, times: int) -> None:
        """Break the connection in the middle of an object so many times."""
        left = [times]

        def change(body: list[bytes], _: list[tuple[str, str]]) -> list[bytes]:
            data = b"".join(body)
            if left[0] == 0:
                return [data]
            left[0] -= 1
            return [data[: len(data) // 2]]

        self._changed(change)

    def other_etag(self, times: int) -> None:
        """Say another ETag than the listing so many times."""
        left = [times]

        def change(body: list[bytes], headers: list[tuple[str, str]]) -> list[bytes]:
            if left[0]:
                left[0] -= 1
                headers[:] = [(name, value) for name, value in headers if name.lower() != "etag"]
                headers.append(("ETag", f'"other{left[0]}"'))
            return body

        self._changed(change)


class Server:
    """moto behind the trouble."""

    def __init__(self) -> None:
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            def log(self, *_: Any, **__: Any) -> None:
                """Say nothing."""

        self.trouble = Trouble(DomainDispatcherApplication(create_backend_app))
        self.server = make_server("127.0.0.1", 0, self.trouble, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def environ(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the program find the store."""
        monkeypatch.setenv("AWS_ENDPOINT_URL", self.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.delenv("AWS_PROFILE", raising=False)

    def put(self, key: str, data: bytes) -> None:
        """Put an object there."""
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.s3.models import s3_backends

        inside = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        if BUCKET not in inside.buckets:
            inside.create_bucket(BUCKET, "us-east-1")
        inside.put_object(BUCKET, key, data)

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
