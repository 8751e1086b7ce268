"""Tables that a user adds, packed tables, cells, and host names: any bytes."""

from __future__ import annotations

from vitne.attribute.names import looks_like, shown_name, suffixes, translated
from vitne.consequence.cells import read_cells
from vitne.knowledge.formats import forms
from vitne.knowledge.packed import pack, unpack
from vitne.knowledge.ranges import Ranges
from vitne.model import Malformed

_TREE = (
    bytes.fromhex("000011000001") + bytes(16) + b"\xe1\x47country\x42NO"  # one node, one record
    b"\xab\xcd\xefMaxMind.com\xe5\x4anode_count\xc1\x01\x4brecord_size\xc1\x18\x4aip_version\xc1\x04"
    b"\x5bbinary_format_major_version\xc1\x02\x4bbuild_epoch\xc4\x5c\x92\xd3\x80"
)
SEEDS: list[bytes] = [
    _TREE,
    b'{"Acme LLC": {"displayName": "Acme", "properties": ["acme.example"]}}',
    b'{"organizations": {"a": {"name": "A"}}, "patterns": {"p": {"organization": "a"}}, "domains": {"a.example": "p"}}',
    b'192.0.2.0,192.0.2.255,64496,"Example, Inc."\n2001:db8::,2001:db8::ff,64497,X\n',
    b"3221225984,3221226239,NO\n",
    b"2.3|ripencc|1549148400|1|19830705|20190203|+0100\nripencc|NO|ipv4|192.0.2.0|256|20100101|allocated\n",
    b"192.0.2.0\t192.0.2.255\t64496\tNO\tEXAMPLE\n",
    b'{"00005E": "IANA"}',
    b'[{"mcc":"001","mnc":"01","brand":"T"}]',
    b"tac,name\n35000000,Example\n",
    b"cell,lat,lon,range\n1,59.9,10.7,700\n",
    pack({"49": "x"}),
    "www.blåbær.xn--4ca.example".encode(),
]


def one(data: bytes) -> None:
    """Read the data as each form; what is read is packed and unpacked again."""
    for form in forms().values():
        try:
            form.fits("ipv6.json", data)
            table = form.read("ipv6.json", data)
        except Malformed:
            continue
        again = unpack(pack(table.content))
        assert len(again) == len(table.content)
        if isinstance(again, Ranges) and isinstance(table.content, Ranges):
            asked = ["192.0.2.1", "2001:db8::1", "0.0.0.0", "::"]
            assert again.texts(asked) == [text.replace("\n", " ") for text in table.content.texts(asked)]
    for reader in (unpack, read_cells):
        try:
            reader(data)
        except Malformed:
            continue
    host = data[:400].decode("utf-8", "replace")
    shown = shown_name(host).text
    assert shown.isascii()
    assert shown.isprintable()
    looks_like(host, {"vnet.cn"})
    suffixes(host)
    translated(host)
