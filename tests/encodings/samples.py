"""Wrapped bytes of every encoding, made by other hands than ours: the standard library, the libraries' own writers, RFCs."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import lzma
import plistlib
import struct
import tarfile
import zipfile
import zlib

import brotli
import pyarrow as pa
import zstandard

TEXT = b'{"imei":"004402990000014","n":7,"s":"a\\/b \\u00e6 \\"x\\""}'
LONG = b"".join(b"line %d of the text, 490154203237518\n" % n for n in range(400))


def _raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _zip(method: int, *, streamed: bool = False) -> bytes:
    class Pipe(io.RawIOBase):
        """A file that cannot be rewound: sizes then stand behind the contents."""

        def __init__(self) -> None:
            self.taken = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.taken += data
            return len(data)

    out = Pipe() if streamed else io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in (("a.json", TEXT), ("b/long.txt", LONG)):
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return bytes(out.taken) if isinstance(out, Pipe) else out.getvalue()


def _tar(form: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in (("a.json", TEXT), ("d" * 90 + "/" + "long" * 20 + ".txt", LONG)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


_RECORD = {"imei": "004402990000014", "n": -7, "cell": {"lac": 4660, "list": [1, 2.5, "x"]}, "ssid": "Åse"}

# MessagePack by hand after its specification: fixmap, str 8, bin 8, ints of all widths, float 64, array
_MSGPACK = (
    b"\x86\xa4imei\xaf004402990000014\xa1n\xf9\xa4cell\x82\xa3lac\xcd\x12\x34\xa4list\x93\x01\xcb\x40\x04"
    + bytes(6)
    + b"\xa1x\xa4ssid\xd9\x04\xc3\x85se\xa3raw\xc4\x03\x00\x01\x02\xa3big\xd3\xff\xff\xff\xff\xff\xff\xff\x00"
)
# CBOR of the same by hand after RFC 8949 section 3, with a tag, an indefinite array and a half float
_CBOR = (
    b"\xa5\x64imei\x6f004402990000014\x61n\x26\x64cell\xa2\x63lac\x19\x12\x34\x64list\x9f\x01\xf9\x41\x00\x61x\xff"
    b"\x64ssid\xc1\x64\xc3\x85se\x63big\x3a\x00\x01\x00\x00"
)
# BSON by hand after bsonspec.org: text, document, array of int32 and double, null, binary
_BSON = (
    b"\x54\x00\x00\x00\x02imei\x00\x10\x00\x00\x00004402990000014\x00\x0an\x00"
    b"\x03c\x00\x2a\x00\x00\x00\x04l\x00\x1a\x00\x00\x00\x100\x00\x34\x12\x00\x00\x011\x00"
    + bytes(6)
    + b"\x04\x40\x00\x05b\x00\x01\x00\x00\x00\x00x\x00\x00"
)
# X.690: SEQUENCE { UTF8String, INTEGER -300, [0] { OCTET STRING }, BMPString }
_DER = b"\x30\x26\x0c\x0f004402990000014\x02\x02\xfe\xd4\xa0\x05\x04\x03abc\x1e\x06\x00\xc5\x00s\x00e\x01\x01\xff"


def _exif(mark: str, order: str) -> bytes:
    """Write a JPEG head after Exif 2.32 section 4.6: a maker, and 59 deg 54 min 50 s north, 10 deg 45 min 0 s west."""
    first = struct.pack(order + "H", 2)
    first += (
        struct.pack(order + "HHII", 0x010F, 2, 8, 38)
        + struct.pack(order + "HHII", 0x8825, 4, 1, 46)
        + bytes(4)
    )
    gps = struct.pack(order + "H", 4)
    gps += struct.pack(order + "HHI4s", 1, 2, 2, b"N") + struct.pack(order + "HHII", 2, 5, 3, 100)
    gps += struct.pack(order + "HHI4s", 3, 2, 2, b"W") + struct.pack(order + "HHII", 4, 5, 3, 124) + bytes(4)
    places = struct.pack(order + "12I", 59, 1, 54, 1, 500, 10, 10, 1, 45, 1, 0, 1)
    tiff = mark.encode() + struct.pack(order + "HI", 42, 8) + first + b"Example\x00" + gps + places
    app = b"Exif\x00\x00" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(app) + 2) + app + b"\xff\xd9"


# name -> wrapped bytes that unwrap() takes as a whole
SAMPLES: dict[str, list[bytes]] = {
    "authorization": [
        b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        b"Bearer mF_9.B5f-4.1JqM",
        b'Digest username="Mufasa", realm="testrealm@host.example", nc=00000001, uri="/dir/index.html"',
    ],
    "base64": [
        base64.b64encode(TEXT),
        base64.urlsafe_b64encode(bytes(range(256))).rstrip(b"="),
        base64.encodebytes(LONG),
        base64.encodebytes(LONG).replace(b"\n", b"\r\n"),
        b"Zm9vYg==",
    ],
    "backslash": [b"\\x7b\\x22a\\x22", b"\\173\\042a\\042 plain", b"\\u00e6\\ud83d\\ude00 x\\n"],
    "base32": [
        base64.b32encode(TEXT),
        base64.b32hexencode(bytes(range(256))).rstrip(b"=").lower(),
        base64.encodebytes(b"")
        + b"".join(base64.b32encode(LONG)[at : at + 64] + b"\n" for at in range(0, 1280, 64)),
        b"MZXW6YTB",
    ],
    # draft-msporny-base58-03 section 5; the second vector has NULs before it
    "base58": [b"USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z", b"11233QC4"],
    "base62": [b"73XpUgyMwkGr29M", b"x" * 40],
    "bson": [_BSON],
    "bz2": [bz2.compress(TEXT), bz2.compress(LONG, 1)],
    "base85": [
        base64.b85encode(TEXT),
        base64.a85encode(LONG, adobe=True),
        base64.a85encode(TEXT + bytes(8) + TEXT, adobe=True, wrapcol=60)[:-2] + b"~>",
        base64.a85encode(TEXT),
        b"HelloWorld",  # ZeroMQ RFC 32: 86 4F D2 6F B5 59 F7 5B
    ],
    "bplist": [
        plistlib.dumps(_RECORD, fmt=plistlib.FMT_BINARY),
        plistlib.dumps([b"data", "text", 1 << 40], fmt=plistlib.FMT_BINARY),
    ],
    "brotli": [brotli.compress(TEXT), brotli.compress(LONG)],
    "cbor": [_CBOR, b"\xd9\xd9\xf7\x83\x64text\x43abc\x1b\x00\x00\x00\xff\x00\x00\x00\x00"],
    "charset": [
        '{"name":"张伟","city":"北京"}'.encode("gbk"),
        "Åse Bjørnsen, Ålesund".encode("latin-1"),
        "陳大文, 台北市".encode("big5"),
    ],
    "chunked": [
        b"4\r\nWiki\r\n5;a=b\r\npedia\r\n0\r\nExpires: x\r\n\r\n",
        b"3b;x\r\n" + TEXT.ljust(59) + b"\r\n0\r\n\r\n",
    ],
    "cookie": [b"SID=31d4d96e407aad42; lang=en-US", b'a="quoted value"; b=2; Path=/; Secure'],
    "deflate": [_raw(TEXT), _raw(LONG), zlib.compress(TEXT)],
    "der": [_DER],
    "dns-name": [b"\x03www\x07example\x03com\x00", b"\x0bimei-490154\x07example\x00"],
    "event-stream": [
        # the examples of section 9.2.6, and one with a carriage return at line ends
        b"data: YHOO\ndata: +2\ndata: 10\n\n",
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        b"event: add\r\ndata: 73857293\r\n\r\nevent: remove\r\ndata: 2153\r\n\r\n",
        b'data: {\ndata: "imei":\ndata: "004402990000014"\ndata: }\n\n',
    ],
    "exif": [_exif("II", "<"), _exif("MM", ">")],
    "form": [b"imei=004402990000014&mac=00%3A00&x=1", b"?a=b&c=d", b";v=1.1"],
    "grpc-web-text": [
        base64.b64encode(TEXT),
        base64.b64encode(b"\0\0\0\0\x11" + b"\x0a\x0f004402990000014")
        + base64.b64encode(b"\x80\0\0\0\x0fgrpc-status:0\r\n"),
    ],
    "mms": [
        b"\x8c\x80\x98T1\0\x8d\x93\x97+4788888888\0\x84\xa3\x02\x01"
        + bytes([len(TEXT)])
        + b"\x83"
        + TEXT
        + b"\x01\x02\x83ab",
    ],
    "gzip": [gzip.compress(TEXT, mtime=0), gzip.compress(TEXT, mtime=0) + gzip.compress(LONG, mtime=0)],
    "hex": [TEXT.hex().encode(), TEXT.hex(":").upper().encode(), b"00 44 02 99", b"aB01"],
    "html": [b"a &amp; b &#230; &#xE6; &lt;x&gt;", b"AT&amp;T &quot;x&quot; & y"],
    "java": [
        # a HashMap's text entries by hand after the grammar: TC_CLASSDESC, TC_STRING
        b"\xac\xed\x00\x05sr\x00\x11java.util.HashMap\x05\x07\xda\xc1\xc3\x16\x60\xd1\x03\x00\x00xpt\x00\x04imeit\x00\x0f004402990000014x"
    ],
    "json": [TEXT, b'[1,2,[3.5e7,"x"],{"a":{"b":["c"]}}]', b'\xef\xbb\xbf{"a": "\\ud83d\\ude00"}'],
    "lz4": [
        pa.Codec("lz4").compress(TEXT, asbytes=True),
        pa.Codec("lz4").compress(LONG, asbytes=True),
        pa.Codec("lz4_raw").compress(LONG, asbytes=True),
        len(LONG).to_bytes(4, "little") + pa.Codec("lz4_raw").compress(LONG, asbytes=True),
    ],
    "msgpack": [_MSGPACK],
    "labels": [b"abcdefgh.ijklmnop.qrs", b"abcd.efgh"],
    "length-head": [
        b"LG\x01\x00\x00\x00" + bytes((len(TEXT),)) + TEXT,
        b"\x07ab\x00" + bytes((len(TEXT),)) + TEXT,
    ],
    # by the reference script, lz-string 1.5: in base64, in letters for URLs, in UTF-16, in bytes
    "lzstring": [
        b"KMZwpgBAYwHwpxQp6aBpzCheDcAB7FSVgl6GANBAJYC2YpEADDQCz00BMAnK3ZwIz1A=",
        b"N4IglgtgpmIFwgAyICwsQJgJxeXgjCiADQgB28A7AL5A",
        bytes.fromhex(
            "e1afa1e0a185e4868ce0aa86e1818ee0a0a0e691a0e2b18ce281acca91e3b39ce0a3a2e490a0e39180cf97e4819b7fe180a020"
        ),
    ],
    "lzstring-raw": [bytes.fromhex("378220960b60a66205c20032202c2c409809c5e5e08c28800d0801dbc03b00be4000")],
    "multipart": [
        (
            b'--xY\r\nContent-Disposition: form-data; name="imei"\r\n\r\n004402990000014\r\n'
            b'--xY\r\nContent-Disposition: form-data; name="f"; filename="a.json"\r\nContent-Type: text/plain\r\n\r\n{}\r\n--xY--\r\n'
        )
    ],
    "percent": [b"%7B%22a%22%3A1%7D+x", b"a%2fb%2Fc", b"plain", b"%e6%97%a5 %41A"],
    "protobuf": [
        b"\x08\x96\x01",
        b"\x12\x07testing",
        b"\x1a\x03\x08\x96\x01",
        b"\x0a\x0f004402990000014\x15\x01\x00\x00\x00\x19\x01\x00\x00\x00\x00\x00\x00\x00",
    ],
    "quoted-printable": [b"Now's the time =\r\nfor all folk to come=\r\n to the aid.", b"=C3=A6 1+1=3D2 =\n"],
    "snappy": [
        pa.Codec("snappy").compress(TEXT, asbytes=True),
        pa.Codec("snappy").compress(LONG, asbytes=True),
        b"\xff\x06\x00\x00sNaPpY\x01" + (len(TEXT) + 4).to_bytes(3, "little") + bytes(4) + TEXT,
    ],
    "tar": [_tar(tarfile.USTAR_FORMAT), _tar(tarfile.GNU_FORMAT), _tar(tarfile.PAX_FORMAT)],
    "thrift": [
        # compact: field 1 text, field 2 i64 -7, field 3 struct { 1: list of i32 }, then binary: text, i32, flag
        b"\x18\x0f004402990000014\x16\x0d\x1c\x19\x25\x02\xa4\x48\x00\x00",
        b"\x0b\x00\x01\x00\x00\x00\x0f004402990000014\x08\x00\x02\x00\x00\x12\x34\x02\x00\x03\x01\x00",
    ],
    "tlv": [
        b"\x01\x0f004402990000014\x02\x07bearer1\x03\x01\x00",
        b"\x00\x01\x00\x0f004402990000014\x00\x02\x00\x03abc",
    ],
    "url-path": [
        b"/api/%7B%22a%22%3A1%7D/QWxhZGRpbjpvcGVuIHNlc2FtZTE/x",
        b"https://a.example/%41%42%43%44%45%46",
    ],
    "utf32": [
        TEXT.decode().encode("utf-32-le"),
        "æøå and more 😀".encode("utf-32"),
        "abcd".encode("utf-32-be"),
    ],
    "uuencode": [
        b"begin 644 a.json\n"
        + b"".join(binascii.b2a_uu(TEXT[at : at + 45]) for at in range(0, len(TEXT), 45))
        + b" \nend",
        b"begin 666 b\n" + binascii.b2a_uu(b"short", backtick=True) + b"`\nend",
    ],
    "utf16": [TEXT.decode().encode("utf-16-le"), "æøå and more".encode("utf-16"), "abcd".encode("utf-16-be")],
    "xor": [bytes(byte ^ 0xA5 for byte in TEXT), bytes(byte ^ 0x5A for byte in gzip.compress(LONG, mtime=0))],
    # RFC 6455 section 5.7, masked; and the same twice with a ping between
    "websocket": [
        bytes.fromhex("818537fa213d7f9f4d5158"),
        bytes.fromhex("818537fa213d7f9f4d5158898037fa213d828537fa213d7f9f4d5158"),
    ],
    "xml": [
        b'<?xml version="1.0"?><r imei="004402990000014"><a>text &amp; more</a><b c=\'1\'/><![CDATA[raw]]></r>',
        b"<html><body>hello<br>there</body></html>",
    ],
    "xz": [lzma.compress(TEXT), lzma.compress(LONG, format=lzma.FORMAT_ALONE)],
    "zip": [_zip(zipfile.ZIP_DEFLATED), _zip(zipfile.ZIP_STORED), _zip(zipfile.ZIP_DEFLATED, streamed=True)],
    "zlib": [zlib.compress(TEXT), zlib.compress(LONG, 9)],
    "zstd": [
        zstandard.compress(TEXT),
        zstandard.ZstdCompressor(write_checksum=True).compress(LONG) + zstandard.compress(TEXT),
    ],
}
