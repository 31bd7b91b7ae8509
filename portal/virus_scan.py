"""Uploads shown to a virus scanner before anything else reads them: clamd, by its INSTREAM command.

`CLAMD` says where it listens (`unix:///run/clamav/clamd.ctl`, `tcp://127.0.0.1:3310`); without it
nothing is scanned. With it nothing comes in that the scanner has not called clean: while it is down
or busy, uploads are kept out. What it finds is refused, kept nowhere, and told to the audit trail.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal import audit

TIMEOUT = 30  # seconds that the scanner may keep silent
VERSION_TIMEOUT = 3  # while somebody waits for a page
CHUNK = 256 * 1024
LONGEST_ANSWER = 4096

_INFECTED = _(
    "The virus scanner found “%(virus)s” in the file “%(name)s”. It was not stored; please tell "
    "the administrator and check the computer that it comes from."
)
_BUSY = _("The virus scanner is busy, so the file “%(name)s” was not stored. Please try again.")

logger = logging.getLogger(__name__)


def check(upload, *, name: str) -> None:
    """Raise ValidationError unless the scanner calls the file clean; no scanner: nothing happens.

    `upload`: an open binary file, left at its start; asked twice, it is scanned once. `name`: as a
    sentence names it.
    """
    if not settings.CLAMD or getattr(upload, "is_scanned", False):
        return
    if (refusal := getattr(upload, "scan_refusal", None)) is not None:
        raise refusal
    try:
        virus = _scan(upload)
    except OSError as error:
        logger.exception("The virus scanner does not answer")
        raise ValidationError(_BUSY, code="scan", params={"name": name}) from error
    finally:
        upload.seek(0)
    if virus:
        audit.refuse(action="upload_refused", target=name, virus=virus)
        params = {"name": name, "virus": virus}
        upload.scan_refusal = ValidationError(_INFECTED, code="virus", params=params)
        raise upload.scan_refusal
    upload.is_scanned = True


def _scan(upload) -> str:
    """The name of what was found, "" for a clean file. Raises OSError for every other answer."""
    upload.seek(0)
    with _connection() as scanner:
        scanner.sendall(b"zINSTREAM\0")
        while chunk := upload.read(CHUNK):
            scanner.sendall(struct.pack(">I", len(chunk)) + chunk)
        scanner.sendall(struct.pack(">I", 0))
        answer = _answer(scanner)
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise OSError(f"the scanner answered {answer!r}")


def version() -> str:
    """What the scanner says it is, with the date of its signatures: "ClamAV 1.0.7/27455/Thu Nov…".

    Raises OSError while it does not answer.
    """
    with _connection(VERSION_TIMEOUT) as scanner:
        scanner.sendall(b"zVERSION\0")
        return _answer(scanner)


def _connection(timeout: int = TIMEOUT) -> socket.socket:
    address = urlsplit(settings.CLAMD)
    if address.scheme == "tcp":
        return socket.create_connection((address.hostname, address.port), timeout=timeout)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(address.path)
    except OSError:
        connection.close()
        raise
    return connection


def _answer(scanner: socket.socket) -> str:
    """One line that ends with NUL."""
    answer = b""
    while not answer.endswith(b"\0"):
        received = scanner.recv(LONGEST_ANSWER)
        if not received or len(answer) > LONGEST_ANSWER:
            raise OSError("the scanner hung up")
        answer += received
    return answer.rstrip(b"\0").decode("utf-8", "replace")
