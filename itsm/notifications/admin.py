"""Who was told of what, chat rooms, and the lanes to them, for administrators."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from itsm.core.admins import ConfigurationAdmin, ReadOnlyAdmin
from itsm.notifications import actions, lanes
from itsm.notifications.channels import Down, Rejected, channels
from itsm.notifications.forms import ChatAppForm, EndpointForm, MessageTemplateForm, WebhookForm
from itsm.notifications.models import (
    ChatApp,
    Endpoint,
    Lane,
    Message,
    MessageTemplate,
    WebhookCall,
    WebhookEndpoint,
)

# What a room is told of unless the administrator chooses otherwise.
USUAL_WORDS = ["opened", "raised", "resolved", "reopened"]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Every telling that was meant, and how it went; what went wrong can be sent again."""

    list_display = (*("ticket", "whom", "status", "because", "why", "way", "sent_at"),)
    list_filter = ("status", "because", "channel", "topic")
    list_select_related = ("ticket", "recipient", "endpoint")
    search_fields = ("=ticket__number", "=recipient__username")
    ordering = ("-id",)
    actions = ("send_again",)

    @admin.display(description=_("to whom"))
    def whom(self, message: Message) -> str:
        return str(message.recipient or message.endpoint)

    @admin.display(description=_("channel"), ordering="channel")
    def way(self, message: Message) -> str:
        name = message.channel
        return str(channels[name].title) if name in channels else name

    @admin.action(description=_("Send again"), permissions=["retry"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        count = sum(actions.send_again(message=each, actor=request.user) for each in queryset)
        lanes.wake()
        words = ngettext("%(count)d is sent again.", "%(count)d are sent again.", count)
        self.message_user(request, words % {"count": count})


@admin.register(Endpoint)
class EndpointAdmin(ConfigurationAdmin[Endpoint]):
    """Rooms of chats; the address can be written, and never read again."""

    form = EndpointForm
    list_display = ("name", "kind", "team", "least_priority", "is_active")
    list_filter = ("kind", "is_active")
    actions = ("try_out",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"words": USUAL_WORDS, **super().get_changeform_initial_data(request)}

    @admin.action(description=_("Say hello there"), permissions=["change"])
    def try_out(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for room in queryset:
            try:
                actions.try_out(room=room)
            except (Down, Rejected) as error:
                self.message_user(request, f"{room}: {error}", messages.ERROR)
            else:
                words = _("%(room)s has heard it.") % {"room": room}
                self.message_user(request, words, messages.SUCCESS)


@admin.register(ChatApp)
class ChatAppAdmin(ConfigurationAdmin[ChatApp]):
    """Apps in chats whose buttons are heard."""

    form = ChatAppForm
    list_display = ("name", "slug", "is_active")


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ConfigurationAdmin[MessageTemplate]):
    """The words of messages, where ours do not fit."""

    form = MessageTemplateForm
    list_display = ("topic", "channel", "language", "subject")
    list_filter = ("channel", "language")


@admin.register(WebhookEndpoint)
class WebhookAdmin(ConfigurationAdmin[WebhookEndpoint]):
    """Programs that are told of events; the secret can be written, and is shown once when made."""

    form = WebhookForm
    list_display = ("name", "address", "events", "team", "is_active")
    list_filter = ("is_active",)

    def save_related(
        self, request: HttpRequest, form: ModelForm[WebhookEndpoint], formsets: Any, change: Any
    ) -> None:
        super().save_related(request, form, formsets, change)
        actions.listen()
        if not change:
            words = _("The secret, shown this once: %(secret)s")
            messages.warning(request, words % {"secret": form.instance.secret})

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:
        super().delete_model(request, obj)
        actions.listen()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        super().delete_queryset(request, queryset)
        actions.listen()


@admin.register(WebhookCall)
class WebhookCallAdmin(ReadOnlyAdmin):
    """What was posted to webhooks and what was answered; any of it can be posted again."""

    list_display = (
        *("id", "endpoint", "name", "asked_by", "status", "response_code", "attempts"),
        *("detail", "created_at", "sent_at"),
    )
    list_filter = ("status", "endpoint")
    list_select_related = ("endpoint",)
    search_fields = ("=name",)
    ordering = ("-id",)
    actions = ("call_again",)

    @admin.action(description=_("Post again"), permissions=["retry"])
    def call_again(self, request: HttpRequest, queryset: QuerySet[WebhookCall]) -> None:
        count = sum(actions.call_again(call=each, actor=request.user) for each in queryset)
        lanes.wake()
        words = ngettext("%(count)d is posted again.", "%(count)d are posted again.", count)
        self.message_user(request, words % {"count": count})


@admin.register(Lane)
class LaneAdmin(ReadOnlyAdmin):
    """The ways out, and which of them are down."""

    list_display = ("name", "failures", "retry_at", "error", "worked_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by("-failures", "name")
