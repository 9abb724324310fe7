"""What to write into each tool so that it reports to a source."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

# In each: {address} ends with a slash, {token} is the source's.
SNIPPETS: Mapping[str, tuple[Any, str]] = {
    "alertmanager": (
        _("alertmanager.yml"),
        (
            "receivers:\n"
            "  - name: steady\n"
            "    webhook_configs:\n"
            "      - url: {address}\n"
            "        send_resolved: true\n"
            "        http_config:\n"
            "          authorization:\n"
            "            credentials: {token}\n"
        ),
    ),
    "prometheus": (
        _("prometheus.yml"),
        (
            "alerting:\n"
            "  alertmanagers:\n"
            "    - scheme: {scheme}\n"
            "      path_prefix: {path}\n"
            "      authorization:\n"
            "        credentials: {token}\n"
            "      static_configs:\n"
            "        - targets: ['{host}']\n"
        ),
    ),
    "grafana": (
        _("Grafana: Alerting → Contact points → Webhook"),
        (
            "URL                                    {address}\n"
            "Authorization header: scheme           Bearer\n"
            "Authorization header: credentials      {token}\n"
        ),
    ),
    "nagios": (
        _("commands.cfg"),
        (
            "define command {{\n"
            "  command_name  notify-steady\n"
            "  command_line  /usr/bin/curl -s -H 'Authorization: Bearer {token}' \\\n"
            "    --data-urlencode 'notification_type=$NOTIFICATIONTYPE$' \\\n"
            "    --data-urlencode 'host=$HOSTNAME$' \\\n"
            "    --data-urlencode 'service=$SERVICEDESC$' \\\n"
            "    --data-urlencode 'state=$SERVICESTATE$' \\\n"
            "    --data-urlencode 'output=$SERVICEOUTPUT$' {address}\n"
            "}}\n"
        ),
    ),
    "datadog": (
        _("Datadog: Integrations → Webhooks"),
        'URL             {address}\nCustom headers  {{"Authorization": "Bearer {token}"}}\n',
    ),
    "splunk": (_("Splunk: Alert → Add action → Webhook"), "URL  {address}{token}/\n"),
}
ANY_TOOL = (
    _("Any tool, or a shell"),
    (
        "curl -X POST {address} \\\n"
        "  -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n"
        "  -d '{example}'\n"
    ),
)


def snippet_for(
    kind: str, *, base: str, slug: str, token: str, example: str = "{}"
) -> tuple[str, str]:
    """Where to write what."""
    scheme, _colon, host = base.partition("://")
    title, text = SNIPPETS.get(kind, ANY_TOOL)
    path = f"/hooks/{slug}"
    shown = text.format(
        address=f"{base}{path}/",
        scheme=scheme,
        host=host,
        path=path,
        token=token,
        example=example.replace("'", "'\\''"),
    )
    return str(title), shown
