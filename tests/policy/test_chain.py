"""The chain: whatever is changed afterwards shows."""

from hypothesis import given
from hypothesis import strategies as st

from policy.chain import GENESIS, Plain, link, seal

Content = dict[str, Plain]

CONTENT: Content = {"finding": "ZC2026-001", "seq": 1, "act": "open", "from": None, "imported": False}
plain = st.none() | st.booleans() | st.integers() | st.text()
contents = st.dictionaries(st.text(), plain)


def test_a_link_is_this_hash_for_ever() -> None:
    assert link(GENESIS, CONTENT) == ("6c94ac61720e441b3d9d23544a8b70b1f42cb3a256ab671854dc078a46c5a8ae")


def test_the_order_of_the_words_does_not_matter_but_each_word_does() -> None:
    assert link(GENESIS, dict(reversed(CONTENT.items()))) == link(GENESIS, CONTENT)
    assert link(GENESIS, CONTENT | {"seq": "1"}) != link(GENESIS, CONTENT)
    assert link(GENESIS, CONTENT | {"reason": ""}) != link(GENESIS, CONTENT)


@given(contents, contents)
def test_two_contents_share_a_hash_only_if_they_are_the_same(
    one: dict[str, str], other: dict[str, str]
) -> None:
    same = sorted(map(repr, one.items())) == sorted(map(repr, other.items()))
    assert (link(GENESIS, one) == link(GENESIS, other)) is same


@given(contents)
def test_each_link_depends_on_the_one_before(content: Content) -> None:
    assert link(link(GENESIS, content), content) != link(GENESIS, content)


def test_the_seal_shows_a_lost_tail_and_a_lost_chain() -> None:
    heads = {"A": "1" * 64, "B": "2" * 64}
    assert seal(dict(reversed(heads.items()))) == seal(heads)
    assert len({seal(heads), seal(heads | {"B": "3" * 64}), seal({"A": "1" * 64}), seal({})}) == 4
