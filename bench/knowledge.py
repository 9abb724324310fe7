"""What knowledge costs: a search over a hundred thousand articles, and the page of one."""

import random
import time
from collections.abc import Callable
from functools import partial

from django.db import connection
from django.test import Client

from bench.cases import Figure
from itsm.people.models import Team, User
from knowledge.models import Article, Version
from knowledge.search import find

ARTICLES = 100_000
GOAL_SEARCH = "p95 <= 60 ms"
GOAL_PAGE = "<= 40 ms CPU"
# A hundred common words, and thousands of rare ones, as people write.
_ALL = """
printer network login mail server laptop account access error screen shop order payment card phone
update install connect slow crash restart database backup folder share drive license browser
certificate password wifi vpn meeting calendar invoice report export import till
"""
COMMON = _ALL.split()
FILL = """
INSERT INTO knowledge_article (number, kind, owner_team_id, origin, created_by_id, created_at)
SELECT 'KB-9' || place, 'how_to', %(team)s, '', %(user)s, now()
FROM generate_series(1, %(count)s) AS place
"""
VERSIONS = """
INSERT INTO knowledge_version (article_id, language, number, state, title, summary, keywords, body,
    audience, note, author_id, writers, saved_at, saves, published_at, review_due_at, stale_because)
SELECT article.id, CASE WHEN article.id %% 5 = 0 THEN 'de' ELSE 'en' END, 1, 'published',
    initcap(words(article.id, 5)), words(article.id + 7, 12), '', words(article.id + 13, 160),
    CASE WHEN article.id %% 3 = 0 THEN 'staff' ELSE 'public' END, '', %(user)s, '{}', now(), 1,
    now(), now() + interval '180 days', ''
FROM knowledge_article AS article WHERE number LIKE 'KB-9%%'
"""
WORDS = """
CREATE OR REPLACE FUNCTION pg_temp.words(seed bigint, count int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(CASE WHEN (seed * 31 + place * place * 7) %% 3 = 0
        THEN 'w' || to_hex((seed * 2654435761 + place * 40503) %% 20000)
        ELSE (%(common)s::text[])[1 + (seed * 17 + place * 13 + (seed / 7) * place) %% {size}]
        END, ' ')
    FROM generate_series(1, count) AS place
$$
"""


def report(*, size: int) -> list[Figure]:
    """Fill once, then search as staff and as end users, and open pages."""
    agent = User.objects.get(username="agent-1")
    reader = User.objects.get(username="requester-1")
    _fill(agent)
    return [
        _searching(agent, size, "staff"),
        _searching(reader, size, "end users"),
        _pages(agent, size, "/knowledge/{number}/", "page of an article"),
        _pages(reader, size, "/portal/knowledge/{number}/", "article in the portal"),
    ]


def _fill(user: User) -> None:
    missing = ARTICLES - Article.objects.filter(number__startswith="KB-9").count()
    if missing <= 0:
        return
    team = Team.objects.order_by("pk")[0]
    with connection.cursor() as cursor:
        cursor.execute(WORDS.format(size=len(COMMON)), {"common": COMMON})
        cursor.execute(FILL, {"team": team.pk, "user": user.pk, "count": missing})
        cursor.execute(VERSIONS.replace("words(", "pg_temp.words("), {"user": user.pk})
        cursor.execute("ANALYZE knowledge_article, knowledge_version")


def _searching(user: User, size: int, who: str) -> Figure:
    chance = random.Random(4711)
    questions = [" ".join(chance.sample(COMMON, chance.randint(1, 4))) for _ in range(150)] + [
        f"my {each} does not work" for each in COMMON
    ]
    spent = sorted(
        _milliseconds(partial(find, user, text), time.perf_counter) for text in questions
    )
    what = f"search over {ARTICLES:,} articles, {who}"
    return Figure(what, size, spent[len(spent) // 2], "ms", GOAL_SEARCH, slowest=_p95(spent))


def _pages(user: User, size: int, address: str, what: str) -> Figure:
    visitor = Client(SERVER_NAME="127.0.0.1")
    visitor.force_login(user)
    public = Version.objects.filter(state="published", audience="public")
    numbers = list(public.order_by("-pk").values_list("article__number", flat=True)[:60])
    places = [address.format(number=number) for number in numbers]
    if visitor.get(places[0]).status_code != 200:
        raise RuntimeError(f"{places[0]} shows nothing.")
    spent = sorted(_milliseconds(partial(visitor.get, each), time.process_time) for each in places)
    return Figure(what, size, spent[len(spent) // 2], "ms CPU", GOAL_PAGE, slowest=_p95(spent))


def _milliseconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    work()
    return (clock() - began) * 1000


def _p95(spent: list[float]) -> float:
    return spent[int(len(spent) * 0.95)]
