"""The servers of the run, in the environment of the clients: they write down what they receive.

Usage: server.py FOLDER.  Certificates are leaf.pem and leaf.key in the folder; the record is received.jsonl.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import sys
from concurrent import futures
from pathlib import Path

import grpc
import plan
from hypercorn.asyncio import serve
from hypercorn.config import Config

FOLDER = Path(sys.argv[1])
RECORD = (FOLDER / "received.jsonl").open("a", buffering=1, encoding="utf-8")
PAGE = """<!doctype html><title>page</title><script>
fetch("/api?gaid=%s", {method: "POST", headers: {"Content-Type": "application/json"},
  body: JSON.stringify({imei: "%s"})}).then(() => { document.title = "done"; });
</script>"""


def note(
    host: str, path: str, body: bytes, *, query: str = "", headers: list[tuple[str, str]] | None = None
) -> None:
    """Write down one message."""
    row = {
        "host": host,
        "path": path,
        "query": query,
        "headers": headers or [],
        "body": base64.b64encode(body).decode(),
    }
    RECORD.write(json.dumps(row) + "\n")


def named(headers: list[tuple[bytes, bytes]]) -> tuple[str, list[tuple[str, str]]]:
    """Give the host that a request names, without its port, and all headers as text."""
    plain = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    host = next((value for name, value in plain if name in {"host", ":authority"}), "")
    return host.rpartition(":")[0] or host, plain


async def app(scope, receive, send) -> None:  # noqa: ANN001
    """Answer requests and WebSockets."""
    if scope["type"] == "lifespan":
        return
    host, headers = named(scope["headers"])
    query = scope["query_string"].decode("latin-1")
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (told := await receive())["type"] == "websocket.receive":
            data = told.get("bytes") or (told.get("text") or "").encode()
            note(host, scope["path"], data)
            await send({"type": "websocket.send", "text": "ok"})
        return
    body = b""
    while True:
        told = await receive()
        body += told.get("body", b"")
        if not told.get("more_body"):
            break
    note(host, scope["path"], body, query=query, headers=headers)
    kind, answer = b"application/json", b'{"resultCode":"0"}'
    if scope["path"] == "/page":
        kind, answer = b"text/html", (PAGE % (plan.ad_id("chromium"), plan.imei("chromium"))).encode()
    elif scope["path"] == "/events":
        kind, answer = b"text/event-stream", b'event: ready\ndata: {"state":"ok"}\n\n'
    elif scope["path"].startswith("/grpcweb"):
        kind, answer = b"application/grpc-web+proto", b"\0\0\0\0\2\x08\1" + b"\x80\0\0\0\x0fgrpc-status:0\r\n"
    length = (b"content-length", str(len(answer)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind), length]})
    await send({"type": "http.response.body", "body": answer})


class Limited(Config):
    """A server that speaks one version of TLS."""

    version = ssl.TLSVersion.TLSv1_3

    def create_ssl_context(self) -> ssl.SSLContext | None:
        """Limit the version."""
        context = super().create_ssl_context()
        if context is not None:
            context.minimum_version = context.maximum_version = self.version
        return context


def config(port: int, version: ssl.TLSVersion | None) -> Limited:
    """Set up one port."""
    made = Limited()
    made.loglevel = "ERROR"
    made.bind = [f"127.0.0.1:{port}"]
    if version is not None:
        made.version = version
        made.certfile, made.keyfile = str(FOLDER / "leaf.pem"), str(FOLDER / "leaf.key")
    if version is ssl.TLSVersion.TLSv1_3:
        made.quic_bind = [f"127.0.0.1:{port}"]
    return made


class Anything(grpc.GenericRpcHandler):
    """Takes every call of gRPC, its messages as they are."""

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        """Give the handler of a call."""

        def take(request: bytes, context: grpc.ServicerContext) -> bytes:
            headers = [(key, str(value)) for key, value in context.invocation_metadata()]
            note(plan.host("grpc"), details.method, request, headers=headers)
            return b"\x08\x01"

        return grpc.unary_unary_rpc_method_handler(take)


async def main() -> None:
    """Serve until the process is ended."""
    calls = grpc.server(futures.ThreadPoolExecutor(2))
    calls.add_generic_rpc_handlers((Anything(),))
    pair = ((FOLDER / "leaf.key").read_bytes(), (FOLDER / "leaf.pem").read_bytes())
    calls.add_secure_port(f"127.0.0.1:{plan.PORTS['grpc']}", grpc.ssl_server_credentials([pair]))
    calls.start()
    versions = (
        ("plain", None), ("tls12", ssl.TLSVersion.TLSv1_2), ("tls13", ssl.TLSVersion.TLSv1_3),
    )  # fmt: skip
    await asyncio.gather(*(serve(app, config(plan.PORTS[name], version)) for name, version in versions))


asyncio.run(main())
