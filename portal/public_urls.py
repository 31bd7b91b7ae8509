"""The addresses of the site for those to whom it has no admin (portal.admin_access)."""

from portal.urls import handler400, handler500
from portal.urls import public as urlpatterns

__all__ = ["handler400", "handler500", "urlpatterns"]
