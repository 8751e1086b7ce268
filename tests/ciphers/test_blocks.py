from __future__ import annotations

import pytest

from vitne.ciphers.blocks import BLOCKS, combined, padded, padding_of

# published vectors: FIPS 197 C.1; GB/T 32907 A.1; FIPS 46-3 (the classic one); RFC 3713 A; RFC 2144 B.1
VECTORS = [
    ("aes", "000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
     "69c4e0d86a7b0430d8cdb78070b4c55a"),
    ("sm4", "0123456789abcdeffedcba9876543210", "0123456789abcdeffedcba9876543210",
     "681edf34d206965e86b3e94f536e4246"),
    ("des", "133457799bbcdff1", "0123456789abcdef", "85e813540f0ab405"),
    ("camellia", "0123456789abcdeffedcba9876543210", "0123456789abcdeffedcba9876543210",
     "67673138549669730857065648eabe43"),
    ("cast5", "0123456712345678234567893456789a", "0123456789abcdef", "238b4fe5847e44b2"),
    ("blowfish", "0123456789abcdef", "1111111111111111", "61f9c3802281b096"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "key", "plain", "cipher"), VECTORS)
def test_a_block_goes_both_ways_as_the_standard_says(name, key, plain, cipher):
    runner = BLOCKS[name].make(bytes.fromhex(key))
    assert runner.encrypt(bytes.fromhex(plain)).hex() == cipher
    assert runner.decrypt(bytes.fromhex(cipher)).hex() == plain


def test_three_equal_keys_of_triple_des_are_des():
    key, block = bytes.fromhex("133457799bbcdff1"), bytes.fromhex("0123456789abcdef")
    assert BLOCKS["3des"].make(key * 3).encrypt(block) == BLOCKS["des"].make(key).encrypt(block)
    assert BLOCKS["3des"].make(key * 2).encrypt(block) == BLOCKS["des"].make(key).encrypt(block)


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_every_cipher_undoes_what_it_does_with_every_length_of_key(name):
    block = BLOCKS[name]
    for length in {block.keys[0], block.keys[-1]}:
        runner = block.make(bytes(range(1, length + 1)))
        data = bytes(range(4 * block.size))
        assert runner.decrypt(runner.encrypt(data)) == data


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17])
def test_padding_fills_whole_blocks_and_is_known_by_its_end(length):
    data = padded(b"\xaa" * length, 16, padding="pkcs7")
    assert len(data) % 16 == 0
    assert padding_of(data[-16:]) == len(data) - length


@pytest.mark.parametrize(
    "last", [b"\x00" * 16, b"\x11" * 16, bytes(14) + b"\x03\x02", b"\x01" * 15 + b"\x00"]
)
def test_other_ends_are_no_padding(last):
    assert padding_of(last) == 0


def test_the_longer_of_two_texts_is_cut():
    assert combined(b"\x0f\xf0", b"\xff\xff\xff") == b"\xf0\x0f"
