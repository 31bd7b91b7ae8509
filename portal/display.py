"""How a reader wants the pages: the size of the text, a light or a dark ground.

Two cookies hold it and the server answers with a class on `<html>`: it works without JavaScript,
and a cache keeps at most nine variants of a page.
"""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.publishing import is_local_path

SIZE, GROUND = "co", "nen"
CHOICES = {
    SIZE: {"thuong": _("Normal"), "lon": _("Large"), "rat-lon": _("Very large")},
    GROUND: {
        "thiet-bi": _("As the device has it"),
        "sang": _("Light ground"),
        "toi": _("Dark ground"),
    },
}
# What a page looks like when nobody chose: no cookie is kept for it.
DEFAULTS = {SIZE: "thuong", GROUND: "thiet-bi"}
YEAR = 365 * 24 * 60 * 60
# The bar of the browser has the colour of the page's head.
SCHEMES = {"thiet-bi": "light dark", "sang": "light", "toi": "dark"}


def chosen(request) -> dict:
    """The reader's choices by cookie name; what is no choice counts as none."""
    cookies = request.COOKIES
    return {
        name: cookies[name] if cookies.get(name) in CHOICES[name] else default
        for name, default in DEFAULTS.items()
    }


def display(request) -> dict:
    """For templates: `display.classes` of `<html>`, `display.scheme`, and the choices."""
    choices = chosen(request)
    classes = [f"co-{choices[SIZE]}"] if choices[SIZE] != DEFAULTS[SIZE] else []
    classes += [choices[GROUND]] if choices[GROUND] != DEFAULTS[GROUND] else []
    scheme = SCHEMES[choices[GROUND]]
    return {"display": choices | {"classes": " ".join(classes), "scheme": scheme}}


@require_safe
def choose(request):
    """The page of choices, and what its form and the buttons on articles ask for.

    A choice is kept in a cookie; the reader goes back to `ve`, a path of this site.
    """
    made = {name: request.GET[name] for name in CHOICES if request.GET.get(name) in CHOICES[name]}
    if not made:
        context = {"choices": CHOICES, "is_saved": "da-luu" in request.GET}
        return render(request, "portal/display.html", context)
    response = HttpResponseRedirect(_way_back(request.GET.get("ve", "")))
    response["Cache-Control"] = "no-store"
    for name, value in made.items():
        _keep(response, name, value, secure=request.is_secure())
    return response


def _way_back(path: str) -> str:
    return path if is_local_path(path) else reverse("display") + "?da-luu"


def _keep(response, name: str, value: str, *, secure: bool) -> None:
    if value == DEFAULTS[name]:
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure)
