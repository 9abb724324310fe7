"""Addresses of the inbox, and of choosing what comes there."""

from django.urls import path

from itsm.notifications.views import choices, inbox

urlpatterns = [
    path("account/notifications/", choices.choose, name="notification-choices"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/bell/", inbox.bell, name="inbox-bell"),
    path("inbox/read/", inbox.read_all, name="inbox-read-all"),
    path("inbox/unread/", inbox.take_back, name="inbox-take-back"),
    path("inbox/<int:entry_id>/", inbox.go, name="inbox-go"),
    path("inbox/<int:entry_id>/read/", inbox.read, name="inbox-read"),
    path("inbox/<int:entry_id>/unread/", inbox.unread, name="inbox-unread"),
]
