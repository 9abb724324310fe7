"""People, teams and tokens, for administrators."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from itsm.core import configuration
from itsm.core.admin_forms import SecretForm
from itsm.core.admins import ConfigurationAdmin
from itsm.people import actions
from itsm.people.actions.factors import enforce_factors, reset_factors
from itsm.people.addresses import address
from itsm.people.models import (
    ApiToken,
    Delegate,
    FactorRule,
    IdentityProvider,
    LdapDirectory,
    Membership,
    Team,
    User,
)

admin.site.unregister(Group)

ABOUT = ("time_zone", "language", "is_vip")


def _ask_plainly(form: Any) -> None:
    """Say in plain words whether there is to be a password."""
    if (field := form.fields.get("usable_password")) is not None:
        field.label = _("Signing in with a password")
        field.help_text = _("Without one they may still sign in by a provider or a directory.")


class PersonCreationForm(AdminUserCreationForm[User]):
    """What is asked of a new person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_plainly(self)

    class Meta:
        model = User
        fields = ("username",)


class PersonPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # not so at run time
    """A new password for somebody else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_plainly(self)


class PasswordState(ReadOnlyPasswordHashWidget):
    """Whether there is a password; how it is kept helps nobody who reads this."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if value and is_password_usable(value):
            context["summary"] = [{"label": _("There is one.")}]
        return context


class PersonForm(UserChangeForm[User]):
    """What can be changed of a person."""

    password = ReadOnlyPasswordHashField(label=_("Password"), widget=PasswordState)

    class Meta:
        model = User
        fields = "__all__"


class MembershipInline(admin.TabularInline[Membership, Any]):
    """The places in teams."""

    model = Membership
    extra = 0
    autocomplete_fields = ("user", "team")


@admin.register(User)
class UserAdmin(ConfigurationAdmin[User], DjangoUserAdmin[User]):
    """Who people are and what role they have."""

    form = PersonForm
    add_form = PersonCreationForm
    change_password_form = PersonPasswordForm
    list_display = ("username", "name", "email", "role", "is_bot", "is_active")
    list_filter = ("role", "is_active", "is_bot", "teams")
    search_fields = ("username", "name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    inlines = (MembershipInline,)
    autocomplete_fields = ("manager",)
    helps: ClassVar[Mapping[str, Any]] = {
        "language": _("Such as en or de; empty: that of the browser."),
        "is_vip": _("Agents see it beside what this person reports."),
        "is_bot": _("A tool, not a human: it signs in with tokens alone."),
    }
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "email", "manager", *ABOUT)}),
        (_("Rights"), {"fields": ("role", "is_active", "is_bot")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    *("username", "name", "email", "role"),
                    *("usable_password", "password1", "password2"),
                ),
            },
        ),
    )

    actions = ("reset_factors",)

    @admin.action(description=_("Take away all second factors"), permissions=["change"])
    def reset_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for each in queryset:
            reset_factors(user=each, actor=_actor(request))
        sentence = _("They are asked to set one up when they sign in, if their role needs it.")
        self.message_user(request, sentence, messages.SUCCESS)

    @transaction.atomic
    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 Django calls it so
        form_url: str = "",
    ) -> HttpResponse:
        user = self.get_object(request, id)
        before = configuration.picture_of(user) if user else {}
        response = super().user_change_password(request, id, form_url)
        if user:
            user.refresh_from_db()
            configuration.note_change(user, before=before, actor=request.user)
        return response


@admin.register(Team)
class TeamAdmin(ConfigurationAdmin[Team]):
    """Teams and who is in them."""

    list_display = ("name", "slug", "email", "assignment")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (MembershipInline,)


@admin.register(FactorRule)
class FactorRuleAdmin(ConfigurationAdmin[FactorRule]):
    """Roles whose people must have a second factor."""

    list_display = ("role",)

    def save_related(
        self, request: HttpRequest, form: ModelForm[FactorRule], formsets: Any, change: Any
    ) -> None:
        super().save_related(request, form, formsets, change)
        enforce_factors(rule=form.instance)


@admin.register(IdentityProvider)
class IdentityProviderAdmin(ConfigurationAdmin[IdentityProvider]):
    """OpenID providers; their redirect address is shown beside them."""

    form = SecretForm
    list_display = ("name", "issuer", "redirect_address", "is_active")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("redirect_address",)

    @admin.display(description=_("address to register there"))
    def redirect_address(self, provider: IdentityProvider) -> str:
        return address("oidc-back", provider.slug) if provider.slug else "–"


@admin.register(LdapDirectory)
class LdapDirectoryAdmin(ConfigurationAdmin[LdapDirectory]):
    """LDAP directories."""

    form = SecretForm
    list_display = ("name", "address", "base", "is_active")
    # A directory only checks passwords, so that our own second factor always follows.
    exclude = ("asks_second_factor",)
    helps: ClassVar[Mapping[str, Any]] = {
        "start_tls": _("Encrypts the line before any password goes out; needed for ldap://."),
        "bind_dn": _("An account that may look people up, such as cn=reader,dc=example,dc=org."),
        "base": _("Such as ou=people,dc=example,dc=org."),
        "person_filter": _("Of Active Directory: (sAMAccountName={username})."),
        "id_attribute": _("Such as entryUUID or objectGUID, so that people may be renamed."),
        "group_attribute": _("What stands in it is looked up in the roles by group."),
    }


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin[ApiToken]):
    """Tokens: the text is shown once, when one is made; after that it can only be revoked."""

    list_display = ("prefix", "name", "user", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("prefix", "name", "user__username")
    autocomplete_fields = ("user",)
    fields = ("user", "name", "scopes", "expires_at")
    actions = ("revoke",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "scopes":
            field.help_text = _("Such as read, or incidents:write; empty: all its user may do.")
        return field

    def has_change_permission(self, _request: HttpRequest, _obj: ApiToken | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: ApiToken | None = None) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ApiToken,
        form: ModelForm[ApiToken],
        change: bool,  # noqa: FBT001 Django calls it so
    ) -> None:
        token, plain = actions.issue_token(
            user=obj.user,
            name=obj.name,
            scopes=obj.scopes,
            expires_at=obj.expires_at,
            actor=_actor(request),
        )
        obj.pk = token.pk
        sentence = _("Keep this token now, it is shown only this once: %(plain)s")
        self.message_user(request, sentence % {"plain": plain}, messages.WARNING)

    @admin.action(description=_("Revoke"), permissions=["add"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for each in queryset:
            actions.revoke_token(token=each, actor=_actor(request))


@admin.register(Delegate)
class DelegateAdmin(ConfigurationAdmin[Delegate]):
    """Who may act for whom."""

    list_display = ("person", "delegate", "starts_on", "ends_on")
    list_select_related = ("person", "delegate")
    search_fields = ("person__username", "delegate__username")
    autocomplete_fields = ("person", "delegate")


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("Django's admin lets only people in.")
    return request.user
