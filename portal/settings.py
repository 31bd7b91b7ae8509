"""The one settings module, read from the environment and from .env beside manage.py.

Fails closed: what is missing or wrong stops the start with one sentence that names it. The
sentences stand here in Vietnamese because translation works only once settings are loaded.
`.env.example` lists every variable.
"""

import io
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from portal.clients import networks

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()


SETTINGS_FILE = Path(env.str("ENV_FILE", default="") or BASE_DIR / ".env")


def _read_env_file() -> None:
    named, file = env.str("ENV_FILE", default=""), SETTINGS_FILE
    if not named and not file.exists():
        return
    try:
        # Read here: read_env passes over a file that it may not open. "-sig": Notepad's mark.
        env.read_env(io.StringIO(file.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"Không đọc được tệp thiết lập {file}: xin xem lại biến ENV_FILE, quyền đọc tệp và "
            "bảng mã của tệp (phải là UTF-8)."
        ) from error


_read_env_file()


def _required(name: str, advice: str) -> str:
    value = env.str(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(f"Thiếu biến {name}: {advice}")
    return value


def _boolean(name: str, *, default: bool) -> bool:
    value = env.str(name, default="").strip().lower() or str(default).lower()
    if value not in {"true", "1", "yes", "on", "false", "0", "no", "off"}:
        raise ImproperlyConfigured(f"Biến {name} phải là true hoặc false, không phải “{value}”.")
    return value in {"true", "1", "yes", "on"}


def _secrets(name: str) -> list[str]:
    """Secrets that are not required, but are long where they are set; a space between two."""
    values = env.str(name, default="").split()
    if any(len(value) < 32 for value in values):
        raise ImproperlyConfigured(f"Biến {name} quá ngắn: cần chuỗi ngẫu nhiên ít nhất 32 ký tự.")
    return values


def _one_of(name: str, words: tuple[str, ...]) -> str:
    """One of the words; the first where nothing is said."""
    value = env.str(name, default="").strip().lower() or words[0]
    if value not in words:
        raise ImproperlyConfigured(
            f"Biến {name} phải là một trong: {', '.join(words)}; không phải “{value}”."
        )
    return value


def _whole_number(name: str, *, default: int, least: int = 1) -> int:
    """Of a limit at least 1: none at all cannot be said."""
    text = env.str(name, default="").strip() or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) < 10**6):
        kind = "một số nguyên dương" if least else "0 hoặc một số nguyên dương"
        raise ImproperlyConfigured(f"Biến {name} phải là {kind}, không phải “{text}”.")
    return int(text)


def _networks(name: str, *, default: str = "") -> list:
    try:
        return networks(env.list(name, default=[]) or default.split())
    except ValueError as error:
        raise ImproperlyConfigured(
            f"Biến {name} không đúng: cần các mạng như 10.0.0.0/8 hoặc 192.168.1.5, cách nhau bằng "
            "dấu phẩy, không có dấu cách."
        ) from error


def _security_contact() -> list[str]:
    """As security.txt names them: an address of mail alone gets its scheme."""
    named = env.list("SECURITY_CONTACT", default=[])
    contacts = [f"mailto:{one}" if "@" in one and ":" not in one else one for one in named]
    if not all(re.fullmatch(r"(?:mailto:|tel:\+|https://)[!-~]+", one) for one in contacts):
        raise ImproperlyConfigured(
            "Biến SECURITY_CONTACT không đúng: cần địa chỉ thư, tel:+84… hoặc https://…, cách nhau "
            "bằng dấu phẩy, không có dấu cách."
        )
    return contacts


# With its own 4 MB PostgreSQL reads a list of more than 262,144 ids through for each hit of a
# search, which takes minutes. Compiling a query ("jit") takes longer than answering it.
_POSTGRESQL_SESSION = {"options": "-c work_mem=64MB -c jit=off"}


def _database() -> dict:
    url = env.str("DATABASE_URL", default="") or f"sqlite:///{BASE_DIR / 'db.sqlite3'}"
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"sqlite", "postgres", "postgresql"} and parts.port != 0
        config = env.db_url_config(url) if known else {}
    except (ValueError, ImproperlyConfigured):
        config = {}
    if config.get("NAME") in {None, "", ":memory:"}:  # each worker would have a memory of its own
        raise ImproperlyConfigured(
            "Biến DATABASE_URL không đúng: cần dạng sqlite:////đường/dẫn/tệp.sqlite3 hoặc "
            "postgresql://người_dùng:mật_khẩu@máy:5432/tên_cơ_sở_dữ_liệu."
        )
    if config["ENGINE"].endswith("sqlite3"):
        config["NAME"] = str(BASE_DIR / config["NAME"])
        config["OPTIONS"] = {
            # Six writers: 64.7 % "database is locked" with the defaults, 0 % with these.
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        config["OPTIONS"] = {
            "connect_timeout": 3,
            **_POSTGRESQL_SESSION,
            **config.get("OPTIONS", {}),
        }
        config["CONN_HEALTH_CHECKS"] = True
    # Opening one costs as much as the queries of a page: on SQLite Django teaches it functions.
    config["CONN_MAX_AGE"] = 60
    return config


def _replica() -> dict[str, dict]:
    """The copy of the database that public pages read, where there is one (portal/replica.py)."""
    url = env.str("REPLICA_URL", default="").strip()
    if not url:
        return {}
    try:
        config = env.db_url_config(url)
    except (ValueError, ImproperlyConfigured):
        config = {}
    both = (config, DATABASES["default"])
    if not all(one.get("NAME") and one["ENGINE"].endswith("postgresql") for one in both):
        raise ImproperlyConfigured(
            "Biến REPLICA_URL không đúng: cần dạng postgresql://người_dùng:mật_khẩu@máy:5432/"
            "tên_cơ_sở_dữ_liệu của một bản sao PostgreSQL, và DATABASE_URL cũng phải là PostgreSQL."
        )
    # A copy that does not answer is passed by, so its connection is not tried out beforehand, and
    # nobody waits long for it.
    config["OPTIONS"] = {
        "connect_timeout": 2,
        "tcp_user_timeout": 3000,
        **_POSTGRESQL_SESSION,
        **config.get("OPTIONS", {}),
    }
    config["CONN_MAX_AGE"] = 60
    config["TEST"] = {"MIRROR": "default"}
    return {"replica": config}


def _cache() -> dict:
    try:
        config = env.cache_url_config(env.str("CACHE_URL", default="") or "locmemcache://")
        if config["BACKEND"].endswith("RedisCache"):
            config["BACKEND"] = "portal.cache.Redis"  # may die without anything failing
        return config
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(
            "Biến CACHE_URL không đúng: cần dạng redis://máy:6379/0 hoặc locmemcache://."
        ) from error


def _media_storage() -> dict:
    """Where uploads lie: MEDIA_ROOT, or the bucket of MEDIA_STORAGE_URL (portal/s3.py)."""
    url = env.str("MEDIA_STORAGE_URL", default="").strip()
    if not url:
        return {"BACKEND": "portal.files.PrivateStorage"}
    try:
        parts = urlsplit(url)
        bucket = re.fullmatch(r"/([a-z0-9][a-z0-9.-]+)/?", parts.path)
        region = re.fullmatch(r"(?:region=([a-z0-9-]+))?", parts.query)
        right = parts.scheme in {"s3", "s3+http"} and parts.hostname and parts.port != 0
        right = right and parts.username and parts.password and not parts.fragment
    except ValueError:
        right = bucket = region = None
    if not (right and bucket and region):
        raise ImproperlyConfigured(
            "Biến MEDIA_STORAGE_URL không đúng: cần dạng s3://khoá:mật_khẩu@máy:cổng/tên-kho, có "
            "thể thêm ?region=vùng (s3+http:// nếu không có TLS); ký tự đặc biệt viết dạng %2F."
        )
    if find_spec("boto3") is None:
        raise ImproperlyConfigured(
            "Biến MEDIA_STORAGE_URL cần thư viện boto3: chạy “pip install --require-hashes -r "
            "requirements-hosts.lock” trong môi trường của trang."
        )
    scheme = "https" if parts.scheme == "s3" else "http"
    return {
        "BACKEND": "portal.s3.S3Storage",
        "OPTIONS": {
            "endpoint": f"{scheme}://{parts.netloc.rpartition('@')[2]}",
            "bucket": bucket[1],
            "key": unquote(parts.username),
            "secret": unquote(parts.password),
            "region": region[1] or "us-east-1",
        },
    }


def _mail() -> dict:
    """Django's settings of the mail server; without EMAIL_URL no letter is sent."""
    url = env.str("EMAIL_URL", default="")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        return env.email_url_config(url)
    except (KeyError, ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(
            "Biến EMAIL_URL không đúng: cần dạng smtp+tls://người_dùng:mật_khẩu@máy:587."
        ) from error


def _list_of_hosts(path: str) -> str:
    """The path of a file of host names, one a line; "" without one."""
    try:
        if path:
            Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"Không đọc được tệp {path} của biến LINK_BLOCKLIST_FILE: cần tệp văn bản UTF-8, mỗi "
            "dòng một tên miền."
        ) from error
    return path


def _virus_scanner() -> str:
    """Where clamd listens; empty: nothing is scanned."""
    url = env.str("CLAMD", default="").strip()
    try:
        parts = urlsplit(url)
        is_socket = parts.scheme == "unix" and not parts.netloc and len(parts.path) > 1
        is_right = is_socket or (parts.scheme == "tcp" and parts.hostname and parts.port)
    except ValueError:
        is_right = False
    if url and not is_right:
        raise ImproperlyConfigured(
            "Biến CLAMD không đúng: cần dạng unix:///run/clamav/clamd.ctl hoặc "
            "tcp://127.0.0.1:3310; để trống nếu không quét vi-rút."
        )
    return url


def _site_url() -> str:
    url = (env.str("SITE_URL", default="") or "http://localhost:8000").rstrip("/")
    try:
        parts = urlsplit(url)
        right = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        right = right and url == f"{parts.scheme}://{parts.netloc}" and " " not in url
    except ValueError:
        right = False
    if not right:
        raise ImproperlyConfigured(
            "Biến SITE_URL không đúng: cần dạng https://tên-miền, không có đường dẫn phía sau."
        )
    return url


def _admin_path() -> str:
    path = (env.str("ADMIN_PATH", default="") or "admin").strip("/") + "/"
    if not re.fullmatch(r"([A-Za-z0-9_-]+/)+", path):
        raise ImproperlyConfigured(
            "Biến ADMIN_PATH không đúng: chỉ gồm chữ không dấu, số, dấu - và _, ví dụ admin/."
        )
    return path


# ── The site ────────────────────────────────────────────────────────────────────────────────────
SECRET_KEY = _required(
    "SECRET_KEY",
    "chạy “make run” để tạo tệp .env, hoặc đặt một chuỗi ngẫu nhiên ít nhất 50 ký tự.",
)
# What the audit trail is sealed with; empty: made from SECRET_KEY.
AUDIT_KEY = "".join(_secrets("AUDIT_KEY"))
AUDIT_OLD_KEYS = _secrets("AUDIT_OLD_KEYS")
DEBUG = _boolean("DEBUG", default=False)
SITE_URL = _site_url()
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or [urlsplit(SITE_URL).hostname]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ADMIN_PATH = _admin_path()
# From where the admin exists; elsewhere its addresses are unknown ones. Empty: everywhere.
ADMIN_NETWORKS = _networks("ADMIN_NETWORKS")

# Whom to tell about a hole: /.well-known/security.txt.
SECURITY_CONTACT = _security_contact()

INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "portal",
    "departments",
    "news",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "portal.apps.StaticFilesConfig",
    "ckeditor",
    "reversion",
]

MIDDLEWARE = [
    "portal.serving.RequestID",
    "portal.metrics.Measured",
    "portal.policies.Headers",
    "portal.freshness.Freshness",
    "portal.middleware.TrustedProxies",
    "portal.admin_access.AdminAccess",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.NoNullBytes",
    "portal.middleware.AuditedRequests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the CSRF check, which reads a form whole to find its token.
    "portal.accounts.sessions.StaffSessions",
    "django.middleware.csrf.CsrfViewMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.StaffMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        # The public pages; what it does not know, the admin's templates, is Django's.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "OPTIONS": {
            "environment": "portal.jinja.environment",
            "extensions": [
                "portal.jinja.Portal",
                "departments.jinja.Departments",
                "news.jinja.News",
            ],
            "context_processors": ["portal.display.display", "departments.frame.frame"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# ── Data ────────────────────────────────────────────────────────────────────────────────────────
DATABASES = {"default": _database()}
if _COPY := _replica():
    DATABASES |= _COPY
    DATABASE_ROUTERS = ["portal.replica.Router"]
    MIDDLEWARE.append("portal.replica.PublicReads")  # the last: nothing comes before the view
CACHES = {"default": _cache()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "portal.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
]

# ── Sign-in ──────────────────────────────────────────────────────────────────────────────────────
AUTHENTICATION_BACKENDS = ["portal.accounts.backend.StaffBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_RESET_TIMEOUT = 3600
# The groups whose members need a second factor, as superusers do; empty: nobody does.
_GROUPS = env.str("MFA_REQUIRED_GROUPS", default="Duyệt đăng,Quản trị").split(",")
MFA_REQUIRED_GROUPS = [name.strip() for name in _GROUPS if name.strip()]
SESSION_IDLE_MINUTES = _whole_number("SESSION_IDLE_MINUTES", default=30)
SESSION_HOURS = _whole_number("SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
# django-allauth: the steps of a sign-in, codes, passkeys. Its addresses: portal/accounts/urls.py.
ACCOUNT_ADAPTER = "portal.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_SIGNUP_ENABLED = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_METHODS = ["password"]
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Its limits live in the cache, one for each worker: portal/accounts/limits.py counts instead.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "portal.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # administrators make the accounts
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # half a minute that a phone's clock may be wrong
MFA_TOTP_ISSUER = urlsplit(SITE_URL).hostname

# ── Language and time ───────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "django"]
FORMAT_MODULE_PATH = ["portal.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# ── Files ───────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / (env.str("STATIC_ROOT", default="") or "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
# One private root for every upload; nothing below it is served but through portal.files.media.
MEDIA_ROOT = BASE_DIR / (env.str("MEDIA_ROOT", default="") or "media")
MEDIA_URL = "/media/"
# Where nginx finds MEDIA_ROOT as an internal location ("/_tep/"); empty: Django sends the file.
MEDIA_ACCEL = env.str("MEDIA_ACCEL", default="")
if MEDIA_ACCEL and env.str("MEDIA_STORAGE_URL", default="").strip():
    raise ImproperlyConfigured(
        "Biến MEDIA_ACCEL phải để trống khi đã đặt MEDIA_STORAGE_URL: tệp không nằm trên máy này, "
        "Django kiểm tra quyền rồi tự gửi."
    )
STORAGES = {
    "default": _media_storage(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
CLAMD = _virus_scanner()  # portal/virus_scan.py
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # a body with long tables; files do not count
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # an article with a hundred photos
DATA_UPLOAD_MAX_NUMBER_FILES = 500  # more than the forms take, so that they can say so
# Backups (portal/backup.py): where they lie; whom age encrypts them to; the key for drills.
BACKUP_DIR = env.str("BACKUP_DIR", default="")
BACKUP_RECIPIENT = env.str("BACKUP_RECIPIENT", default="")
BACKUP_IDENTITY = env.str("BACKUP_IDENTITY", default="")

# ── The sweep for foreign content ───────────────────────────────────────────────────────────────
# Hosts that no link may lead to, beside those that come with the portal.
LINK_BLOCKLIST_FILE = _list_of_hosts(env.str("LINK_BLOCKLIST_FILE", default="").strip())
# Its record of the program and what it set aside; empty: beside MEDIA_ROOT, never below it.
SWEEP_DIR = env.str("SWEEP_DIR", default="")
if SWEEP_DIR and Path(SWEEP_DIR).resolve().is_relative_to(MEDIA_ROOT.resolve()):
    raise ImproperlyConfigured(
        "Biến SWEEP_DIR không đúng: cần một thư mục nằm ngoài MEDIA_ROOT, vì tệp cách ly để ở đó."
    )
# Who gets a letter about new findings and jobs that fail; empty: the accounts with all rights.
SWEEP_MAIL = env.list("SWEEP_MAIL", default=[])

# ── Mail ────────────────────────────────────────────────────────────────────────────────────────
_MAIL = _mail()
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST = _MAIL.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _MAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _MAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_IS_SENT = bool(env.str("EMAIL_URL", default=""))
EMAIL_TIMEOUT = 5  # a save waits for the mail server no longer
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="") or f"webmaster@{urlsplit(SITE_URL).hostname}"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# ── Safety ──────────────────────────────────────────────────────────────────────────────────────
# What needs HTTPS is off when the site runs on plain http on one's own machine.
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked on this machine, without TLS
SECURE_SSL_HOST = urlsplit(SITE_URL).netloc  # never the name that a request gives the site
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# With the prefix a browser takes them from this very host alone, not from one beside or above it.
_COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"  # read by static/portal/admin/csrf.js
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _boolean("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = _boolean("HSTS_PRELOAD", default=False)
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
# The proxies whose X-Forwarded-For and X-Forwarded-Proto tell the truth about whom they heard,
# and how (portal.middleware.TrustedProxies).
TRUSTED_PROXIES = _networks("TRUSTED_PROXIES", default="127.0.0.0/8 ::1")
if _boolean("BEHIND_TLS_PROXY", default=HTTPS):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"

SILENCED_SYSTEM_CHECKS = [
    # CKEditor 4.22.1 gets no more security fixes. The user chose it; what it stores is cleaned on
    # save, before it fills the editor and at render (portal/richtext.py), and its upload views
    # are not installed. See "Decisions" in CONTRIBUTING.md.
    "ckeditor.W001",
    # Whether every subdomain of the province is ready for HTTPS, and preload, is the operator's
    # decision: HSTS_SUBDOMAINS and HSTS_PRELOAD.
    "security.W005",
    "security.W021",
]

# ── Watching it run ──────────────────────────────────────────────────────────────────────────────
LOG_FORMAT = _one_of("LOG_FORMAT", ("text", "json"))
ACCESS_LOG = _boolean("ACCESS_LOG", default=False)  # gunicorn's, beside nginx's
SLOW_QUERY_MS = _whole_number("SLOW_QUERY_MS", default=500, least=0)  # 0: none is told
# With it /metrics answers whoever brings it; without it there is no such page.
METRICS_TOKEN = "".join(_secrets("METRICS_TOKEN"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "portal.logs.formatter",
            "form": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
        }
    },
    "filters": {"few_words": {"()": "portal.outage.FewWords"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "errors": {"class": "portal.running.ErrorCount"},
    },
    "root": {"handlers": ["console", "errors"], "level": "INFO"},
    # Django's own handlers write lines as they come.
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.request": {"filters": ["few_words"]},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
