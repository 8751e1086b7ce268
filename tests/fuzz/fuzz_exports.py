"""Exports of every format: any bytes, and whatever is read stays one request and one answer."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise

from tests.exports.samples import SAMPLES, SMS_PDU, SMS_ROW, ZEEK_DNS, flow, tnet
from vitne.decode.protocols.http import Http
from vitne.exports import Exchange, format_of, formats
from vitne.model import CaptureError, Gap, Malformed, Message
from vitne.pipeline import Options, run_scan

_SOCKET = {"messages": [[1, True, b"imei=490154203237518", 1700000000.5, False, False]]}
_ASKED = {"id": 1, "query": True, "op_code": 0, "timestamp": 1700000000.0,
          "questions": [{"name": "490154203237518.example", "type": 1, "class_": 1}]}  # fmt: skip
SEEDS: list[bytes] = [
    *SAMPLES.values(),
    ZEEK_DNS,
    SMS_ROW,
    SMS_PDU,
    tnet(flow(websocket=_SOCKET)) + tnet(flow()),
    tnet(flow(type="tcp", messages=[[True, b"hello", 1.5], [False, b"", None]])),
    tnet(flow(type="dns", request=_ASKED, response=None)),
    SAMPLES["har"].replace(b'"text": "ok"', b'"text": "b2s=", "encoding": "base64"'),
    SAMPLES["har"].replace(b"490154203237518", b"\\ud83d\\udc80\\udcff\\r\\n\\r\\nGET / HTTP/1.1"),
]


def one(data: bytes) -> None:
    """Read the data in every format, and scan what is recognised as one of them."""
    for form in formats():
        form.fit(data[:4096])
        head = form.prefix(data) if hasattr(form, "prefix") else b""
        spans = [span for span in form.spans(data) if not isinstance(span, Gap)]
        assert all(0 <= start < end <= len(data) for start, end in spans)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
        for start, end in spans[:64]:
            try:
                found = list(form.read(head + data[start:end]))
            except Malformed:
                continue
            for exchange in found:
                if isinstance(exchange, Exchange) and not exchange.protocol:
                    _is_whole(exchange)
    if format_of(data[:4096]) is not None:
        try:
            result = run_scan(["-"], Options(stdin=BytesIO(data)))
        except CaptureError:
            return
        assert not result.failed


def _is_whole(exchange: Exchange) -> None:
    """Nothing inside a request or an answer ends it and begins another."""
    http = Http()
    for unit in exchange.units:
        if exchange.transport == "tcp" and Http.fit(unit.data[:4096], "tcp", unit.side) > 2:
            found = [*http.feed(unit.side, unit.data), *http.finish(unit.side)]
            messages = [one for one in found if isinstance(one, Message)]
            whole = [one for one in messages if one.end - one.start == len(unit.data)]
            assert len(unit.data) > 1 << 17 or whole or _raw(exchange), messages


def _raw(exchange: Exchange) -> bool:
    """Bytes of a connection that the export did not take apart: they may be anything."""
    return len(exchange.units) > 2 or exchange.units[0].side == 1 or not exchange.answered
