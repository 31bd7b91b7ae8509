"""The measure of all: a Django project as `startproject` makes it, with one view and one query.

Its database is of the same kind as the site's (BARE_DATABASE_URL). `python -m tests.bench.bare`
makes its tables; gunicorn serves `tests.bench.bare:application`.
"""

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

DATABASE = environ.Env().db_url("BARE_DATABASE_URL")
if not DATABASE["ENGINE"].endswith("sqlite3"):
    # As the site has it; a new connection for every request would make the measure too long.
    DATABASE["CONN_MAX_AGE"] = 60

settings.configure(
    SECRET_KEY="a key for the benchmark only, which signs nothing: 0123456789",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": DATABASE},
    USE_TZ=True,
    INSTALLED_APPS=[
        f"django.contrib.{name}"
        for name in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[],
)


def view(request):
    from django.contrib.auth.models import Group

    group = Group.objects.get(pk=50)
    return HttpResponse(f"<!doctype html><title>{group.name}</title><p>{'x' * 1000}</p>")


urlpatterns = [path("", view)]
application = get_wsgi_application()


def prepare() -> None:
    from django.contrib.auth.models import Group
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    rows = [Group(pk=number, name=f"Nhóm {number}") for number in range(1, 101)]
    Group.objects.bulk_create(rows, ignore_conflicts=True)


if __name__ == "__main__":
    prepare()
