"""How alike two descriptions of a problem are, by the pairs of characters they share."""

import re
import unicodedata
from collections import Counter

LAYOUT = re.compile(r"[\W_]+")
ALIKE = 0.4
"""From here on somebody should look. Different problems of the sample ledger reach 0.16 at most, the same one
in other words mostly more than 0.45."""
SHORTEST = 8
"""Pairs; a text with fewer of them stands in many others by chance."""


def likeness(one: str, other: str) -> float:
    """From 0 to 1. Order, punctuation and width count for nothing, standing in a longer text for much.

    The measure is Dice's over bigrams, or nine tenths of how much of the shorter text the longer one has.
    """
    mine, theirs = pairs(one), pairs(other)
    shared = (mine & theirs).total()
    shorter, both = min(mine.total(), theirs.total()), mine.total() + theirs.total()
    if not shorter:
        return 0.0
    contained = 0.9 * shared / shorter if shorter >= SHORTEST else 0.0
    return max(2 * shared / both, contained)


def pairs(text: str) -> Counter[str]:
    plain = LAYOUT.sub("", unicodedata.normalize("NFKC", text).lower())
    return Counter(plain[n : n + 2] for n in range(len(plain) - 1))
