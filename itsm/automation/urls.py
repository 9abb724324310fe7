"""Addresses of what the house does by itself."""

from django.urls import path

from itsm.automation.views import files, macros, rules

urlpatterns = [
    path("rules/", rules.listed, name="rules"),
    path("rules/new/", rules.new, name="rule-new"),
    path("rules/file/", files.file, name="rules-file"),
    path("rules/why/<str:number>/", rules.why, name="rules-why"),
    path("rules/<slug:slug>/", rules.rule, name="rule"),
    path("rules/<slug:slug>/mode/", rules.switch, name="rule-mode"),
    path("rules/<slug:slug>/move/", rules.move, name="rule-move"),
    path("rules/<slug:slug>/remove/", rules.remove, name="rule-remove"),
    path("rules/<slug:slug>/simulate/", rules.simulate, name="rule-simulate"),
    path("macros/", macros.listed, name="macros"),
    path("macros/new/", macros.new, name="macro-new"),
    path("macros/<slug:slug>/", macros.macro, name="macro"),
    path("macros/<slug:slug>/remove/", macros.remove, name="macro-remove"),
    path("macros/<slug:slug>/run/<str:number>/", macros.run, name="macro-run"),
]
