"""Whatever somebody wrote is text on the page."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from playhead.backtest.page import UNREADABLE, tag


class Read(HTMLParser):
    """What a browser would find."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


WRITTEN = st.text() | st.sampled_from(["<script>", "</p>", "&lt;", "&amp", '" onclick="', "<!--", "]]>", "a\r\nb"])


@given(WRITTEN, WRITTEN)
def test_text_and_attributes_stay_what_they_are(text: str, value: str) -> None:
    found = Read(tag("p", text, cls="said", aria_label=value))
    readable = UNREADABLE.sub("\ufffd", text)
    assert found.tags == ["p"]
    assert found.text == readable
    assert found.attributes == [("class", "said"), ("aria-label", UNREADABLE.sub("\ufffd", value))]


def test_markup_goes_into_markup() -> None:
    assert tag("p", "1 < 2 ", tag("ins", "& so")) == "<p>1 &lt; 2 <ins>&amp; so</ins></p>"
