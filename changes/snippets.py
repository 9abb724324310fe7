"""What to write into each delivery tool so that it tells us what it does."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

# In each: {address} ends with a slash, {token} is the pipeline's.
SNIPPETS: Mapping[str, tuple[Any, str]] = {
    "github": (
        _("GitHub: Settings → Webhooks"),
        (
            "Payload URL   {address}\n"
            "Content type  application/json\n"
            "Secret        {token}\n"
            "Events        Deployments, Deployment statuses, Workflow runs, Pull requests, Pushes\n"
        ),
    ),
    "gitlab": (
        _("GitLab: Settings → Webhooks"),
        (
            "URL           {address}\n"
            "Secret token  {token}\n"
            "Trigger       Pipeline events, Merge request events, Deployment events\n"
        ),
    ),
    "jenkins": (
        _("Jenkins: Notification plugin"),
        "Format  JSON\nProtocol  HTTP\nEvent  All Events\nURL  {address}{token}/\n",
    ),
    "argocd": (
        _("argocd-notifications-cm"),
        (
            "service.webhook.steady: |\n"
            "  url: {address}\n"
            "  headers:\n"
            "    - name: Authorization\n"
            "      value: Bearer {token}\n"
        ),
    ),
    "terraform": (
        _("A shell that runs Terraform"),
        (
            "terraform plan -out=plan && terraform show -json plan |\n"
            "  curl -sf {address} -H 'Authorization: Bearer {token}' \\\n"
            "    -H 'Content-Type: application/json' --data-binary @-\n"
            "terraform apply -json plan | tee apply.jsonl\n"
            "curl -sf {address} -H 'Authorization: Bearer {token}' \\\n"
            "  -H 'Content-Type: application/x-ndjson' --data-binary @apply.jsonl\n"
        ),
    ),
    "terraform-cloud": (
        _("HCP Terraform: Run Tasks, Notifications"),
        "Endpoint URL  {address}\nHMAC key      {token}\n",
    ),
}
ANY_TOOL = (
    _("Any tool, or a shell"),
    (
        "curl -X POST {address} \\\n"
        "  -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n"
        '  -d \'{{"event": "deployment", "id": "42", "outcome": "succeeded"}}\'\n'
    ),
)


def snippet_for(kind: str, *, address: str, token: str) -> tuple[str, str]:
    """Where to write what."""
    title, text = SNIPPETS.get(kind, ANY_TOOL)
    return str(title), text.format(address=address, token=token)
