"""Every address of the site. The names are the contract; the apps hold their own."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views import defaults

from portal import drawn, health, jinja, metrics, replica, views
from portal.admin import view_on_site
from portal.display import choose
from portal.files import media
from portal.state_screen import state_view

handler400 = views.bad_request
handler500 = views.server_error
handler404 = replica.from_copy_where_possible(
    drawn.once(defaults.page_not_found, at=jinja.menu_path)
)

public = [
    path("", drawn.once(views.home), name="home"),
    path("hien-thi/", choose, name="display"),
    path("so-do-trang/", views.site_map, name="site_map"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include("news.urls")),
    path("", include("departments.urls")),
    path("tim-kiem/", views.search, name="search"),
    path("media/<path:name>", media, name="media"),
]

# All that lies below ADMIN_PATH, and nothing else: see portal.admin_access.
staff = [
    # In place of Django's own under the same address, which would tell a draft's title.
    path(
        f"{settings.ADMIN_PATH}r/<path:content_type_id>/<path:object_id>/",
        admin.site.admin_view(view_on_site),
    ),
    path(f"{settings.ADMIN_PATH}state/", admin.site.admin_view(state_view), name="system_state"),
    path(settings.ADMIN_PATH, include("portal.accounts.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]

urlpatterns = [*public, *staff]
