from __future__ import annotations

import pytest

from vitne.catalog import recipes
from vitne.catalog.reading import read_file
from vitne.catalog.recipes import RecipeFile

GOOD = """
id = "a"
title = "A"
licence = "CC0-1.0"
because = "docs/notes/keys.md"
gives = "key"
text = "{time}"
steps = ["md5"]
names = { time = ["time"] }
example = [{ fields = { time = "1" }, hex = "c4ca4238a0b923820dcc509a6f75849b" }]
"""


def read(folder, text):
    path = folder / "a.toml"
    path.write_text(text, encoding="utf-8")
    errors: list[str] = []
    return read_file(path, RecipeFile, errors), errors


def test_a_recipe_is_read(tmp_path):
    file, errors = read(tmp_path, GOOD)
    assert errors == []
    assert file.names == {"time": ("time",)}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('id = "a"', 'id = "b"', "not the name of the file"),
        ('gives = "key"', 'gives = "lock"', "Invalid enum value"),
        ("{time}", "{moment}", "names has to hold the words"),
        ('["time"]', '["Time"]', "lower case"),
        ('licence = "CC0-1.0"', 'licence = "mine"', "licence"),
        ('title = "A"', 'title = "A"\ncolour = "red"', "unknown field"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_told(tmp_path, old, new, why):
    _, errors = read(tmp_path, GOOD.replace(old, new))
    assert why in " ".join(errors)


def test_the_recipes_of_the_project_are_sourced():
    assert {file.because for file in recipes()} == {"docs/notes/keys.md"}
