"""Make an administrator and print his cookies and the token of his forms, for the scanners."""

import json
import secrets
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from portal.models import User  # noqa: E402

if __name__ == "__main__":
    user = User.objects.create_superuser(
        "scanner", "scanner@example.com", password=secrets.token_urlsafe(24)
    )
    client = Client()
    client.force_login(user)
    token = get_random_string(32)
    cookies = {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        settings.CSRF_COOKIE_NAME: token,
    }
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    sys.stdout.write(json.dumps({"cookie": cookie, "token": token}))
