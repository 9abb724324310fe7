"""What people write, as HTML: a small part of Markdown, and nothing that could do harm.

The parser lets no HTML through, and a second, independent tool keeps only the elements named here.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
    "span",
}  # fmt: skip
# Headings would break the outline of the page, and pictures from elsewhere would tell on readers.
RULES = [
    "blockquote", "fence", "hr", "list", "autolink", "backticks", "emphasis", "escape", "link",
    "newline", "strikethrough", "linkify", "entity",
]  # fmt: skip
MENTION = re.compile(r"@([\w][\w.+-]{0,78}\w|\w)")
# What only ever is plain text needs no parser: most of what people write is.
MARKED = re.compile(r"[*_`~\[\]<>@\\&]|^\s*(?:[-+]|\d+[.)])\s|://|www\.|\w\.[a-z]{2}", re.MULTILINE)


@lru_cache(maxsize=2000)
def prose(text: str) -> SafeString:
    """The text as safe HTML."""
    if MARKED.search(text) is None:
        return _plain(text)
    html = nh3.clean(
        _parser.render(text),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        allowed_classes={"span": {"mention"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # noqa: S308 made of escaped text and cleaned


def mentioned_in(text: str) -> list[str]:
    """The user names a text speaks to, each once; code and addresses of mail speak to nobody."""
    names: dict[str, None] = {}
    for block in _parser.parse(text):
        for token in block.children or ():
            if token.type == "mention":
                names[token.content.lower()] = None
    return list(names)


def _plain(text: str) -> SafeString:
    paragraphs = re.split(r"\n\s*\n", text.strip().replace("\r\n", "\n"))
    html = "".join(f"<p>{escape(each).replace(chr(10), '<br>')}</p>" for each in paragraphs)
    return mark_safe(html)  # noqa: S308 escaped


def _mention(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 as the parser calls it
    before = state.src[state.pos - 1] if state.pos else " "
    found = MENTION.match(state.src, state.pos)
    if found is None or before.isalnum() or before in "@._-/":
        return False
    if not silent:
        state.push("mention", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _mention_as_html(
    _renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: object, _env: object
) -> str:
    return f'<span class="mention">@{escape(tokens[place].content)}</span>'


def _made() -> MarkdownIt:
    made = MarkdownIt("zero", {"html": False, "linkify": True, "breaks": True})
    made.enable(RULES)
    made.inline.ruler.before("text", "mention", _mention)
    made.add_render_rule("mention", _mention_as_html)
    return made


_parser = _made()
