"""The page “Tình trạng hệ thống” of the administrators."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from portal import figures, state
from portal.state import State


@require_safe
def state_view(request):
    """Every part of the site with its state, the jobs, and some figures."""
    if not request.user.keeps_accounts:
        raise PermissionDenied
    parts = state.parts()
    context = admin.site.each_context(request) | {
        "title": gettext("State of the system"),
        "parts": parts,
        "wrong": sum(part.state in {State.BAD, State.WATCH} for part in parts),
        "jobs": state.jobs(),
        "figures": [(figure.title, figure.read()) for figure in figures.all_figures()],
    }
    return TemplateResponse(request, "admin/portal/state.html", context)
