"""`manage.py verify_audit`: is the audit trail still as it was written?

Exit code 1 with a sentence for each thing that is not. With BACKUP_DIR the end of the chain is
kept in a file there and compared at the next run, so that a shortened chain shows.
"""

import re
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext, ngettext

from portal.audit_chain import Check

ANCHOR_FILE = "audit-anchor"
MOST_SHOWN = 20


class Command(BaseCommand):
    @property
    def help(self) -> str:
        return gettext("Check that the audit trail is as it was written.")

    def add_arguments(self, parser):
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="SEQUENCE:HASH",
            help=gettext("An entry as it was noted before, from the log or an earlier run."),
        )

    def handle(self, *, anchor, **options):
        file = Path(settings.BACKUP_DIR) / ANCHOR_FILE if settings.BACKUP_DIR else None
        kept = [file.read_text(encoding="ascii")] if file and file.exists() else []
        check = Check(anchors=dict(map(_parsed, [*anchor, *kept])))
        faults = check.faults()
        shown = list(islice(faults, MOST_SHOWN))
        for fault in shown:
            self.stderr.write(fault)
        if shown:
            raise CommandError(self._summary(len(shown) + sum(1 for _more in faults)))
        end = f"{check.sequence}:{check.hash}"
        if file and check.sequence:
            _keep(file, end)
        entries = ngettext("%s entry, matches.", "%s entries, all match.", check.count)
        # Outside of an f-string, where the sentence would not be found for translation.
        ends = gettext("End of the chain: %s") % end
        self.stdout.write(f"{entries % check.count} {ends}")

    @staticmethod
    def _summary(count: int) -> str:
        words = ngettext(
            "The audit trail is not as it was written: %s finding.",
            "The audit trail is not as it was written: %s findings.",
            count,
        )
        return words % count


def _parsed(anchor: str) -> tuple[int, str]:
    found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", anchor.strip())
    if found is None:
        raise CommandError(
            gettext("“%s” is no anchor: it takes the number of an entry, a colon and its hash.")
            % anchor.strip()
        )
    return int(found[1]), found[2]


def _keep(file: Path, end: str) -> None:
    """Replace the anchor at once or not at all."""
    try:
        beside = file.with_suffix(".new")
        beside.write_text(end, encoding="ascii")
        beside.replace(file)
    except OSError as error:
        raise CommandError(
            gettext("The anchor could not be kept in %(file)s: %(error)s")
            % {"file": file, "error": error}
        ) from error
