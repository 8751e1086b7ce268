"""What tells apps: frames with marks, custom blocks, lists, logs of ciphers; and MQTT-SN beside them."""

from __future__ import annotations

import struct

from vitne.apps import Book, app_of_packet, uid_of_block
from vitne.apps.formats import formats
from vitne.decode.protocols.mqtt_sn import MqttSn
from vitne.exports import cipher_log
from vitne.model import Malformed

_ROW = b"   0: 1401A8C0:9C41 146433C6:0050 01 00000000:00000000 00:00000000 00000000 10123        0 41 1\n"
SEEDS: list[bytes] = [
    bytes(12) + b"\x08\x00" + bytes(22) + struct.pack(">Ii20sI", 0x01072021, 10123, b"Weather", 0),
    struct.pack(
        "<III24sIIIIi17s3xI2Hi17s3x", 156, 1, 1, b"en0", 0, 2, 14, 0, 7, b"mail", 0, 6, 0, 8, b"mail"
    ),
    struct.pack(">I", 62_652) + b"\x01\x01" + struct.pack("<iBB", 10123, 5, 1) + b"com.aA",
    b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    + _ROW,
    b"package:com.example.a uid:10123,1010123\ncom.example.b 10124 0 /data/user/0/b default 3003\n",
    b"  Package [com.example.a] (1a2b):\n    userId=10123\n",
    (
        b"ident=[{type=1}] uid=10123 set=DEFAULT tag=0x0\n  NetworkStatsHistory: bucketDuration=7200\n"
        b"    st=1699999200 rb=1 rp=1 tb=50 tp=1 op=0\n"
    ),
    (
        b'[{"process":"a","data":{"socket_type":"tcp","dest_ip":"192.0.2.1","dest_port":1,"local_ip":"::1",'
        b'"local_port":2,"key":"000102030405","alg":"AES"},"type":"aes_info_log"}]'
    ),
    b"\x0d\x04\x04\x01\x00\x3cphone-1\x09\xfe\x01abcdef",
    b"PID: 7, ProcName: a, EPID: 8, EProcName: b, SVC: 0",
]


def one(data: bytes) -> None:
    """Ask every reader; lists have to stay within their bounds."""
    for link in (1, 101, 258):
        app_of_packet(data, link, (data.decode("utf-8", "replace"),))
    uid_of_block(data)
    for form in formats():
        book = Book()
        form.fit(data)
        try:
            form.read(data, book)
        except Malformed:
            continue
        assert book.entries <= len(data)
    try:
        assert len(cipher_log.keys_of(data)) <= cipher_log.MOST_KEYS
    except Malformed:
        cipher_log.fits(data)
    talk = MqttSn()
    MqttSn.fit(data, "udp", 0)
    for side in (0, 1):
        list(talk.feed(side, data))
        list(talk.feed(side, data[len(data) // 2 :]))
