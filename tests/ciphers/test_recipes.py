from __future__ import annotations

import hashlib

import pytest

from vitne import catalog
from vitne.ciphers.blocks import BLOCKS, OTHERS
from vitne.ciphers.recipes import Recipes, made
from vitne.ciphers.steps import complaint


@pytest.mark.parametrize("file", catalog.recipes(), ids=lambda file: file.id)
def test_the_examples_of_a_recipe_give_their_keys_and_the_counter_examples_none(file):
    assert not any(complaint(step) for step in (*file.steps, *file.iv_steps))
    assert file.cipher in {"", *BLOCKS, *OTHERS}
    for example in file.example:
        fields = {name.lower(): value.encode() for name, value in example.fields.items()}
        key = made(file.text, file.steps, file.names, fields)
        assert key is not None
        assert key.hex() == example.hex
        if file.iv_text:
            start = made(file.iv_text, file.iv_steps, file.names, fields)
            assert start is not None
            assert start.hex() == example.iv
    assert file.counter_example
    for example in file.counter_example:
        fields = {name.lower(): value.encode() for name, value in example.fields.items()}
        assert made(file.text, file.steps, file.names, fields) is None


def test_a_message_that_tells_what_a_recipe_needs_yields_a_key_that_names_the_recipe():
    fields = {"app_id": b"1000000001", "app_key": b"5000000001", "device_id": b"dev-0001"}
    keys = {key.name: key for key in Recipes(catalog.recipes()).keys(fields)}
    text = hashlib.md5(b"seed:1000000001-5000000001-dev-0001").hexdigest()[:16].encode()
    assert keys["recipe mistat-3"].data == text
    other = hashlib.md5(b"seed:dev-0001-5000000001-1000000001").hexdigest()[:16].encode()
    assert (keys["recipe mistat-5"].data, keys["recipe mistat-5"].iv) == (text, other)


def test_every_field_that_may_hold_a_salt_gives_one():
    salts = Recipes(catalog.recipes()).salts(
        {"pkg": b"com.example.app", "app_key": b"5000", "colour": b"blue"}
    )
    assert {salt.data for salt in salts} == {b"com.example.app", b"5000"}


def test_fields_that_are_empty_or_too_long_give_none():
    recipes = Recipes(catalog.recipes())
    assert recipes.keys({"time": b""}) == []
    assert recipes.keys({"time": b"1" * 300}) == []
