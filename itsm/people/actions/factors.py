"""Second factors: adding, using and removing them."""

import time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people import codes
from itsm.people.actions.sessions import end_sessions
from itsm.people.models import (
    AuthenticatorApp,
    FactorRule,
    Passkey,
    Session,
    SpareCode,
    User,
)
from itsm.people.selectors import factors_of

MOST_PASSKEYS = 10


@transaction.atomic
def add_app(*, user: User, secret: str, code: str) -> list[str]:
    """Take an app whose code shows that it is set up; new spare codes, if there were none."""
    step = codes.step_of(secret, code.replace(" ", ""), at=time.time(), after=0)
    if step is None:
        raise Invalid(
            _("This code does not fit. Wait for the next one and type that."), field="code"
        )
    AuthenticatorApp.objects.update_or_create(
        user=user, defaults={"secret": secret, "last_step": step, "added_at": timezone.now()}
    )
    events.publish("user.factor_added", user, actor=user, data={"kind": "app"})
    return _spare_codes_if_none(user)


@transaction.atomic
def add_passkey(
    *, user: User, name: str, credential: str, public_key: bytes, sign_count: int
) -> list[str]:
    """Take a passkey; new spare codes, if there were none."""
    # Locked, so that two browsers cannot pass the bound together.
    User.objects.select_for_update().get(pk=user.pk)
    if user.passkeys.count() >= MOST_PASSKEYS:
        raise Refused(_("Remove a passkey first: ten are the most."))
    if Passkey.objects.filter(credential=credential).exists():
        raise Refused(_("This passkey is registered already."))
    passkey = Passkey.objects.create(
        user=user,
        name=name,
        credential=credential,
        public_key=public_key,
        sign_count=sign_count,
    )
    events.publish(
        "user.factor_added", user, actor=user, data={"kind": "passkey", "name": passkey.name}
    )
    return _spare_codes_if_none(user)


def _spare_codes_if_none(user: User) -> list[str]:
    if user.spare_codes.filter(used_at__isnull=True).exists():
        return []
    return renew_spare_codes(user=user)


@transaction.atomic
def renew_spare_codes(*, user: User) -> list[str]:
    """New spare codes in place of the old ones; they are shown this once."""
    user.spare_codes.all().delete()
    plain = codes.new_spare_codes()
    SpareCode.objects.bulk_create(
        SpareCode(user=user, digest=codes.spare_digest(each, user_id=user.pk)) for each in plain
    )
    events.publish("user.spare_codes_renewed", user, actor=user, data={"count": len(plain)})
    return plain


@transaction.atomic
def use_code(*, user: User, code: str) -> str | None:
    """Spend a code of the app or a spare one: what it was, or None when it is worth nothing."""
    plain = code.replace(" ", "")
    if codes.is_code(plain):
        return "app" if _use_step(user, plain) else None
    digest = codes.spare_digest(plain, user_id=user.pk)
    spent = user.spare_codes.filter(digest=digest, used_at__isnull=True).update(
        used_at=timezone.now()
    )
    if not spent:
        return None
    left = user.spare_codes.filter(used_at__isnull=True).count()
    events.publish("user.spare_code_used", user, actor=user, data={"left": left})
    return "spare code"


def _use_step(user: User, code: str) -> bool:
    app = AuthenticatorApp.objects.filter(user=user).first()
    if app is None:
        return False
    step = codes.step_of(app.secret, code, at=time.time(), after=app.last_step)
    if step is None:
        return False
    # Asked of the row again, so that one code sent twice at once is taken once.
    later = AuthenticatorApp.objects.filter(pk=app.pk, last_step__lt=step)
    return later.update(last_step=step) == 1


@transaction.atomic
def note_passkey_use(*, passkey: Passkey, sign_count: int) -> None:
    """Keep the counter of the passkey, which tells a copied one."""
    Passkey.objects.filter(pk=passkey.pk).update(sign_count=sign_count, used_at=timezone.now())


@transaction.atomic
def remove_factor(*, user: User, which: str) -> None:
    """Take away the app or one passkey of one's own, if it is not the last that is needed."""
    factors = factors_of(user)
    if factors.count == 1 and factors.are_needed:
        raise Refused(_("Your role needs a second factor. Add another one before this goes."))
    rows = (
        AuthenticatorApp.objects.filter(user=user)
        if which == "app"
        else Passkey.objects.filter(user=user, pk=int(which) if which.isdecimal() else 0)
    )
    if not rows.delete()[0]:
        raise Refused(_("It is gone already."))
    if factors.count == 1:
        user.spare_codes.all().delete()
    kind = "app" if which == "app" else "passkey"
    events.publish("user.factor_removed", user, actor=user, data={"kind": kind})


@transaction.atomic
def reset_factors(*, user: User, actor: User) -> None:
    """Take away all factors of somebody who lost them, and end their sessions."""
    if not actor.has_perm("people.edit"):
        raise NotAllowed(_("You may not change people and teams."))
    AuthenticatorApp.objects.filter(user=user).delete()
    user.passkeys.all().delete()
    user.spare_codes.all().delete()
    end_sessions(user=user, actor=actor)
    events.publish("user.factors_removed", user, actor=actor, data={"by": "administrator"})


@transaction.atomic
def enforce_factors(*, rule: FactorRule) -> None:
    """End the sessions of those who now need a factor and have none: they add one on signing in."""
    Session.objects.filter(
        user__role=rule.role,
        user__authenticator_app__isnull=True,
        user__passkeys__isnull=True,
    ).delete()
