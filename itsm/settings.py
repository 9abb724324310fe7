"""Every setting, read from the environment; the meaning of each variable is in docs/settings.md."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.conf import global_settings

from itsm.core.logging import logging_settings
from itsm.core.supervision.places import places
from itsm.env import (
    Environment,
    broker_address,
    database_settings,
    email_settings,
    is_loopback,
    kept_secret,
    port_noted_in,
    refuse_weak_key,
    valkey_namespace,
)
from itsm.people.passwords import VALIDATORS

# So that classes may be written as their types are: admin.ModelAdmin[Team].
django_stubs_ext.monkeypatch()
env = Environment(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules
IS_COMMAND = Path(sys.argv[0]).name == "manage.py"
DEBUG = env.flag("DEBUG", default=False)

# Where we are and who may reach us.
DATA_DIR = (BASE_DIR / env.text("DATA_DIR", default=".data")).resolve()
PLACES = places(DATA_DIR)
HOST = env.text("HOST", default="127.0.0.1")
# A command beside the running installation speaks of the address that one answers at.
_port = 8000
if IS_COMMAND and sys.argv[1:2] != ["up"]:
    _port = port_noted_in(PLACES.run / "up.lock", default=_port)
PORT = env.number("PORT", default=_port, most=65535)
_base = env.address(
    "BASE_URL",
    default=f"http://{HOST if is_loopback(HOST) else '127.0.0.1'}:{PORT}",
    schemes=("http", "https"),
)
BASE_URL = f"{_base.scheme}://{_base.netloc}"
IS_SECURE = _base.scheme == "https"
IS_PUBLIC = not (is_loopback(HOST) and is_loopback(_base.hostname or ""))
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS") or sorted(
    {_base.hostname or "", "127.0.0.1", "localhost", "[::1]"}
)
# Host names and networks that outgoing calls may reach although they are private or plain http.
ALLOWED_OUTBOUND = env.names("ALLOWED_OUTBOUND")
# Whose word on the address of a client is taken.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
if not SECRET_KEY and (not IS_PUBLIC or TESTING):
    SECRET_KEY = kept_secret(DATA_DIR / "secret_key", length=64)
elif not DEBUG and not TESTING:
    refuse_weak_key(env, key=SECRET_KEY)
DEMO = env.flag("DEMO", default=not IS_PUBLIC)
if DEMO and IS_PUBLIC:
    env.refuse("DEMO is 1 on a public address: unset it, since the demo people share a password.")
DEMO_PASSWORD = env.text("DEMO_PASSWORD")
if DEMO and not DEMO_PASSWORD and not TESTING:
    DEMO_PASSWORD = kept_secret(DATA_DIR / "demo_password", length=12)
METRICS_TOKEN = env.text("METRICS_TOKEN")
_processes = min(2, os.cpu_count() or 1)
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", default=_processes, least=1, most=64)
WARM_UP = env.flag("WARM_UP", default=True)
CURRENCY = env.currency("CURRENCY", default="EUR")  # of prices that name none
RUNBOOK_DIR = Path(env.text("RUNBOOK_DIR", default=str(DATA_DIR / "runbooks")))
RUNBOOK_USER = env.user("RUNBOOK_USER")  # whom commands and playbooks run as, if we may choose
WORKER_CONCURRENCY = env.number("WORKER_CONCURRENCY", default=4, least=1, most=256)

INSTALLED_APPS = [
    "itsm.people",
    "itsm.inventory",
    "itsm.tickets",
    *("itsm.sla", "itsm.proposals"),
    "itsm.notifications",
    "itsm.monitoring",
    *("itsm.automation", "itsm.evidence"),
    "itsm.approvals",
    "incidents",
    *("problems", "problems.improvements"),
    "changes",
    "requests",
    "knowledge",
    "itsm.integrations",
    *("itsm.dashboard", "itsm.portal"),
    "itsm.administration.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "channels",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
    # Last, because it loads what the other rooms plug in.
    "itsm.core",
]
MIDDLEWARE = [
    "itsm.core.middleware.RequestMiddleware",
    "itsm.core.middleware.CompressionMiddleware",
    "itsm.core.middleware.ContentSecurityMiddleware",
    "itsm.core.middleware.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "itsm.people.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "itsm.people.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "itsm.urls"
ASGI_APPLICATION = "itsm.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

HAS_OWN_POSTGRES = not env.text("DATABASE_URL")
HAS_OWN_VALKEY = not env.text("REDIS_URL")
DB_POOL = env.number("DB_POOL", default=0 if TESTING or IS_COMMAND else 12, most=200)
_address = env.address(
    "DATABASE_URL", default=PLACES.database_url, schemes=("postgresql", "postgres")
)
DATABASES: dict[str, dict[str, Any]] = {"default": database_settings(_address, pool=DB_POOL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Valkey carries rings and forgettable counters; truth is in the database.
_valkey = env.address("REDIS_URL", default=PLACES.redis_url, schemes=("redis", "rediss", "unix"))
REDIS_URL = env.text("REDIS_URL", default=PLACES.redis_url)
REDIS_NAMESPACE = valkey_namespace(_valkey)
DOORBELL = not TESTING
CACHES = {"default": {"BACKEND": "itsm.core.cache.ForgivingRedisCache", "LOCATION": REDIS_URL}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": REDIS_NAMESPACE},
    }
}
CELERY_BROKER_URL = broker_address(_valkey)

# People.
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "itsm.people.ldap.LdapBackend",
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
    if TESTING
    else "django.contrib.auth.hashers.Argon2PasswordHasher"
]
AUTH_PASSWORD_VALIDATORS = VALIDATORS
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())
SESSION_COOKIE_NAME = "__Host-session" if IS_SECURE else "session"
SESSION_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_AGE = int(timedelta(hours=24).total_seconds())  # unused it ends after 8 h
SESSION_ENGINE = "itsm.people.session_store"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_SECURE else "csrf"
CSRF_COOKIE_SECURE = IS_SECURE
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# The proxy that holds the certificate redirects; here a redirect would lose posted alerts.
SILENCED_SYSTEM_CHECKS = ["security.W008"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# Words, times, files and mail.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "itsm" / "locale"]
FORMAT_MODULE_PATH = "itsm.formats"
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [*global_settings.STATICFILES_FINDERS, "itsm.core.bundles.BundleFinder"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "itsm.core.static_storage.StaticFiles"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG or TESTING
_mail = ("smtp", "smtp+tls", "smtps", "console")
globals().update(email_settings(env.address("EMAIL_URL", default="console:", schemes=_mail)))
MESSAGE_LOG_DAYS = env.number("MESSAGE_LOG_DAYS", default=180)  # of who was told; 0: for ever
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", default=f"steady@{_base.hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

API_RATE = env.number("API_RATE", default=3000)  # requests a minute of one user; 0: any number
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "itsm.people.authentication.TokenAuthentication",
        "itsm.people.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "itsm.people.authentication.WithinScopes",
    ],
    "DEFAULT_RENDERER_CLASSES": ["itsm.core.rest.answering.JSON"],
    "DEFAULT_PARSER_CLASSES": ["itsm.core.rest.reading.JSON"],
    "EXCEPTION_HANDLER": "itsm.core.rest.refusing.answer_to",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {"OAS_VERSION": "3.1.1", "POSTPROCESSING_HOOKS": []}

LOGGING = logging_settings(
    readable=DEBUG or TESTING or sys.stderr.isatty(),
    level=env.level("LOG_LEVEL", default="WARNING" if TESTING else "INFO"),
)
env.stop_if_wrong()
