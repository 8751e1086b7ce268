"""The very large messages: each holds what is planted, and another program reads what was written."""

from __future__ import annotations

import base64
import email.parser
import email.policy
import gzip
import json
import shutil
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import large


def _form(body: bytes) -> bytes:
    return json.dumps(urllib.parse.parse_qsl(body.decode(), max_num_fields=10_000)).encode()


def _parts(body: bytes) -> bytes:
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/form-data; boundary=line\r\n\r\n"
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    assert len(list(message.iter_parts())) == 2000
    return b"\n".join(part.get_content().encode() for part in message.iter_parts())


READ = {
    "text": bytes,
    "noise": bytes,
    "base64": base64.b64decode,
    "hex": lambda body: bytes.fromhex(body.decode()),
    "gzip": gzip.decompress,
    "JSON in one line": lambda body: json.dumps(json.loads(body)).encode(),
    "JSON nested": bytes,
    "form of many fields": _form,
    "multipart of many parts": _parts,
}


@pytest.mark.parametrize("name", list(large.SHAPES))
def test_a_shape_holds_every_number_once(name: str) -> None:
    make, full = large.SHAPES[name]
    _, body = make(2000 if full < large.MEGABYTE else 200_000)
    inside = READ[name](body)
    assert [inside.count(number.encode()) for number in large.NUMBERS] == [1, 1, 1]


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_another_reader_sees_one_post_with_the_whole_body(tmp_path: Path) -> None:
    capture = tmp_path / "large.pcap"
    kind, body = large.text(200_000)
    large.write(capture, kind, body)
    fields = ["-e", "http.request.method", "-e", "http.content_length", "-e", "http.file_data"]
    command = ["tshark", "-r", str(capture), "-Y", "http.request", "-T", "fields", *fields]
    said = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\t")
    assert said[:2] == ["POST", str(len(body))]
    assert said[2].removesuffix("\n").replace(":", "") in {body.hex(), body.decode()}
