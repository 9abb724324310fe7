"""The cache, which may be away: then nothing is found in it, and nobody is told otherwise."""

from collections.abc import Callable
from typing import Any

import redis
import structlog
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache

logger = structlog.get_logger(__name__)


def _forgiving(method: Callable[..., Any], *, otherwise: Any) -> Callable[..., Any]:
    def ask(cache: "ForgivingRedisCache", *args: Any, **options: Any) -> Any:
        try:
            return method(cache, *args, **options)
        except redis.RedisError as error:
            logger.warning("cache.silent", error=repr(error))
            return otherwise(*args, **options) if callable(otherwise) else otherwise

    return ask


def _default(_: str, default: Any = None, **__: Any) -> Any:
    return default


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, empty instead of failing while the server is away."""

    add = _forgiving(RedisCache.add, otherwise=True)
    get = _forgiving(RedisCache.get, otherwise=_default)
    set = _forgiving(RedisCache.set, otherwise=None)
    touch = _forgiving(RedisCache.touch, otherwise=False)
    delete = _forgiving(RedisCache.delete, otherwise=False)
    get_many = _forgiving(RedisCache.get_many, otherwise=lambda *_, **__: {})
    has_key = _forgiving(RedisCache.has_key, otherwise=False)
    incr = _forgiving(RedisCache.incr, otherwise=1)
    set_many = _forgiving(RedisCache.set_many, otherwise=lambda *_, **__: [])
    delete_many = _forgiving(RedisCache.delete_many, otherwise=None)
    clear = _forgiving(RedisCache.clear, otherwise=False)


def valkey() -> "redis.Redis":
    """The server behind the cache, for what needs more than keys and values."""
    client: redis.Redis = caches["default"]._cache.get_client(write=True)  # type: ignore[attr-defined]
    return client
