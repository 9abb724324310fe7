"""Addresses of the changes' pages."""

from django.urls import path

from changes import views
from changes.desk import desk
from itsm.tickets.urls import pages_of

urlpatterns = [
    path("new/", views.new, name="change-new"),
    path("<number:number>/tasks/", views.add_task, name="change-task-add"),
    path("<number:number>/tasks/<int:task_id>/", views.move_task, name="change-task"),
    *pages_of(desk),
]
