"""HTML of posts → text and links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unswarm.readers._parts.markup import markup


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a &amp; b<br>c</p><p>d</p>", "a & b\nc\n\nd"),
        ("no markup & 1 < 2", "no markup & 1 < 2"),
        ('<span class="invisible">https://</span>a.example', "https://a.example"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("a<script>alert(1)</script>b", "ab"),
        ("<![foo[x]]>a", "a"),
        (None, ""),
        ("", ""),
    ],
)
def test_text(html, text):
    assert markup(html).text == text


def test_links_with_what_they_say_they_are():
    found = markup(
        '<a href="https://a.example/@ann" class="u-url mention">@<span>ann</span></a>'
        '<a href="https://b.example?x=1&amp;y=2" rel="nofollow me">b</a><a>c</a>'
    ).anchors
    assert [(one.url, one.text) for one in found] == [
        *(("https://a.example/@ann", "@ann"), ("https://b.example?x=1&y=2", "b"), ("", "c"))
    ]
    assert [sorted(one.marks) for one in found] == [["mention", "u-url"], ["me", "nofollow"], []]


def test_a_link_that_only_names_the_quoted_post():
    html = '<p class="quote-inline">RE: <a href="https://q.example">q</a><br></p>'
    found = markup(html + '<p><a href="https://l.example">l</a></p>').anchors
    assert [(one.url, one.quoting) for one in found] == [
        *(("https://q.example", True), ("https://l.example", False))
    ]


@given(st.text('<>![]/a"=&#;-p x?'))
def test_nothing_makes_it_fail(html):
    assert isinstance(markup(html).text, str)


@given(st.text(st.characters(exclude_characters="<&\r\0", exclude_categories=("Cs",))))
def test_plain_text_stays(text):
    assert markup(text).text.split() == text.split()
