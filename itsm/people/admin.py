"""People, teams and tokens, for administrators."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from itsm.core import configuration
from itsm.core.admins import ConfigurationAdmin
from itsm.people import actions
from itsm.people.models import ApiToken, Delegate, Membership, Team, User

admin.site.unregister(Group)


class PersonCreationForm(AdminUserCreationForm[User]):
    """What is asked of a new person."""

    class Meta:
        model = User
        fields = ("username",)


class PersonForm(UserChangeForm[User]):
    """What can be changed of a person."""

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
    list_display = ("username", "name", "email", "role", "is_bot", "is_active")
    list_filter = ("role", "is_active", "is_bot", "teams")
    search_fields = ("username", "name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "email", "time_zone", "language", "is_vip")}),
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


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin[ApiToken]):
    """Tokens: the text is shown once, when one is made; after that it can only be revoked."""

    list_display = ("prefix", "name", "user", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("prefix", "name", "user__username")
    autocomplete_fields = ("user",)
    fields = ("user", "name", "scopes", "expires_at")
    actions = ("revoke",)

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
