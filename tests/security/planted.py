"""Addresses with holes in them: what a scanner that sees must find."""

import html

from django.db import connection
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import include, path


def front(_request):
    """Links to every hole, so that whoever crawls finds them."""
    links = ("echo/?q=a", "find/?id=1", "file/?name=manage.py", "leave/?to=/tin-tuc/")
    return HttpResponse("".join(f'<p><a href="{link}">{html.escape(link)}</a>' for link in links))


def echo(request):
    return HttpResponse(f"<html><body><p>{request.GET.get('q', '')}</p></body></html>")


def find(request):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name FROM news_category WHERE id = {request.GET.get('id', '1')}"  # noqa: S608
        )
        return HttpResponse(f"<html><body>{html.escape(str(cursor.fetchall()))}</body></html>")


def file(request):
    return FileResponse(open(request.GET.get("name", "manage.py"), "rb"), content_type="text/plain")  # noqa: PTH123


def leave(request):
    return HttpResponseRedirect(request.GET.get("to", "/"))


urlpatterns = [
    path("lo-hong/", front),
    path("lo-hong/echo/", echo),
    path("lo-hong/find/", find),
    path("lo-hong/file/", file),
    path("lo-hong/leave/", leave),
    path("", include("portal.urls")),
]
