from __future__ import annotations

import hashlib
import hmac

from vitne.identify.digest_table import Table
from vitne.model import Salt, Seed

SEED = Seed(identifier="imei", name="imei#1", value="490154203237518")
OTHER = Seed(identifier="android-id", name="android-id#1", value="9774d56d682e549c")
SALT = Salt(name="pepper", data=b"xK2!vorbis")


def test_a_digest_is_told_by_its_first_four_bytes():
    raw = hashlib.sha384(b"490154203237518").digest()
    (entry,) = Table([SEED], []).beginning(raw[:4])
    assert (entry.seed, entry.text, entry.layers, entry.digest) == (
        0,
        b"490154203237518",
        (("sha384", ()),),
        raw,
    )


def test_what_is_not_there_is_not_told():
    table = Table([SEED], [SALT])
    known = {hashlib.md5(bytes([number])).digest()[:4] for number in range(200)}
    assert not [entry for raw in known for entry in table.beginning(raw)]
    assert list(table.beginning(b"\xff\xff\xff\xff")) == []


def test_two_values_in_one_text_are_told_of_either():
    raw = hashlib.sha1(b"490154203237518|9774d56d682e549c").digest()
    found = list(Table([SEED, OTHER], []).beginning(raw))
    assert sorted((entry.seed, entry.name) for entry in found) == [
        (0, "before android-id#1 and |"),
        (1, "behind imei#1 and |"),
    ]


def test_salts_come_in_every_kind():
    table, text = Table([SEED], [SALT]), b"490154203237518"
    for raw, codec in (
        (hashlib.sha256(SALT.data + b":" + text).digest(), "salted"),
        (hmac.new(SALT.data, text, "md5").digest(), "hmac"),
    ):
        (entry,) = table.beginning(raw)
        assert (entry.layers[0][0], entry.digest) == (codec, raw)


def test_a_table_of_nobody_is_empty():
    assert len(Table([], [SALT])) == 0
    assert list(Table([], []).beginning(b"abcd")) == []
