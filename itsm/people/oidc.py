"""OpenID Connect: asking a provider who somebody is, and checking what it answers.

Authorization code with PKCE, state and nonce; the provider's addresses and keys come from its
discovery document, and its keys are fetched anew when a token was signed with one we do not know.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.core.cache import cache
from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from itsm.core.errors import Refused
from itsm.core.http import Unreachable, call
from itsm.people.actions.identities import Told
from itsm.people.models import IdentityProvider

KEPT = 60 * 60
# Only signatures that need the provider's own key; never "none", never our shared secret.
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
CLOCKS_DIFFER = 60
LARGEST = 512 * 1024
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True)
class Question:
    """What we sent along and want to see again; kept in the session meanwhile."""

    provider: int
    state: str
    nonce: str
    verifier: str
    asked_at: float

    def kept(self) -> dict[str, Any]:
        return asdict(self)


def new_question(provider: IdentityProvider) -> Question:
    """A question nobody can answer but the provider."""
    return Question(
        provider=provider.pk,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        asked_at=time.time(),
    )


def address_to_ask(provider: IdentityProvider, question: Question, *, back_to: str) -> str:
    """Where the browser goes to answer it."""
    digest = hashlib.sha256(question.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back_to,
        "scope": provider.scopes,
        "state": question.state,
        "nonce": question.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    endpoint = _place(provider, "authorization_endpoint")
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def told_by(provider: IdentityProvider, question: Question, *, code: str, back_to: str) -> Told:
    """What the provider tells of whoever came back with this code."""
    answer = _token(provider, question, code=code, back_to=back_to)
    claims = _claims(provider, str(answer.get("id_token", "")), nonce=question.nonce)
    wanted = {provider.role_claim, provider.manager_claim, "email"} - {""}
    if not wanted <= claims.keys():
        claims = {**_more(provider, str(answer.get("access_token", "")), claims), **claims}
    return _told(provider, claims)


def _told(provider: IdentityProvider, claims: Mapping[str, Any]) -> Told:
    groups = claims.get(provider.role_claim, [])
    listed = groups if isinstance(groups, list) else [groups]
    return Told(
        subject=_text(claims, "sub"),
        username=_text(claims, "preferred_username") or _text(claims, "email").partition("@")[0],
        name=_text(claims, "name"),
        email=_text(claims, "email"),
        is_email_verified=claims.get("email_verified") is True,
        groups=tuple(str(each) for each in listed),
        managers=tuple(filter(None, [_text(claims, provider.manager_claim)])),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.replace("\x00", "")[:255] if isinstance(value, str) else ""


def _token(
    provider: IdentityProvider, question: Question, *, code: str, back_to: str
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back_to,
        "code_verifier": question.verifier,
    }
    headers = dict(FORM)
    ways = _metadata(provider).get("token_endpoint_auth_methods_supported")
    if not provider.client_secret:
        form["client_id"] = provider.client_id
    elif isinstance(ways, list) and "client_secret_basic" not in ways:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    else:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    content = urlencode(form).encode()
    return _read("POST", _place(provider, "token_endpoint"), headers=headers, content=content)


def _more(provider: IdentityProvider, token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the provider tells only when asked again; it must be about the same person."""
    endpoint = _metadata(provider).get("userinfo_endpoint")
    if not isinstance(endpoint, str) or not token:
        return {}
    more = _read("GET", endpoint, headers={"Authorization": f"Bearer {token}"})
    return more if more.get("sub") == claims.get("sub") else {}


def _claims(provider: IdentityProvider, token: str, *, nonce: str) -> dict[str, Any]:
    try:
        decoded = _decoded(provider, token)
        jwt.JWTClaimsRegistry(
            leeway=CLOCKS_DIFFER,
            iss={"essential": True, "value": _metadata(provider)["issuer"]},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(decoded.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _wrong() from error
    claims = dict(decoded.claims)
    is_ours = claims.get("azp", provider.client_id) == provider.client_id
    if not is_ours or not _text(claims, "sub"):
        raise _wrong()
    return claims


def _decoded(provider: IdentityProvider, token: str) -> jwt.Token:
    try:
        return jwt.decode(token, _keys(provider), algorithms=SIGNATURES)
    except (JoseError, ValueError):
        # The provider may have changed its keys since we fetched them.
        return jwt.decode(token, _keys(provider, is_anew=True), algorithms=SIGNATURES)


def _keys(provider: IdentityProvider, *, is_anew: bool = False) -> KeySet:
    key = f"oidc:{provider.pk}:{_mark(provider)}:keys"
    kept = None if is_anew else cache.get(key)
    if not isinstance(kept, dict):
        kept = _read("GET", _place(provider, "jwks_uri"))
        cache.set(key, kept, KEPT)
    return KeySet.import_key_set({"keys": kept["keys"]})


def _metadata(provider: IdentityProvider) -> dict[str, Any]:
    key = f"oidc:{provider.pk}:{_mark(provider)}:metadata"
    kept = cache.get(key)
    if isinstance(kept, dict):
        return kept
    issuer = provider.issuer.rstrip("/")
    found = _read("GET", f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise _wrong()
    cache.set(key, found, KEPT)
    return found


def _mark(provider: IdentityProvider) -> str:
    return hashlib.sha256(provider.issuer.encode()).hexdigest()[:12]


def _place(provider: IdentityProvider, name: str) -> str:
    place = _metadata(provider).get(name)
    if not isinstance(place, str) or not place.startswith(("https://", "http://")):
        raise _wrong()
    return place


def _read(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> dict[str, Any]:
    answer = call(method, address, headers=headers, content=content, max_bytes=LARGEST)
    if answer.status_code != 200:
        raise _wrong()
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        raise _wrong() from None
    if not isinstance(found, dict):
        raise _wrong()
    return found


def _wrong() -> Refused:
    return Unreachable(_("The other side did not answer as it must. Try again."))
