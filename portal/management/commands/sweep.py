"""`manage.py sweep`: looks for foreign content everywhere; for a timer, every night."""

import json
import logging
from pathlib import Path
from smtplib import SMTPException

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from portal import audit, hosts, neutralise
from portal.accounts import letters
from portal.publishing import Refused
from portal.sweep import DatabaseSweep
from portal.sweep_files import CodeSweep, record_age, uploads
from portal.sweep_records import Found, State, SweepFinding, SweepRun, accepted_keys, keep

logger = logging.getLogger(__name__)
MAILED = 50  # findings named in one letter


class Command(BaseCommand):
    @property
    def help(self) -> str:  # argparse wants plain text, in the language set by then
        return gettext("Look for foreign links, texts, files and changed programs.")

    def add_arguments(self, parser):
        parser.add_argument(
            "--learn",
            action="store_true",
            help=gettext(
                "write down the program as it is now, to compare with: after every update"
            ),
        )
        parser.add_argument(
            "--neutralise",
            action="store_true",
            help=gettext("make harmless what can be: remove links, set files aside; can be undone"),
        )
        parser.add_argument(
            "--dry-run", action="store_true", help=gettext("write nothing down and send no letter")
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help=gettext("one JSON object a line instead of sentences"),
        )
        parser.add_argument(
            "--code",
            type=Path,
            metavar="DIR",
            help=gettext("another folder of the program to look at"),
        )

    def handle(self, *args, **options):
        lists = hosts.lists()
        code = CodeSweep(lists, options["code"])
        if options["learn"]:
            count = code.learn()
            audit.record("sweep_learned", actor="sweep", after={"files": count})
            self.stdout.write(gettext("Written down: %s files of the program.") % count)
            return
        run, found = self._sweep(lists, code)
        accepted = accepted_keys()
        found = [one for one in found if one.key not in accepted]
        alarms = [one for one in found if one.is_alarm]
        self._report(found, as_json=options["json"])
        if not options["dry_run"]:
            self._write_down(run, found)
            if options["neutralise"]:
                self._neutralise({one.key for one in alarms})
        if not options["json"]:
            self._summary(run, alarms)
        if alarms:
            raise CommandError(self._count(len(alarms)), returncode=1)

    @staticmethod
    def _sweep(lists, code) -> tuple[SweepRun, list[Found]]:
        """One pass over everything. What is found is kept in memory, what is read is not."""
        run = SweepRun(started_at=timezone.now())
        media = uploads()
        database = DatabaseSweep(lists, unnamed=media.checksums())
        found = [*database.run(), *media.run(database.unnamed), *code.run()]
        run.rows, run.files = database.rows, media.files + code.files
        return run, found

    def _report(self, found: list[Found], *, as_json: bool) -> None:
        for one in found:
            if as_json:
                told = {"area": one.area.value, "kind": one.kind.value, "alarm": one.is_alarm}
                told |= {"table": one.table, "row": one.row, "column": one.column}
                self.stdout.write(json.dumps(told | {"path": one.path, "words": one.excerpt}))
            else:
                sign = "!" if one.is_alarm else "·"
                self.stdout.write(f"{sign} {one.area.label}: {one.line}")

    def _write_down(self, run: SweepRun, found: list[Found]) -> None:
        new = keep(found)
        run.alarms = sum(one.is_alarm for one in found)
        run.new_alarms = len(new)
        run.finished_at = timezone.now()
        run.save()
        if new:
            audit.record("sweep_found", actor="sweep", target=run, after={"new": len(new)})
            self._mail(new)

    def _mail(self, new: list[Found]) -> None:
        """A letter about what nobody was told of yet; one that cannot be sent ends nothing."""
        if not letters.can_reach_administrators():
            return
        lines = [f"- {one.area.label}: {one.line}" for one in new[:MAILED]]
        if len(new) > MAILED:
            lines.append(gettext("And %s more.") % (len(new) - MAILED))
        page = settings.SITE_URL + reverse("admin:portal_sweepfinding_changelist")
        said = [
            gettext("The sweep of %s has found what does not belong there:") % settings.SITE_URL
        ]
        body = "\n".join([*said, "", *lines, "", gettext("Look at it here: %s") % page])
        subject = gettext("Foreign content on the portal: %s") % self._count(len(new))
        try:
            letters.write_to_administrators(subject, body)
        except (OSError, SMTPException) as error:
            logger.warning("The letter about the sweep could not be sent: %s", error)
            self.stderr.write(gettext("The letter could not be sent."))

    def _neutralise(self, keys: set[str]) -> None:
        open_ones = SweepFinding.objects.filter(state=State.OPEN).order_by("pk")
        for pk in list(open_ones.values_list("pk", flat=True)):
            finding = SweepFinding.objects.get(pk=pk)  # the one before may have settled it
            if finding.key not in keys or not neutralise.can(finding):
                continue
            try:
                neutralise.neutralise(finding, by=None, actor="sweep")
                self.stdout.write(gettext("Neutralised: %s") % finding.place)
            except Refused as refusal:
                self.stdout.write(f"{finding.place}: {' '.join(refusal.reasons)}")

    def _summary(self, run: SweepRun, alarms: list[Found]) -> None:
        read = {"rows": run.rows, "files": run.files}
        self.stdout.write(gettext("Read: %(rows)s rows, %(files)s files.") % read)
        if made := record_age():
            self.stdout.write(gettext("Compared with the record of %s.") % made[:16])
        else:
            self.stdout.write(gettext("There is no record of the program yet: run sweep --learn."))
        if not alarms:
            self.stdout.write(gettext("Nothing foreign found."))

    @staticmethod
    def _count(number: int) -> str:
        return ngettext("%s finding", "%s findings", number) % number
