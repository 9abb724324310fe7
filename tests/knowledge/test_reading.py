"""Articles found, shown safely, compared, and written through the pages people use."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from itsm.people.models import User
from knowledge import actions
from knowledge.differences import difference
from knowledge.markup import TAGS, article_html
from knowledge.models import ArticleReview, Image, Synonym, Version
from knowledge.search import find
from tests.factories import TeamFactory
from tests.factories_of_articles import ArticleFactory, VersionFactory
from tests.world_of_articles import PIXEL

HARM = "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1))"


def numbers(hits: Any) -> list[str]:
    return [each.version.title for each in hits]


@pytest.mark.parametrize(
    "text",
    [
        HARM,
        "![x](https://evil.example/a.png)",
        "![x](//evil.example/a.png)",
        "![x](data:image/png;base64,AAAA)",
        "![x](/knowledge/images/../../admin/)",
        "{{ settings.SECRET_KEY }} {% debug %}",
        "<a href='data:text/html,x'>a</a>",
        '[a](vbscript:x) [b](data:text/html,x) <https://a/"onmouseover=alert(1)>',
    ],
)
def test_nothing_in_a_text_does_harm(text: str) -> None:
    elements = elements_in(article_html(text))

    assert all(tag in TAGS for tag, _attributes in elements)
    for _tag, attributes in elements:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        assert "src" not in attributes
        assert attributes.get("href", "https:").partition(":")[0] in ("http", "https", "mailto")


def elements_in(html: str) -> list[tuple[str, dict[str, str]]]:
    """What a browser would make of it."""
    found: list[tuple[str, dict[str, str]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, {name: value or "" for name, value in attrs}))

    Reader().feed(html)
    return found


def test_headings_tables_and_our_pictures_are_kept() -> None:
    name = "0" * 48
    html = article_html(f"# One\n\n|a|b|\n|-|-|\n|1|2|\n\n![p](/knowledge/images/{name}/)")

    assert "<h2>One</h2>" in html
    assert "<td>1</td>" in html
    assert f'src="/knowledge/images/{name}/"' in html


@given(st.text(alphabet="ab \n", max_size=60), st.text(alphabet="ab \n", max_size=60))
def test_a_difference_holds_all_that_went_and_came(before: str, after: str) -> None:
    lines = difference(before, after)

    told = ["".join(text for text, _changed in each.parts) for each in lines]
    gone = [line for each, line in zip(lines, told, strict=True) if each.sort == "gone"]
    come = [line for each, line in zip(lines, told, strict=True) if each.sort == "new"]
    kept = len(before.splitlines()) - len(gone)
    assert kept == len(after.splitlines()) - len(come)
    assert bool(lines) == (before.splitlines() != after.splitlines())
    assert set(gone) <= set(before.splitlines())
    assert set(come) <= set(after.splitlines())


@pytest.mark.django_db
def test_words_find_by_stem_prefix_and_synonym_what_one_may_read(
    alice: User, charlie: User
) -> None:
    public: dict[str, Any] = {"state": "published", "audience": "public"}
    vpn = VersionFactory(title="Connect to the VPN", **public)
    VersionFactory(title="Printers jam", body="Take the paper out.", **public)
    VersionFactory(title="VPN gateway for staff", state="published", audience="staff")
    VersionFactory(title="VPN draft", state="draft", audience="public")
    VersionFactory(article=vpn.article, number=2, title="VPN next", state="draft")
    german = VersionFactory(
        article=vpn.article, language="de", title="Mit dem VPN verbinden", **public
    )
    Synonym.objects.create(words="vpn, tunnel, remote access")

    assert numbers(find(charlie, "how do I get connected to the vpn?")) == ["Connect to the VPN"]
    assert numbers(find(charlie, "the remote access is gone")) == ["Connect to the VPN"]
    assert numbers(find(charlie, "tunnel")) == ["Connect to the VPN"]
    assert numbers(find(charlie, "connec")) == ["Connect to the VPN"]
    assert numbers(find(charlie, "printer jammed")) == ["Printers jam"]
    assert set(numbers(find(alice, "vpn"))) == {"Connect to the VPN", "VPN gateway for staff"}
    assert numbers(find(charlie, vpn.article.number.lower())) == ["Connect to the VPN"]
    assert find(charlie, "' | !:* \x00 & <->") == []
    assert german.pk != vpn.pk


@pytest.mark.django_db
def test_a_search_marks_what_it_found_and_costs_few_statements(
    alice: User, charlie: User, client: Client
) -> None:
    for count in range(12):
        VersionFactory(title=f"VPN case {count}", state="published", audience="public")
    client.force_login(charlie)
    client.get("/portal/knowledge/?q=vpn")

    with CaptureQueriesContext(connection) as captured:
        page = client.get("/portal/knowledge/?q=vpn").content.decode()

    assert "<mark>VPN</mark>" in page
    assert len(captured) <= 9


@pytest.mark.django_db
def test_pages_of_articles_cost_the_same_however_many_there_are(
    alice: User, client: Client
) -> None:
    def cost(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    client.force_login(alice)
    version = VersionFactory(state="published")
    own = f"/knowledge/{version.article.number}/"
    few = [cost("/knowledge/"), cost(own), cost("/api/v1/articles/")]
    for count in range(5):
        VersionFactory(state="published", article=ArticleFactory(owner_team=TeamFactory()))
        VersionFactory(article=version.article, number=count + 2, state="outdated", title="Older")

    assert [cost("/knowledge/"), cost(own), cost("/api/v1/articles/")] == few
    assert few[1] <= 24


@pytest.mark.django_db
def test_an_article_is_written_judged_and_compared_through_the_pages(
    alice: User, bob: User, charlie: User, client: Client
) -> None:
    client.force_login(alice)
    form = {
        "kind": "how_to",
        "title": "Reset the router",
        "summary": "Make it forget.",
        "body": f"Press the button. {HARM}",
        "audience": "public",
        "owner_team": "platform",
        "language": "en",
        "do": "submit",
    }
    answer = client.post("/knowledge/new/", form)
    version = Version.objects.get()
    assert answer.status_code == 302
    assert version.state == "review"

    other = Client()
    other.force_login(bob)
    review = ArticleReview.objects.get()
    assert "Press the button." in other.get(f"/reviews/{review.number}/").content.decode()
    approval = review.approvals.get()
    back = f"/knowledge/{version.article.number}/"
    other.post(
        f"/approvals/{approval.pk}/vote/",
        {"word": "approved", "seen": approval.snapshot_hash, "back": back},
    )
    version.refresh_from_db()
    assert version.state == "published"

    client.post(f"{back}edit/", form | {"body": "Hold the button for ten seconds.", "do": "save"})
    compared = client.get(f"{back}compare/").content.decode()
    assert "<del>" in compared
    assert "<ins>" in compared
    reader = Client()
    reader.force_login(charlie)
    page = reader.get(f"/portal{back}").content.decode()
    assert "Press the button." in page
    assert "<script>alert" not in page


@pytest.mark.django_db
def test_only_pictures_come_in_and_only_readers_of_a_text_see_them(
    alice: User, charlie: User, client: Client
) -> None:
    given_words = {"title": "With a picture", "owner_team": "platform", "body": "x"}
    version = actions.write_article(given=given_words, actor=alice)
    client.force_login(alice)
    address = f"/knowledge/{version.article.number}/images/"
    wrong = SimpleUploadedFile("a.png", b"<svg onload=alert(1)>", "image/png")
    assert client.post(address, {"files": wrong}).status_code == 422
    right = SimpleUploadedFile("a.png", PIXEL, "image/png")
    told = client.post(address, {"files": right}).json()["text"]
    picture = actions.address_of_image(Image.objects.get())
    assert told == f"![a.png]({picture})"

    reader = Client()
    reader.force_login(charlie)
    assert reader.get(picture).status_code == 404
    VersionFactory(
        article=version.article, number=2, state="published", audience="public", body=told
    )
    shown = reader.get(picture)
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/png"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["Content-Disposition"].startswith("attachment")
