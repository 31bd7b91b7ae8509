"""A few rows of every model, by the site's own code: `python -m tests.releases.content` fills the
database of DATABASE_URL and prints by model how many rows it has."""

import json
import os
import sys
from datetime import date, timedelta

import django


def fill() -> None:
    """Rows that hang together as on a real site; no model is left without."""
    import reversion
    from django.contrib.admin.models import CHANGE, LogEntry
    from django.contrib.auth.models import Permission

    from departments.models import Succession
    from news.models import Article
    from portal.publishing import Status
    from tests import factories as make

    agency = make.make_site(contact={"phone": "(0205) 3.871.906"}).agency
    old, unit = (
        make.make_department(name=name, parent=agency) for name in ("Phòng cũ", "Phòng mới")
    )
    Succession.objects.create(
        predecessor=old, successor=unit, effective_on=date(2025, 3, 1), kind=Succession.Kind.RENAMED
    )
    writer = make.make_user(groups=["Phóng viên"])
    reviewer = make.make_user(groups=["Duyệt đăng"])
    reviewer.user_permissions.add(Permission.objects.first())
    director = make.make_appointment(department=agency)
    category = make.make_category(name="Tin hoạt động")
    with reversion.create_revision():
        report = make.make_article(
            title="Hội nghị tổng kết năm 2017",
            kind=Article.Kind.REPORT,
            category=category,
            department=unit,
            created_by=writer,
            body='<p>Đoạn đầu của báo cáo.</p><figure data-photo="1"></figure><p>Đoạn sau.</p>',
        )
        make.make_conference(article=report, chair=director)
        make.make_article_photo(article=report, caption="Toàn cảnh hội nghị", ref=1)
        make.make_attachment(article=report)
        reversion.set_user(writer)
    draft = make.make_article(title="Bài nháp", category=category, status=Status.DRAFT)
    report.related.add(draft)
    _beside_articles(report, draft, unit, director, writer)
    _of_accounts(writer, unit)
    _of_the_portal()
    LogEntry.objects.create(user=writer, object_repr="Bài nháp", action_flag=CHANGE)


def _beside_articles(report, draft, unit, director, writer) -> None:
    from django.utils import timezone

    from news import models

    now = timezone.now()
    models.ArticleDepartment.objects.create(article=report, department=unit, order=1)
    models.ArticleUpdate.objects.create(article=report, at=now, note="Sửa số liệu.")
    models.ArticlePerson.objects.create(article=report, appointment=director)
    step = models.Transition.objects.create(article=draft, verb="submit", by=writer)
    models.UrgentNotice.objects.create(
        text="Nghỉ lễ", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=3650)
    )
    models.Remark.objects.create(article=draft, text="Xin xem lại tên.", by=writer)
    models.Autosave.objects.create(user=writer, article=draft, token="a", fields={"title": "Bài"})
    models.PreviewLink.objects.create(article=draft, by=writer, expires_at=now)
    models.WordFile.objects.create(
        article=draft, name="bai.docx", file="word/a.docx", checksum="0" * 32, size=1
    )
    models.Notification.objects.create(user=writer, step=step)
    models.BrokenLink.objects.create(
        article=report, address="https://example.org/", why="404", first_seen=now, last_seen=now
    )


def _of_accounts(writer, unit) -> None:
    from allauth.account.models import EmailAddress, EmailConfirmation
    from allauth.mfa.models import Authenticator
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from departments.models import Membership
    from portal.models import FailedTry

    Membership.objects.create(user=writer, department=unit)
    address = EmailAddress.objects.create(user=writer, email=writer.email)
    EmailConfirmation.objects.create(email_address=address, key="a" * 20)
    Authenticator.objects.create(user=writer, type=Authenticator.Type.TOTP, data={"secret": "a"})
    FailedTry.objects.create(kind=FailedTry.PASSWORD, at=timezone.now())
    SessionStore().save(must_create=True)


def _of_the_portal() -> None:
    from portal import audit, models

    for files in (1, 2):
        audit.record("sweep_learned", actor="sweep", after={"files": files})
    models.Synonym.objects.create(terms="nghị quyết\nNQ")
    models.MaintenanceJob.objects.create(name="backup")
    models.TrustedHost.objects.create(host="example.org", reason="Báo địa phương")
    models.BlockedHost.objects.create(host="example.net", reason="Cờ bạc")
    models.SweepRun.objects.create()
    models.SweepFinding.objects.create(key="a", area="media", kind="orphan")


def rows() -> dict[str, int]:
    """By model how many rows there are."""
    from django.apps import apps

    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
    }


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    if sys.argv[1:] == ["fill"]:
        fill()
    json.dump(rows(), sys.stdout)
