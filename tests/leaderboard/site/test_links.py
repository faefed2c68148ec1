"""Where pages lie."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.site import links


def test_a_slash_is_two_dashes_and_the_rest_is_hexadecimal() -> None:
    assert links.task_page("mair/SciFact") == "tasks/mair--SciFact.html"
    assert links.slug("nDCG@10") == "nDCG~4010"  # "@" is 0x40
    assert links.slug("é") == "~c3a9"  # its two bytes in UTF-8


@given(st.text(max_size=30))
def test_a_slug_stays_in_its_folder(name: str) -> None:
    slug = links.slug(name)
    assert slug
    assert slug[0] != "."
    assert not set(slug) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-")


@given(st.text(max_size=8), st.text(max_size=8))
def test_two_names_without_slashes_dashes_or_tildes_have_two_slugs(one: str, other: str) -> None:
    one, other = (text.translate(dict.fromkeys(map(ord, "/-~"))) for text in (one, other))
    assert (links.slug(one) == links.slug(other)) == (one == other)


def test_the_compare_page_carries_its_state_behind_a_hash() -> None:
    assert links.compare_page() == "compare.html"
    assert links.compare_page(["a", "b"], "toy/x y") == "compare.html#rows=a%2Cb&task=toy%2Fx%20y"


def test_the_root_is_as_many_steps_up_as_the_page_is_deep() -> None:
    assert links.root_of("index.html") == ""
    assert links.root_of("tasks/a.html") == "../"
    assert links.root_of("a/b/c.html") == "../../"
