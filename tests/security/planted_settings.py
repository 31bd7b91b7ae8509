"""The site's settings, with the addresses of tests/security/planted.py before its own."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "tests.security.planted"
