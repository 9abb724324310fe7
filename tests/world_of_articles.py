"""What the little world knows, and what is being written of it."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from knowledge import actions
from knowledge.models import ArticleReview, Sort, Version

OF_ARTICLES: dict[str, Any] = {
    "POST api/v1/articles/": {"title": "Reset the router", "body": "Pull the plug."},
    "PATCH api/v1/articles/{known}/": {"title": "Reset every router"},
    "POST api/v1/articles/{known}/rate/": {"helpful": True},
    "POST api/v1/articles/{known}/uses/": {"ticket": "{held}"},
    "POST api/v1/articles/{known}/retire/": {"reason": "There are no routers any more."},
    "POST api/v1/article-reviews/": {"article": "{known}", "words": "The button is red now."},
    "PATCH api/v1/article-reviews/{rev}/": {"title": "Look at the button"},
    "POST api/v1/article-reviews/{rev}/assign/": {"team": "platform"},
    "POST api/v1/article-reviews/{rev}/finish/": {"words": "It says so now."},
    "POST api/v1/article-reviews/{rev}/cancel/": {"words": "It is green."},
    "POST api/v1/article-reviews/{rev}/comments/": {"body": "Any news?"},
    "POST api/v1/article-reviews/{rev}/links/": {"ticket": "{held}"},
    "POST api/v1/article-reviews/{rev}/priority/": {"priority": 1, "reason": "The fair."},
}
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf500f00038601805a347d6b0000000049454e44ae426082"
)


def written(alice: Any) -> dict[str, str]:
    """An article everybody reads, one that is drafted, one that is judged, and work."""
    known = _article(alice, "Connect to the VPN", audience="public")
    (picture,) = actions.add_images(
        article=known.article,
        files=[SimpleUploadedFile("dialog.png", PIXEL, "image/png")],
        actor=alice,
    )
    text = f"## Steps\n\n1. Start it.\n2. Sign in.\n\n{actions.markdown_of(picture)}\n"
    version = actions.save_article(
        article=known.article, language="en", given={"body": text}, actor=alice
    )
    # As if somebody else had judged it.
    Version.objects.filter(pk=version.pk).update(state="review")
    review = actions.open_work(version=version, sort=Sort.PUBLICATION, words="", actor=alice)
    actions.heard(review=review, word="granted", why="", actor=alice)
    judged = _article(alice, "Print on both sides", audience="public")
    actions.submit(version=judged, actor=alice)
    drafted = _article(alice, "Restart the shop", audience="staff")
    actions.ask_owners(article=known.article, words="The picture is old.", actor=alice)
    return {
        "known": known.article.number,
        "judged": judged.article.number,
        "drafted": drafted.article.number,
        "rev": ArticleReview.objects.get(sort="feedback").number,
        "picture": picture.stored_as.removeprefix("articles/"),
        "done": "finish",
        "forth": "confirm",
    }


def _article(alice: Any, title: str, *, audience: str) -> Version:
    given = {
        "title": title,
        "summary": "What to do, step by step.",
        "body": "1. Begin.",
        "audience": audience,
        "owner_team": "platform",
    }
    return actions.write_article(given=given, actor=alice)
