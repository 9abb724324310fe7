"""Addresses of the changes' pages."""

from django.urls import path

from changes import template_views
from changes.desk import desk
from changes.views import boards, calendar, feed, importing, moving, planning, replaying
from itsm.tickets.urls import pages_of

urlpatterns = [
    path("templates/", template_views.templates, name="change-templates"),
    path("templates/<slug:slug>/", template_views.decide, name="change-template-decide"),
    path("causes/", planning.name_cause, name="change-cause-new"),
    path("causes/<int:attribution_id>/", planning.judge_cause, name="change-cause"),
    path("boards/", boards.overview, name="change-boards"),
    path("meetings/<int:meeting_id>/", boards.meeting, name="change-meeting"),
    path("calendar/", calendar.show, name="change-calendar"),
    path("calendar/feed/", feed.manage, name="change-feed"),
    path("calendar/feed/<word:secret>.ics", feed.read, name="change-feed-read"),
    path("calendar/import/", importing.take_in, name="change-import"),
    path("new/", planning.new, name="change-new"),
    path("<number:number>/move/", moving.move, name="change-move"),
    path("<number:number>/fits/", moving.fits, name="change-fits"),
    path("<number:number>/tasks/", planning.add_task, name="change-task-add"),
    path("<number:number>/tasks/<int:task_id>/", planning.move_task, name="change-task"),
    path("gate/replay/", replaying.replay, name="gate-replay"),
    *pages_of(desk),
]
