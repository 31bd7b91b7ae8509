from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DepartmentsConfig(AppConfig):
    name = "departments"
    verbose_name = _("Agency and people")

    def ready(self):
        from departments import doors, frame, search_entries
        from portal import drawn, freshness, replica
        from portal.files import register_door

        register_door(doors.DOOR)
        # Of the database that the page was read from: one without a frame asks this alone.
        freshness.asks(replica.from_copy_where_possible(frame.next_change))
        drawn.stands_on(frame.question, frame.rows)
        search_entries.register()
