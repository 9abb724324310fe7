"""Addresses of the inbox."""

from django.urls import path

from itsm.notifications import views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/bell/", views.bell, name="inbox-bell"),
    path("inbox/read/", views.read_all, name="inbox-read-all"),
    path("inbox/unread/", views.take_back, name="inbox-take-back"),
    path("inbox/<int:entry_id>/", views.go, name="inbox-go"),
    path("inbox/<int:entry_id>/read/", views.read, name="inbox-read"),
    path("inbox/<int:entry_id>/unread/", views.unread, name="inbox-unread"),
]
