"""Addresses of the work on articles."""

from itsm.tickets.urls import pages_of
from knowledge.desk import desk

urlpatterns = pages_of(desk)
