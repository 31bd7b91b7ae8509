"""The panels beside an article whose buttons work at once, without saving the form around them.

Their buttons belong to the form `desk-post` (templates/admin/news/side/post.html), which stands
outside the writer's form, and name their own address. With JavaScript (static/news/panels.js) the
panel alone is replaced, so that what is typed in the form stays; without it the page comes anew.
"""

from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from news.admin.screen import NewsroomScreen

# Sent by the script, which wants the panel and no page around it.
PANEL_HEADER = "X-Panel"


class PanelsMixin(NewsroomScreen):
    """What the panels share: how the button of one is answered."""

    def panel(self, request, article, name, context, *, said, is_error=False):
        """The panel side/<name>.html with the sentence `said`, or the way back to its page."""
        if PANEL_HEADER in request.headers:
            context = context | {"article": article, "said": said, "is_error": is_error}
            return TemplateResponse(
                request, f"admin/news/side/{name}.html", context, status=422 if is_error else 200
            )
        messages.add_message(request, messages.ERROR if is_error else messages.SUCCESS, said)
        return redirect(f"{self.url_of('change', article)}#{name}")
