"""One form for what is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.canonical import (
    clean_url,
    hashtags_in,
    mentions_in,
    reposted_in,
    same_text,
    urls_in,
)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.example.com:80/a/b/?utm_source=x&id=3#frag",
        "https://example.com/a/b?id=3&fbclid=9",
        "example.com/a//b/?id=3",
        "HTTPS://M.EXAMPLE.COM/a/b?id=3",
        "https://mobile.example.com:443/a/b/?id=3&amp;utm_medium=y",
    ],
)
def test_writings_of_one_address_are_one(url: str) -> None:
    assert clean_url(url) == ("https://example.com/a/b?id=3", "example.com")


@pytest.mark.parametrize(
    ("url", "clean", "domain"),
    [
        ("https://t.co/AbC", "https://t.co/AbC", "t.co"),
        ("http://news.bbc.co.uk/x", "https://news.bbc.co.uk/x", "bbc.co.uk"),
        ("http://www.gov.uk/", "https://www.gov.uk", "www.gov.uk"),
        ("https://x.com/a/status/1", "https://twitter.com/a/status/1", "twitter.com"),
        ("http://youtu.be/dQw4", "https://youtube.com/watch?v=dQw4", "youtube.com"),
        (
            "https://www.youtube.com/watch?list=1&v=dQw4&t=3",
            "https://youtube.com/watch?v=dQw4",
            "youtube.com",
        ),
        ("http://müller.de/ä", "https://müller.de/%C3%A4", "müller.de"),
        ("http://1.2.3.4/x", "https://1.2.3.4/x", "1.2.3.4"),
        ("http://example.com:8080/x", "https://example.com:8080/x", "example.com"),
    ],
)
def test_known_forms(url: str, clean: str, domain: str) -> None:
    assert clean_url(url) == (clean, domain)


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "e.g.", "http://localhost/x", "ftp://a.com", "mailto:x@example.com"),
        *("http://a.com/…", "http://a.com/cut...", "http://[::1", "a.com:99999/x", "http://"),
        "http://example.com/" + "a" * 5_000,
    ],
)
def test_what_is_no_address(url: str) -> None:
    assert clean_url(url) is None


@given(st.text())
def test_nothing_raises(text: str) -> None:
    clean_url(text)
    same_text(text)
    for find in (urls_in, hashtags_in, mentions_in):
        assert all(find(text))


@given(
    st.from_regex(
        r"https?://[a-z]{1,8}\.(com|de|co\.uk)(/[a-zA-Z0-9._~%-]{0,9}){0,3}(\?a=[a-z0-9]{1,4})?",
        fullmatch=True,
    )
)
def test_a_clean_address_stays(url: str) -> None:
    if clean := clean_url(url):
        assert clean_url(clean[0]) == clean


def test_addresses_in_a_text() -> None:
    text = (
        "see http://a.com/x). and (https://en.wikipedia.org/wiki/A_(b)) http://b.comhttp://c.com "
        "https://t.co/xyzこんにちは www.foo.com/bar, ok"
    )
    assert urls_in(text) == [
        *("http://a.com/x", "https://en.wikipedia.org/wiki/A_(b)", "http://b.com"),
        *("http://c.com", "https://t.co/xyz", "www.foo.com/bar"),
    ]


def test_hashtags_in_any_script() -> None:
    text = "#नोटबंदी #Foo_1 #123 a#b &#39; http://x.com/#frag ＃日本語 ##x #2016election #MAGA!"
    assert hashtags_in(text) == ["नोटबंदी", "foo_1", "日本語", "2016election", "maga"]


def test_mentions() -> None:
    text = "@Bob. x@y.com .@Ann @user@mastodon.social @a.bsky.social http://m.com/@no @Real.I"
    assert mentions_in(text) == ["bob", "ann", "user@mastodon.social", "a.bsky.social", "real"]


@pytest.mark.parametrize(
    ("text", "handle"),
    [("RT @Foo: hey @bar", "foo"), ("RT@Foo hey", "foo"), ("START @foo", None), ("hi RT @x", None)],
)
def test_who_is_repeated(text: str, handle: str | None) -> None:
    assert reposted_in(text) == handle


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("RT @x: Hello,   WORLD!! 😀 https://t.co/x @foo", "hello world"),
        ("RT @a: RT @b: hi", "Hi."),
        ("Ｈｅｌｌｏ wor\u200bld", "hello world"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("STRASSE", "Straße"),
        ("नोटबंदी का असर!", "नोटबंदी का असर"),
        ("Привет, мир", "привет мир 👍🏽"),
    ],
)
def test_the_same_words(one: str, other: str) -> None:
    assert same_text(one) == same_text(other) != ""


@pytest.mark.parametrize(
    "text", ["", "@a @b", "https://t.co/x", "😀👍🏽 !!", "RT @x: http://a.com"]
)
def test_no_words(text: str) -> None:
    assert same_text(text) == ""


def test_other_words_differ() -> None:
    assert same_text("नोटबंदी") != same_text("नोटबदी")
    assert same_text("no 5 left") != same_text("no 6 left")
