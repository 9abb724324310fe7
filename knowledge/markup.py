"""The text of articles as HTML: Markdown with headings, tables and our own pictures.

The parser lets no HTML through, and a second, independent tool keeps only the elements named here.
"""

import re
from functools import lru_cache
from urllib.parse import unquote

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
    "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "img": {"src", "alt", "title", "loading"},
}
PICTURES = "/knowledge/images/"
# Pictures and the addresses of links, then what begins lines, then what stands around words.
MARKS = re.compile(
    r"!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)"
    r"|^\s*(?:#{1,6}|>|[-+*]|\d+\.)\s|^[\s|:-]+$"
    r"|[*`|\[]|\b_|_\b",
    re.MULTILINE,
)
POINT = re.compile(r"\s*(?:#{1,6}|>|[-+*]|\d+\.)\s")
PICTURE = re.compile(r"^/knowledge/images/([0-9a-f]{48})/$")


@lru_cache(maxsize=500)
def article_html(text: str) -> SafeString:
    """The text as safe HTML; its headings stand below the title of the page."""
    html = nh3.clean(
        _parser.render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # noqa: S308 made of escaped text and cleaned


def pictures_in(text: str) -> set[str]:
    """The names of our pictures that a text shows."""
    return set(re.findall(r"/knowledge/images/([0-9a-f]{48})/", text))


def plain_text(text: str) -> str:
    """The words of a text in one line, nearly without its marks; a search shows many at once.

    Where a heading, a paragraph or a point of a list ended without a stop, a dot stands between.
    """
    said, is_new = "", False
    for line in text.split("\n"):
        words = " ".join(MARKS.sub(_unmarked, line).split())
        is_new = is_new or not words or bool(POINT.match(line))
        if words:
            is_open = said and said[-1] not in ".,:;!?…"
            said += (" · " if is_new and is_open else " " if said else "") + words
            is_new = line.startswith("#")
    return said


def _unmarked(mark: re.Match[str]) -> str:
    return " " if mark[0] == "|" else ""


def _kept(tag: str, name: str, value: str) -> str | None:
    """Pictures from elsewhere would tell others who reads what, so only our own are shown."""
    if tag == "img" and name == "src":
        return value if PICTURE.match(unquote(value)) else None
    return value


def _lower_headings(tokens: list[Token]) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(max(int(token.tag[1:]), 2), 4)}"


class _Parser:
    def __init__(self) -> None:
        self.made = MarkdownIt("commonmark", {"html": False, "linkify": True})
        self.made.disable(["html_block", "html_inline"])
        self.made.enable(["table", "strikethrough", "linkify"])

    def parse(self, text: str) -> list[Token]:
        tokens = self.made.parse(text)
        _lower_headings(tokens)
        for token in tokens:
            for each in token.children or ():
                if each.type == "image":
                    each.attrSet("loading", "lazy")
        return tokens

    def render(self, text: str) -> str:
        return str(self.made.renderer.render(self.parse(text), self.made.options, {}))


_parser = _Parser()
