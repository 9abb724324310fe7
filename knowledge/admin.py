"""Synonyms of the search, for administrators."""

from django.contrib import admin

from itsm.core.admins import ConfigurationAdmin
from knowledge.models import Synonym


@admin.register(Synonym)
class SynonymAdmin(ConfigurationAdmin[Synonym]):
    list_display = ("words",)
    search_fields = ("words",)
