from django.contrib.admin.apps import AdminConfig


class SiteConfig(AdminConfig):
    """Django's admin, with the pages an administrator needs besides lists and forms."""

    default_site = "itsm.administration.site.Site"
