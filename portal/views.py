"""The home page: the one view that looks at every app."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from news import front_page


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
