# The application as an image: its dependencies from the lock, its code as it stands here. It is
# never made a wheel, which would install a package named `requests`.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=itsm.settings \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin steady \
    && mkdir -p /app /data /tmp/metrics \
    && chown steady: /data /tmp/metrics

WORKDIR /app
COPY requirements.lock .
RUN pip install --require-hashes -r requirements.lock
COPY . .
# Collected while building, with settings that serve nobody.
RUN SECRET_KEY=$(python -c "import secrets; print(secrets.token_urlsafe(64))") \
    BASE_URL=https://steady.invalid DATA_DIR=/app/build \
    python manage.py collectstatic --noinput --verbosity 0
ENV STATIC_ROOT=/app/build/static

USER steady
VOLUME /data
EXPOSE 8000
CMD ["uvicorn", "itsm.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--no-access-log", "--no-server-header", "--no-proxy-headers", "--timeout-graceful-shutdown", "20"]
