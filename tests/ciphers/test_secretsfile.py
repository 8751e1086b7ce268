from __future__ import annotations

import os

import pytest

from vitne.ciphers import read_secrets
from vitne.ciphers.letters import STANDARD
from vitne.model import Alphabet, Key, Salt, UsageError

GOOD = f"""
[[key]]
name = "app"
hex = "8f1d3b5c77a90214e6c2d0b18a4f6e93"

[[key]]
name = "old"
text = "p8rKw3Zq"
cipher = "des"
mode = "cbc"
iv = "0001020304050607"

[[salt]]
name = "pepper"
text = "xK2!"

[[alphabet]]
name = "letters"
letters = "{STANDARD[32][1]}"
"""


def _file(folder, text, mode=0o600):
    path = folder / "secrets.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_keys_salts_and_alphabets_are_read(tmp_path):
    secrets, warnings = read_secrets(_file(tmp_path, GOOD))
    assert secrets.keys == (
        Key(name="app", data=bytes.fromhex("8f1d3b5c77a90214e6c2d0b18a4f6e93")),
        Key(name="old", data=b"p8rKw3Zq", cipher="des", mode="cbc", iv=bytes(range(8))),
    )
    assert secrets.salts == (Salt(name="pepper", data=b"xK2!"),)
    assert secrets.alphabets == (Alphabet(name="letters", letters=STANDARD[32][1]),)
    assert warnings == []


WRONG = [
    ('[[key]]\nname = "a"\n', "needs one of hex"),
    ('[[key]]\nname = "a"\nhex = "0g"\n', "not pairs of hexadecimal digits"),
    ('[[key]]\nname = "a"\nhex = ""\n', "0 bytes"),
    ('[[key]]\nname = "a"\nhex = "00"\ntext = "b"\n', "needs one of hex"),
    ('[[key]]\nname = "a"\nhex = 12\n', "not in quotes"),
    ('[[key]]\nname = "a"\nhex = "00"\ncipher = "rot13"\n', "unknown cipher"),
    ('[[key]]\nname = "a"\nhex = "00"\nmode = "xyz"\n', "unknown mode"),
    ('[[key]]\nname = "a"\nhex = "00"\niv = "zz"\n', "its iv"),
    ('[[key]]\nname = "a"\nhex = "0011"\ncipher = "aes"\n', "aes takes 16"),
    ('[[key]]\nname = "a"\nhex = "00"\ncolour = "red"\n', "unknown key 'colour'"),
    ('[[key]]\nname = "a"\nhex = "00"\n[[key]]\nname = "a"\nhex = "01"\n', "name of its own"),
    ('[[salt]]\nname = "a"\n', "needs one of hex"),
    ('[[alphabet]]\nname = "a"\nletters = "abc"\n', "different ASCII characters"),
    ('[[lock]]\nname = "a"\n', "unknown key 'lock'"),
    ('key = "a"\n', "not a list of tables"),
    ('[[key]]\nname = "the app uses 8f1d3b5c"\nhex = "8f1d3b5c"\n', "its name holds a secret"),
    ('[[salt]]\nname = "xK2!vorbis"\ntext = "xK2!vorbis"\n', "its name holds a secret"),
    ("[[key", "not TOML"),
    (b"\xff\xfe", "not UTF-8"),
]


@pytest.mark.parametrize(("text", "why"), WRONG)
def test_what_is_wrong_is_told_with_where_and_what_was_expected_and_no_secret(tmp_path, text, why):
    with pytest.raises(UsageError) as caught:
        read_secrets(_file(tmp_path, text))
    told = str(caught.value)
    assert why in told
    assert "secrets.toml" in told
    assert "expected" in told
    assert "8f1d3b5c" not in told
    assert "xK2!vorbis" not in told


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    with pytest.raises(UsageError, match="2 thing"):
        read_secrets(_file(tmp_path, '[[key]]\nname = "a"\n[[salt]]\nname = "b"\n'))


def test_files_that_are_absent_or_too_large_are_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_secrets(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="larger than 1 MiB"):
        read_secrets(_file(tmp_path, b"#" * ((1 << 20) + 1)))
    with pytest.raises(UsageError, match="at most 64"):
        read_secrets(_file(tmp_path, "".join(f'[[salt]]\nname = "{n}"\ntext = "t{n}"\n' for n in range(65))))


def test_a_file_that_others_may_read_and_an_empty_one_are_warned_of(tmp_path):
    if os.name == "posix":
        assert "chmod 600" in read_secrets(_file(tmp_path, GOOD, 0o644))[1][0]
    assert "names no key" in read_secrets(_file(tmp_path, ""))[1][-1]


def test_plaintexts_are_read_and_what_is_wrong_with_them_is_told(tmp_path):
    good = """
[[plaintext]]
name = "shop"
text = '{"imei":"{imei}"}'
steps = ["md5", "hex", "first 16"]
mode = "ecb"
"""
    secrets, _ = read_secrets(_file(tmp_path, good))
    (one,) = secrets.plaintexts
    assert (one.name, one.text) == ("shop", '{"imei":"{imei}"}')
    assert (one.steps, one.cipher, one.mode) == (("md5", "hex", "first 16"), "aes", "ecb")
    assert "imei" not in repr(one)
    for wrong, told in (
        ("text = 'nothing known'", "places of known values"),
        ("text = '{shoe-size}'", "is no identifier"),
        ("text = '{imei}'\nsteps = ['pick x']", "takes a field"),
        ("text = '{imei}'\nsteps = [1]", "a text in quotes"),
        ("text = '{imei}'\nsteps = []", "not a list of 1 to 16"),
        ("text = '{imei}'\nsteps = 'md5'", "not a list of 1 to 16"),
        ("text = '{imei}'\nsteps = ['sha9']", "is none of"),
        ("text = '{imei}'\ncipher = 'rot13'", "unknown cipher"),
        ("text = '{imei}'\nmode = 'abc'", "unknown mode"),
    ):
        with pytest.raises(UsageError, match=told):
            read_secrets(_file(tmp_path, f"[[plaintext]]\nname = 'x'\n{wrong}\n"))
