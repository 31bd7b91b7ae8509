from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# What is no content, or is made from it.
NOT_IN_VERSIONS = ("version", "title_key", "is_major_change", "change_note")
# What the database keeps itself beside an article's parts (models.Listed).
NOT_IN_VERSIONS_OF_PARTS = ("public_from", "of_person")


class NewsConfig(AppConfig):
    name = "news"
    verbose_name = _("News")

    def ready(self):
        import reversion
        from django.db.models.signals import post_migrate, post_save, pre_migrate

        from departments import frame
        from news import changes, copies, doors, jobs, search_entries, totals, urgent
        from portal import logs
        from portal.files import register_door

        logs.keep_secret_after("xem-truoc/")
        register_door(doors.DOOR)
        search_entries.register()
        jobs.register()
        totals.register()
        frame.add_column("urgent", urgent.shown)
        for moments in changes.AHEAD:
            frame.add_change(moments)
        article = self.get_model("Article")
        reversion.register(article, follow=copies.PARTS, exclude=NOT_IN_VERSIONS)
        for name in copies.PARTS:
            part = article._meta.get_field(name).related_model
            reversion.register(part, exclude=NOT_IN_VERSIONS_OF_PARTS)
        pre_migrate.connect(_drop_triggers, sender=self)
        post_migrate.connect(_make_triggers, sender=self)
        post_save.connect(_tell, sender="news.Transition", dispatch_uid="news.tell")


def _drop_triggers(*, using, plan, **kwargs) -> None:
    from news import newest_sql

    if plan:
        newest_sql.drop_for_rebuilds(using)


def _make_triggers(*, using, **kwargs) -> None:
    from news import newest_sql

    newest_sql.prepare(using)


def _tell(*, instance, created, raw=False, **kwargs) -> None:
    """A new step is told of to those it concerns; loaded data is not."""
    from news import notifications

    if created and not raw:
        notifications.tell(instance)
