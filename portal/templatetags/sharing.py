"""`{% page_card %}`: what includes/share.html prints of a page that has no card yet."""

from django import template

from portal import sharing

register = template.Library()


@register.simple_tag(takes_context=True)
def page_card(context, title, *, description="", page=1, image=None) -> sharing.Card:
    """The card of the page asked for: `{% page_card heading page=page.number as card %}`."""
    path = context["request"].path
    return sharing.page_card(
        path, title=str(title), description=str(description), page=page or 1, image=image
    )
