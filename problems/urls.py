"""Addresses of the problems' pages."""

from django.urls import path

from itsm.tickets.urls import pages_of
from problems.desk import desk
from problems.views import analysing, counted, finding, reviewing, working

urlpatterns = [
    path("new/", finding.new, name="problem-new"),
    path("candidates/", counted.candidates, name="problem-candidates"),
    path("candidates/<int:pk>/", counted.decide, name="problem-candidate"),
    path("of/<number:number>/", finding.name, name="problem-of"),
    path("<number:number>/findings/", finding.write, name="problem-findings"),
    path("<number:number>/incidents/", working.incidents, name="problem-incidents"),
    path("<number:number>/fixes/", working.fixes, name="problem-fixes"),
    path("<number:number>/tried/", working.tried, name="problem-tried"),
    path("<number:number>/analysis/<word:method>/", analysing.analyse, name="problem-analysis"),
    path("<number:number>/causes/", analysing.take, name="problem-causes"),
    path("<number:number>/review/", reviewing.review, name="problem-review"),
    path("<number:number>/actions/<int:action_id>/", reviewing.move, name="problem-action"),
    path("<number:number>/tasks/", working.add_task, name="problem-task-add"),
    *pages_of(desk),
]
