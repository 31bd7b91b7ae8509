"""axe finds nothing on the screens of the desk, on a phone and on a wide dark screen."""

import pytest
from django.urls import reverse

from news import copies
from tests.browser.test_accessibility import violations
from tests.factories import (
    make_article,
    make_article_photo,
    make_attachment,
    make_conference,
    make_photo,
    make_site,
    make_user,
)


def screens(editor) -> dict[str, str]:
    """The address of each screen that writers and reviewers work on, by a name."""
    draft = make_article(status="draft", title="Bản nháp", created_by=editor)
    make_article_photo(article=draft, caption="Toàn cảnh hội nghị", alt="Hội trường")
    make_article_photo(article=draft)
    make_attachment(article=draft)
    report = make_conference().article
    public = make_article(title="Bài đã đăng")
    copy = copies.open_copy(public, by=editor)
    own = make_article(status="draft", created_by=editor)
    own.publish(by=editor, reason="Tin gấp")
    photo = make_photo()

    def of(name, *args):
        return reverse(f"admin:news_{name}", args=args)

    return {
        "sign-in": "/admin/login/",
        "first page": "/admin/",
        "articles": of("article_changelist"),
        "reports": of("report_changelist"),
        "new article": of("article_add"),
        "new report": of("report_add"),
        "draft": of("article_change", draft.pk),
        "working copy": of("article_change", copy.pk),
        "public report": of("report_change", report.pk),
        "history": of("article_history", public.pk),
        "withdraw": of("article_withdraw", public.pk),
        "own texts": of("own_texts"),
        "photos": of("photo_changelist"),
        "new photo": of("photo_add"),
        "photo": of("photo_change", photo.pk),
        "categories": of("category_changelist"),
        "urgent notice": of("urgentnotice_add"),
        "state of the system": reverse("system_state"),
    }


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "light"), (1280, "dark")])
def test_axe_finds_nothing_on_the_desk(open_page, sign_in, width, scheme):
    make_site()
    editor = make_user(username="bientap", is_superuser=True)
    page = open_page(width=width, color_scheme=scheme, bypass_csp=True)  # axe adds styles
    addresses = screens(editor)
    found = []
    page.goto(addresses.pop("sign-in"))
    found += [f"sign-in: {line}" for line in violations(page)]
    sign_in(page, editor)
    for name, address in addresses.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")  # the editor stands, names are given
        found += [f"{name}: {line}" for line in violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{name}: scrolls to {wide} pixels"] if wide > width else []
    assert not found, "\n".join(found)
