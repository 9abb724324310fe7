"""Addresses of the changes' pages."""

from django.urls import path

from changes import template_views, views
from changes.desk import desk
from itsm.tickets.urls import pages_of

urlpatterns = [
    path("new/", views.new, name="change-new"),
    path("templates/", template_views.templates, name="change-templates"),
    path("templates/<slug:slug>/", template_views.decide, name="change-template-decide"),
    path("causes/", views.name_cause, name="change-cause-new"),
    path("causes/<int:attribution_id>/", views.judge_cause, name="change-cause"),
    path("<number:number>/tasks/", views.add_task, name="change-task-add"),
    path("<number:number>/tasks/<int:task_id>/", views.move_task, name="change-task"),
    *pages_of(desk),
]
