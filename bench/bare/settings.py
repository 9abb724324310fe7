"""The product's settings, with the yardstick beside the product."""

from itsm.settings import *  # noqa: F403
from itsm.settings import INSTALLED_APPS as PRODUCT

INSTALLED_APPS = [*PRODUCT, "bench.bare"]
ROOT_URLCONF = "bench.bare.urls"
