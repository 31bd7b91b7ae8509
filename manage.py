#!/usr/bin/env python3
"""Run the portal's commands; the settings read the same .env as the server."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    if sys.argv[1:2] == ["test"]:
        # Django's runner finds no pytest function and would report success on nothing.
        sys.exit("Các kiểm thử chạy bằng: make test")
    try:
        _ = settings.SECRET_KEY  # some commands would run on without settings
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OperationalError as error:
        reason = " ".join(str(error).split())
        sys.exit(f"Không dùng được cơ sở dữ liệu, xin xem lại DATABASE_URL trong .env: {reason}")


if __name__ == "__main__":
    main()
