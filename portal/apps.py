from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")


class StaticFilesConfig(DjangoStaticFilesConfig):
    """Leaves out what the editor brings and the portal does not use."""
