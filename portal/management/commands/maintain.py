"""`manage.py maintain`: everything that is due, each job once; a timer calls it every five minutes.

Several hosts may call it at the same time.
"""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from portal import job_letters, maintenance


class Command(BaseCommand):
    help = "Do what is due: letters, backup, drill, clearing away. Safe on several hosts at once."

    def handle(self, **options):
        failed = []
        for job, said, problem in maintenance.run_due():
            self.stdout.write(f"{job.name}: {problem or said}")
            if problem:
                failed.append(job.name)
        job_letters.send()
        if failed:
            raise CommandError(gettext("These jobs failed: %s.") % ", ".join(failed))
