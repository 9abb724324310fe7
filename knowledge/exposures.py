"""What must not be read by everybody: texts that look as if they held a secret. Pure."""

import re

LOOKS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\b(?:ghp|gho|ghs|glpat|xox[abpr])[-_][A-Za-z0-9-]{16,}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."),
    re.compile(
        r"(?i)\b(?:password|passwd|passwort|kennwort|secret|api[_ -]?key|token)\b\W{0,3}[:=]\s*"
        r"[`'\"]?(?=[^\s`'\"]*[\d!@#$%^&*])[^\s`'\"<>{}]{6,}"
    ),
    re.compile(r"://[^\s/:@<>]+:[^\s/@<>]{3,}@"),
)


def secret_in(text: str) -> str:
    """The line of the text that looks as if it held a secret; empty when none does."""
    for line in text.splitlines():
        if any(look.search(line) for look in LOOKS):
            return line.strip()
    return ""
