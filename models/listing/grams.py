"""Text as it is looked for: letters and signs alone, and the pairs of neighbours by which it is found.

Chinese has no breaks between words, so that every two signs side by side are one entry of the index.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

RUN = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """Wide and narrow, large and small letters are one; whatever is no letter, sign or digit is a space."""
    return " ".join(RUN.findall(unicodedata.normalize("NFKC", text).casefold()))


def pairs(words: str) -> Iterator[str]:
    """Neighbours in text that is `plain`; a single sign has none."""
    for run in words.split(" "):
        yield from (run[place : place + 2] for place in range(len(run) - 1))


def entries(words: str) -> str:
    """The pairs as SQLite's index has them: by number, whatever it takes for a letter."""
    return " ".join(entry(pair) for pair in pairs(words))


def entry(pair: str) -> str:
    return "x".join(f"{ord(sign):x}" for sign in pair)


def all_of(words: str) -> str:
    """The question to SQLite's index for text with all these pairs."""
    return " ".join(f'"{one}"' for one in _once(entry(pair) for pair in pairs(words)))


def _once(those: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(those))
