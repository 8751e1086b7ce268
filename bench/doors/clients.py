"""The clients of the run that are libraries, in their own environment: WebSocket, gRPC, MQTT, HTTP/3.

Usage: clients.py FOLDER CARRIER
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import ssl
import sys
import threading
from pathlib import Path

import plan

FOLDER = Path(sys.argv[1])
PROXY = f"http://127.0.0.1:{plan.PORTS['proxy']}"


def body(carrier: str) -> str:
    """Give the record that is sent."""
    return json.dumps({"imei": plan.imei(carrier), "gaid": plan.ad_id(carrier)})


async def websocket(carrier: str) -> None:
    """Send one text and one binary message."""
    from websockets.asyncio.client import connect

    trust = ssl.create_default_context(cafile=str(FOLDER / "proxy" / plan.PROXY_CA))
    url = f"wss://{plan.host(carrier)}:{plan.PORTS['tls13']}/socket"
    async with connect(url, ssl=trust, proxy=PROXY) as socket:
        await socket.send(body(carrier))
        await socket.recv()
        await socket.send(json.dumps({"state": "bye"}).encode())
        await socket.recv()


def grpc(carrier: str) -> None:
    """Call once, with a message of two texts in fields 1 and 2 (protobuf by hand)."""
    os.environ["grpc_proxy"] = PROXY  # noqa: SIM112  (its name is written so)
    import grpc as library

    texts = (plan.imei(carrier).encode(), plan.ad_id(carrier).encode())
    message = b"".join(bytes([8 * n + 2, len(text)]) + text for n, text in enumerate(texts, 1))
    trust = library.ssl_channel_credentials((FOLDER / "proxy" / plan.PROXY_CA).read_bytes())
    with library.secure_channel(f"{plan.host(carrier)}:{plan.PORTS['grpc']}", trust) as channel:
        channel.unary_unary("/collect.Collect/Register")(message, timeout=20)


def mqtt(carrier: str) -> None:
    """Publish once, acknowledged; write down what another client was given."""
    import paho.mqtt.client as library

    came, subscribed = threading.Event(), threading.Event()
    version = library.CallbackAPIVersion.VERSION2

    def given(client, data, message) -> None:  # noqa: ANN001
        del client, data
        plain = base64.b64encode(message.payload).decode()
        row = {"host": "", "path": message.topic, "query": "", "headers": [], "body": plain}
        with (FOLDER / "received.jsonl").open("a", encoding="utf-8") as record:
            record.write(json.dumps(row) + "\n")
        came.set()

    reader = library.Client(version, client_id="reader")
    reader.on_message = given
    reader.on_subscribe = lambda *_: subscribed.set()
    reader.connect("127.0.0.1", plan.PORTS["mqtt"])
    reader.loop_start()
    reader.subscribe("devices/#", qos=1)
    subscribed.wait(10)
    writer = library.Client(version, client_id="writer")
    writer.connect("127.0.0.1", plan.PORTS["tcp"])
    writer.loop_start()
    writer.publish("devices/new", body(carrier), qos=1).wait_for_publish(10)
    came.wait(10)
    writer.disconnect()
    reader.disconnect()
    writer.loop_stop()
    reader.loop_stop()


async def http3(carrier: str) -> None:
    """Post once over QUIC."""
    from aioquic.asyncio.client import connect
    from aioquic.asyncio.protocol import QuicConnectionProtocol
    from aioquic.h3.connection import H3_ALPN, H3Connection
    from aioquic.h3.events import DataReceived, HeadersReceived
    from aioquic.quic.configuration import QuicConfiguration

    class Client(QuicConnectionProtocol):
        """One request."""

        def __init__(self, *args, **more) -> None:  # noqa: ANN002, ANN003
            super().__init__(*args, **more)
            self.http = H3Connection(self._quic)
            self.over = asyncio.get_running_loop().create_future()

        def quic_event_received(self, event) -> None:  # noqa: ANN001
            """Wait for the end of the answer."""
            for told in self.http.handle_event(event):
                ended = isinstance(told, (DataReceived, HeadersReceived)) and told.stream_ended
                if ended and not self.over.done():
                    self.over.set_result(None)

        async def post(self, data: bytes) -> None:
            """Send the request and wait."""
            stream = self._quic.get_next_available_stream_id()
            authority = f"{plan.host(carrier)}:{plan.PORTS['tls13']}".encode()
            headers = [
                (b":method", b"POST"), (b":scheme", b"https"), (b":authority", authority),
                (b":path", b"/api?gaid=" + plan.ad_id(carrier).encode()),
                (b"content-type", b"application/json"), (b"content-length", str(len(data)).encode()),
            ]  # fmt: skip
            self.http.send_headers(stream, headers)
            self.http.send_data(stream, data, end_stream=True)
            self.transmit()
            await asyncio.wait_for(self.over, 15)

    with (FOLDER / "keys.http3").open("a", encoding="utf-8") as keys:
        setting = QuicConfiguration(
            is_client=True, alpn_protocols=H3_ALPN, server_name=plan.host(carrier), secrets_log_file=keys
        )
        setting.load_verify_locations(str(FOLDER / "ca.pem"))
        async with connect(
            "127.0.0.1", plan.PORTS["tls13"], configuration=setting, create_protocol=Client
        ) as client:
            await client.post(json.dumps({"imei": plan.imei(carrier)}).encode())


CARRIER = sys.argv[2]
MADE = {"websocket": websocket, "grpc": grpc, "mqtt": mqtt, "http3": http3}[CARRIER](CARRIER)
if MADE is not None:
    asyncio.run(MADE)
