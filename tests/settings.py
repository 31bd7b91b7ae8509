"""The real settings with what a test run needs: its own secret, files in a folder of its own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="portal-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

os.environ["ENV_FILE"] = os.devnull  # what a developer keeps in .env changes no test
os.environ["SECRET_KEY"] = "a key for tests only, long enough for the deploy check: 0123456789"
os.environ["DEBUG"] = "false"
os.environ["SITE_URL"] = "http://testserver"
os.environ["ADMIN_PATH"] = "admin/"
os.environ["ADMIN_NETWORKS"] = ""
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ.setdefault("DATABASE_URL", "")
os.environ["MEDIA_ROOT"] = str(FOLDER / "media")
os.environ["MEDIA_ACCEL"] = ""
# Most tests are not about sign-in: they use `client.force_login`, which asks for no second factor,
# and travel in time with a session open. tests/portal/test_sign_in.py sets both as in service.
os.environ["MFA_REQUIRED_GROUPS"] = ""
os.environ["SESSION_IDLE_MINUTES"] = os.environ["SESSION_HOURS"] = "999999"
os.environ["CLAMD"] = ""
os.environ["CACHE_URL"] = "locmemcache://"
os.environ["REPLICA_URL"] = os.environ["MEDIA_STORAGE_URL"] = ""

from portal.settings import *  # noqa: E402, F403
from portal.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
EMAIL_IS_SENT = True
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
STATIC_ROOT = FOLDER / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in service: in memory there is no WAL, and two connections cannot meet.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}
