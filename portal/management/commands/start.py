"""`manage.py start`: bring the site up, setting up what a first start needs.

Does what `make run` promises: the database's tables, the sample content and an administrator on
the first start, the static files, then the server.
"""

import fcntl
import logging
import os
import secrets
import socket
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from portal.models import User


class Command(BaseCommand):
    help = "Chuẩn bị mọi thứ rồi chạy trang."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="địa chỉ máy chủ lắng nghe")
        parser.add_argument("--port", default="8000", help="cổng, từ 1 đến 65535")
        parser.add_argument(
            "--prepare", action="store_true", help="chỉ chuẩn bị, không chạy máy chủ"
        )

    def handle(self, *, host, port, prepare, **options):
        if not prepare:
            port = self._free_port(host, port)
        with _one_at_a_time():
            call_command("migrate", verbosity=0, interactive=False)
            call_command("collectstatic", verbosity=0, interactive=False)
            if not User.objects.exists():
                self._first_start()
        if not prepare:
            self._serve(host, port)

    def _free_port(self, host, text) -> int:
        port = int(text) if text.isascii() and text.isdigit() else 0
        if not 0 < port < 65536:
            raise CommandError(f"PORT phải là một số từ 1 đến 65535, không phải “{text}”.")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CommandError(
                    f"Không mở được cổng {port} trên {host} ({error}). "
                    f"Xin chọn cổng khác, ví dụ: make run PORT={port + 1 if port < 65535 else 8001}"
                ) from error
        return port

    def _first_start(self):
        """The account comes last: a start that was cut short begins again."""
        # The audit trail's lines for each sample would hide the account's password.
        logging.getLogger("portal.audit").setLevel(logging.WARNING)
        call_command("load_sample")
        name = os.environ.get("DJANGO_SUPERUSER_USERNAME") or "quantri"
        given = os.environ.get("DJANGO_SUPERUSER_PASSWORD")
        password = given or secrets.token_urlsafe(12)
        email = os.environ.get("DJANGO_SUPERUSER_EMAIL") or f"{name}@localhost"
        User.objects.create_superuser(username=name, email=email, password=password)
        shown = "(như đã đặt trong DJANGO_SUPERUSER_PASSWORD)" if given else password
        self.stdout.write(
            "\nTài khoản quản trị, chỉ hiện một lần này, xin ghi lại:"
            f"\n  Tên đăng nhập: {name}\n  Mật khẩu: {shown}\n"
        )

    def _serve(self, host, port):
        shown = "localhost" if host in {"127.0.0.1", "0.0.0.0"} else host  # noqa: S104
        address = f"http://{shown}:{port}"
        if urlsplit(settings.SITE_URL).hostname == "localhost":
            os.environ["SITE_URL"] = address  # the pages' own links name the port in use
        self.stdout.write(
            f"\nTrang: {address}/\nQuản trị: {address}/{settings.ADMIN_PATH}\nDừng: Ctrl-C\n"
        )
        self.stdout.flush()
        command = ["-m", "gunicorn", "portal.wsgi", "--bind", f"{host}:{port}"]
        os.chdir(settings.BASE_DIR)  # where gunicorn.conf.py is
        os.execv(sys.executable, [sys.executable, *command, "--log-level", "warning"])  # noqa: S606


@contextmanager
def _one_at_a_time():
    """Two starts at once would both make tables and accounts: the second waits."""
    with (Path(settings.BASE_DIR) / "manage.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
