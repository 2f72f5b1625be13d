"""Payloads in which something was exchanged, left out or added."""

import random
from typing import Any

from tests.hostile import HOSTILE

JUNK: list[Any] = [None, True, -1, 2**70, 1.5, "", "x", "9" * 400, [], {}, [[]], {"a": None}, *HOSTILE[:20]]


def broken(value: Any, chance: random.Random) -> Any:
    """The same with something in it exchanged, left out or added."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        if chance.random() < 0.15:
            return {name: each for name, each in value.items() if name != key}
        return value | {key: broken(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        where = chance.randrange(len(value))
        return [*value[:where], broken(value[where], chance), *value[where + 1 :]]
    return chance.choice(JUNK)
