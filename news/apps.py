from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# What is no content, or is made from it.
NOT_IN_VERSIONS = ("version", "title_key", "is_major_change", "change_note")


class NewsConfig(AppConfig):
    name = "news"
    verbose_name = _("News")

    def ready(self):
        import reversion
        from django.db.models.signals import post_save

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
            reversion.register(article._meta.get_field(name).related_model)
        post_save.connect(_tell, sender="news.Transition", dispatch_uid="news.tell")


def _tell(*, instance, created, raw=False, **kwargs) -> None:
    """A new step is told of to those it concerns; loaded data is not."""
    from news import notifications

    if created and not raw:
        notifications.tell(instance)
