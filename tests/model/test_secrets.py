from __future__ import annotations

from vitne.model import Alphabet, Key, Salt, Secrets


def test_no_text_of_a_secret_shows_what_it_holds():
    secrets = Secrets(
        keys=(Key(name="k", data=b"p8rKw3Zq"),),
        salts=(Salt(name="s", data=b"pepper"),),
        alphabets=(Alphabet(name="a", letters="ZYXW"),),
    )
    for told in (repr(secrets), str(secrets), f"{secrets!r}"):
        assert "p8rKw3Zq" not in told
        assert "pepper" not in told
        assert "ZYXW" not in told
    assert "'k'" in repr(secrets)


def test_nothing_handed_over_is_false():
    assert not Secrets()
    assert Secrets(salts=(Salt(name="s", data=b"pepper"),))
