"""Where people give their word."""

from django.urls import path

from itsm.approvals import views

urlpatterns = [
    path("approvals/", views.waiting, name="approvals"),
    path("approvals/answer/<str:token>/", views.answer, name="approval-link"),
    path("approvals/<int:approval_id>/vote/", views.cast, name="approval-vote"),
]
