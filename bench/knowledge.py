"""What knowledge costs: a search over a hundred thousand articles, and the page of one."""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from django.contrib.postgres.indexes import GinIndex
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
FROM generate_series(1, %(count)s) AS place RETURNING id
"""
COLUMNS = (
    *("article_id", "language", "number", "state", "title", "summary", "keywords", "body"),
    *("audience", "note", "author_id", "writers", "saved_at", "saves", "published_at"),
    *("review_due_at", "stale_because"),
)
RARE = [f"w{each:x}" for each in range(20_000)]


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
    """The articles at one go: the long indexes are made once all words are there."""
    missing = ARTICLES - Article.objects.filter(number__startswith="KB-9").count()
    if missing <= 0:
        return
    began = time.perf_counter()
    team = Team.objects.order_by("pk")[0]
    long_ones = [each for each in Version._meta.indexes if isinstance(each, GinIndex)]
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"team": team.pk, "user": user.pk, "count": missing})
        keys = [row[0] for row in cursor.fetchall()]
        # Both cores build an index, and none of it goes by the disk.
        cursor.execute("SET maintenance_work_mem = '512MB'")
        with connection.schema_editor() as editor:
            for each in long_ones:
                editor.remove_index(Version, each)
        with cursor.copy(f"COPY knowledge_version ({', '.join(COLUMNS)}) FROM STDIN") as lines:
            for row in _versions(keys, user):
                lines.write_row(row)
        with connection.schema_editor() as editor:
            for each in long_ones:
                editor.add_index(Version, each)
        cursor.execute("VACUUM ANALYZE knowledge_article, knowledge_version")
    print(f"{missing:,} articles in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def _versions(keys: Sequence[int], user: User) -> Iterator[tuple[object, ...]]:
    """What each article says: two words of three are common ones."""
    chance = random.Random(815)
    now = datetime.now(UTC)
    due = now + timedelta(days=180)

    def words(count: int) -> str:
        common = chance.choices(COMMON, k=count - count // 3)
        found = common + chance.choices(RARE, k=count // 3)
        chance.shuffle(found)
        return " ".join(found)

    for key in keys:
        yield (
            *(key, "en" if key % 5 else "de", 1, "published"),
            *(words(5).capitalize(), words(12), "", words(160)),
            *("public" if key % 3 else "staff", "", user.pk, "{}", now, 1, now, due, ""),
        )


def _searching(user: User, size: int, who: str) -> Figure:
    chance = random.Random(4711)
    questions = [
        *(" ".join(chance.sample(COMMON, chance.randint(1, 4))) for _ in range(150)),
        *(f"my {each} does not work" for each in COMMON),
        # Rare words beside common ones, whole sentences of them, and words no article has.
        *(_mixed(chance, chance.randint(0, 3), chance.randint(1, 2)) for _ in range(60)),
        *(_mixed(chance, 5, 3) for _ in range(20)),
        *(f"{chance.choice(COMMON)} tpying{each}" for each in range(20)),
    ]
    spent = sorted(
        _milliseconds(partial(find, user, text), time.perf_counter) for text in questions
    )
    what = f"search over {ARTICLES:,} articles, {who}"
    return Figure(what, size, spent[len(spent) // 2], "ms", GOAL_SEARCH, slowest=_p95(spent))


def _mixed(chance: random.Random, common: int, rare: int) -> str:
    return " ".join([*chance.sample(COMMON, common), *chance.sample(RARE, rare)])


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
