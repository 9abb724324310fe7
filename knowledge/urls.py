"""Addresses of the staff's pages of knowledge."""

from django.urls import path

from itsm.tickets import addresses  # noqa: F401 teaches Django <number:> and <word:>
from knowledge.views import measuring, moving, reading, using, writing

urlpatterns = [
    path("", reading.shelf, name="knowledge"),
    path("new/", writing.new, name="article-new"),
    path("preview/", writing.preview, name="article-preview"),
    path("clusters/", using.clusters, name="knowledge-clusters"),
    path("measures/", measuring.measured, name="knowledge-measures"),
    path("for/<number:number>/", using.suggested, name="article-suggested"),
    path("images/<word:name>/", reading.image, name="article-image"),
    path("<number:number>/", reading.show, name="article"),
    path("<number:number>/edit/", writing.edit, name="article-edit"),
    path("<number:number>/compare/", reading.compare, name="article-compare"),
    path("<number:number>/images/", writing.add_images, name="article-images"),
    path("<number:number>/use/", using.use, name="article-use"),
    path("<number:number>/insert/", using.insert, name="article-insert"),
    path("<number:number>/rate/", moving.rate, name="article-rate"),
    path("<number:number>/do/<word:verb>/", moving.act, name="article-act"),
]
