"""WebAuthn: what is asked of the browser, and whether its answer holds."""

from typing import Any

import webauthn
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from itsm.core.errors import Invalid
from itsm.people.models import Passkey, User

CHALLENGE = "passkey_challenge"
LONGEST = 20_000


def options_to_add(request: HttpRequest, *, user: User) -> str:
    """What the browser needs to make a passkey, as JSON; the challenge stays in the session."""
    options = webauthn.generate_registration_options(
        rp_id=_host(request),
        rp_name="Steady",
        user_id=salted_hmac("people.passkey", str(user.pk), algorithm="sha256").digest(),
        user_name=user.username,
        user_display_name=str(user),
        exclude_credentials=_known(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    request.session[CHALLENGE] = bytes_to_base64url(options.challenge)
    return webauthn.options_to_json(options)


def options_to_use(request: HttpRequest, *, user: User | None) -> str:
    """What the browser needs to show a passkey: one of this person's, or any it has for us."""
    verified = UserVerificationRequirement.PREFERRED if user else REQUIRED
    options = webauthn.generate_authentication_options(
        rp_id=_host(request),
        allow_credentials=_known(user) if user else [],
        user_verification=verified,
    )
    request.session[CHALLENGE] = bytes_to_base64url(options.challenge)
    return webauthn.options_to_json(options)


REQUIRED = UserVerificationRequirement.REQUIRED


def added(request: HttpRequest, *, credential: str) -> VerifiedRegistration:
    """The new passkey, if the browser's answer holds; Invalid if not."""
    try:
        return webauthn.verify_registration_response(
            credential=credential[:LONGEST],
            expected_challenge=_challenge(request),
            expected_rp_id=_host(request),
            expected_origin=_origin(request),
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError):
        raise Invalid(_("The passkey was not taken. Try again."), field="credential") from None


def used(
    request: HttpRequest, *, credential: dict[str, Any], passkey: Passkey, is_alone: bool
) -> int:
    """The passkey's new counter, if the browser's answer holds; Invalid if not.

    A passkey that stands alone must have asked for a finger, a face or a PIN.
    """
    try:
        return webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=_challenge(request),
            expected_rp_id=_host(request),
            expected_origin=_origin(request),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=is_alone,
        ).new_sign_count
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError):
        raise Invalid(_("The passkey was not taken. Try again."), field="credential") from None


def _challenge(request: HttpRequest) -> bytes:
    """The challenge of this session, which is good for one answer."""
    return base64url_to_bytes(request.session.pop(CHALLENGE))


def _known(user: User) -> list[PublicKeyCredentialDescriptor]:
    ids = user.passkeys.values_list("credential", flat=True)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in ids]


def _host(request: HttpRequest) -> str:
    return request.get_host().partition(":")[0]


def _origin(request: HttpRequest) -> str:
    host = request.get_host()
    if settings.BASE_URL.endswith(f"//{host}"):
        # Behind a proxy that ends TLS we may see http, the browser never does.
        return settings.BASE_URL
    return f"{request.scheme}://{host}"
