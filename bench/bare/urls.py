"""The product's addresses and the yardstick's."""

from django.urls import include, path
from rest_framework import generics, serializers

from bench.bare.models import Row


class RowSerializer(serializers.ModelSerializer[Row]):
    """The yardstick's shape."""

    class Meta:
        model = Row
        fields = ("id", "title", "priority")


class Insert(generics.CreateAPIView[Row]):
    """Takes a row in."""

    authentication_classes = ()
    permission_classes = ()
    serializer_class = RowSerializer
    queryset = Row._default_manager.all()


urlpatterns = [path("bench/rows/", Insert.as_view()), path("", include("itsm.urls"))]
