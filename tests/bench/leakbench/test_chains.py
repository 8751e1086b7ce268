"""The lists of chains, fixed and drawn."""

from __future__ import annotations

import pytest
from bench.leakbench.cargo import CannotCarryError
from bench.leakbench.cases import Means, build

from bench.leakbench import compose, fixed
from bench.leakbench.layers import LAYERS


def test_there_are_at_least_150_chains_and_each_can_be_made(person, chance, words):
    means = Means(chance, words, fixed.templates())
    made = set()
    for recipe in fixed.recipes():
        try:
            build(recipe, person, means)
        except CannotCarryError:
            continue
        made.add(recipe.chain)
    assert len(made) >= 150
    # a chain that fits none of this person's values depends on chance: a number with a sign, a first digit
    assert len(set(fixed.chains()) - made) <= 2


def test_an_unknown_word_of_a_chain_is_an_error():
    with pytest.raises(ValueError, match="unknown word"):
        fixed.parse("x", "y", "json no-such-layer")


def test_the_pool_has_the_layers_that_were_asked_for():
    assert len(compose.POOL) == 27
    assert len(set(compose.POOL)) == 27
    assert set(compose.POOL) <= set(LAYERS)


@pytest.mark.parametrize("depth", [1, 3, 6])
def test_a_draw_has_the_depth_asked_for(depth, person, chance, words):
    rejected = compose.Rejections()
    for _ in range(20):
        recipe, cargo, load = compose.draw(person, depth, Means(chance, words), rejected=rejected)
        assert len(recipe.layers) == depth
        assert cargo.reachable
        assert load.value[0] < load.value[1]


def test_what_cannot_be_carried_is_counted_by_the_layer_that_refused(person, chance, words):
    rejected = compose.Rejections()
    for _ in range(200):
        compose.draw(person, 4, Means(chance, words), rejected=rejected)
    assert {name for name, _ in rejected.layers} <= {"json", "utf-16le", "base58", "websocket-mask"}
    assert rejected.carriers
