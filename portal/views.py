"""The views that look at every app: the home page, the site map; what robots and those who look
for holes are to know."""

import datetime

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db.models import Value
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from departments.models import Department
from news import front_page
from news.models import Category
from news.sitemaps import review_years
from portal import outage
from portal.search_page import SearchPage
from portal.sharing import absolute

# Search results and display choices are no pages of their own.
NOT_FOR_ROBOTS = ("search", "display")
# RFC 9116 asks for less than a year: whoever finds an older copy is to look again.
SECURITY_TXT_LASTS = datetime.timedelta(days=180)


_TOO_MUCH = {
    TooManyFilesSent: _(
        "More than %(files)s files came at once, and none was stored. Go back and send fewer."
    ),
    TooManyFieldsSent: _("The form has too many fields. Go back and send it in parts."),
    RequestDataTooBig: _("The text is too long to be sent at once. Go back and shorten it."),
}


# Plain files, read once: they are shown when a database, a template or the disk is what fails.
_PLAIN_PAGES = {
    status: (settings.BASE_DIR / "templates" / f"{status}.html").read_text(encoding="utf-8")
    for status in (400, 500)
}


def _plain_page(request, status: int) -> HttpResponse:
    """The page with the request's id in it; nginx shows the same files (page_headers.conf)."""
    page = _PLAIN_PAGES[status]
    if request_id := getattr(request, "request_id", ""):
        page = page.replace("<!--id ", "").replace(" id-->", "").replace("REQUEST_ID", request_id)
    return HttpResponse(page, status=status)


def bad_request(request, exception):
    """What is too much is said in a sentence; whatever else is wrong gets the plain page."""
    sentence = _TOO_MUCH.get(type(exception))
    if sentence is None:
        return _plain_page(request, 400)
    sentence = sentence % {"files": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
    return render(request, "portal/too_much.html", {"sentence": sentence}, status=400)


def server_error(request):
    """What answers for what no view has caught: 503 where it will pass by itself, else 500."""
    return outage.answer(request) or _plain_page(request, 500)


@require_safe
def home(request):
    """Blocks without content are not rendered; an empty site says so in a sentence."""
    stories = front_page.stories()
    context = {
        "lead": stories.lead,
        "featured": stories.featured,
        "latest": stories.latest,
        "notices": front_page.notices(),
        "reviews": front_page.newest_reviews(),
        "fields": front_page.fields(),
    }
    return render(request, "portal/home.html", context)


def csrf_failure(request, reason=""):
    """What answers a form whose token against forged requests is missing or old: 403.

    In place of Django's own page, whose inline styles the policy forbids.
    """
    return render(request, "403_csrf.html", status=403)


@require_safe
def search(request):
    """Results with their filters, or the newest items when nothing is asked; four queries."""
    page = SearchPage(request.GET, kinds=SEARCH_KINDS, directory=_directory)
    return render(request, "portal/search.html", {"page": page, "section": "search"})


# Every kind that an app's search entries have, in the order of the tabs.
SEARCH_KINDS = {
    "tin-tuc": _("News articles"),
    "bao-cao": _("Review reports"),
    "thong-bao": _("Notices"),
    "tai-lieu": _("Documents"),
    "don-vi": _("Units"),
    "nhan-su": _("People"),
}


def _directory():
    """The categories and units by which results are narrowed down, in one query."""
    columns = ("slug", "name", "parent__slug")
    categories = Category.objects.order_by().values_list(Value("category"), *columns)
    units = Department.objects.founded().order_by().values_list(Value("department"), *columns)
    return categories.union(units, all=True)


@require_safe
def site_map(request):
    """Every section, category, unit and year under review; four queries."""
    units = Department.objects.open().only("name", "slug", "parent").tree()
    below: dict[int | None, list[Category]] = {}
    for category in Category.objects.only("name", "slug", "parent"):
        below.setdefault(category.parent_id, []).append(category)
    context = {
        "categories": _nested(below.get(None, []), lambda category: below.get(category.pk, [])),
        "units": _nested([unit for unit in units if not unit.depth], lambda unit: unit.subunits),
        "years": review_years(),
    }
    return render(request, "portal/site_map.html", context)


def _nested(things, below) -> list:
    """Pairs of a thing and the same of what lies below it."""
    return [(thing, _nested(below(thing), below)) for thing in things]


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request):
    """What robots may read, and where the site map is.

    An admin that was moved or exists for some networks alone is not named: whoever may come
    there knows its address.
    """
    is_hidden = settings.ADMIN_PATH != "admin/" or settings.ADMIN_NETWORKS
    closed = [*([] if is_hidden else ["/admin/"]), *map(reverse, NOT_FOR_ROBOTS)]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    lines += ["", f"Sitemap: {absolute(reverse('news:sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def security_txt(request):
    """Whom to tell about a hole (RFC 9116), from SECURITY_CONTACT; 404 where nobody is named."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        *(f"Contact: {contact}" for contact in settings.SECURITY_CONTACT),
        f"Expires: {today + SECURITY_TXT_LASTS:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: vi, en",
        f"Canonical: {absolute(reverse('security_txt'))}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
