"""A real nginx with the project's own configuration, TLS and all, before a real gunicorn.

Ordinary processes in a folder of their own, at free ports; nothing of the system's nginx is used
but its program. Used by tests/portal/test_nginx.py and by `make observatory`.
"""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from tests.started import ROOT, Started, variables

DEPLOY = ROOT / "deploy" / "nginx"
NAME = "portal.example"
HSTS = "max-age=31536000"
START_SECONDS = 60
PROGRAM = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def write_configuration(folder: Path, values: dict[str, str]) -> None:
    """Fill the templates of deploy/nginx in, into `folder`, and the nginx.conf around them."""
    for source in DEPLOY.iterdir():
        text = source.read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        (folder / source.name).write_text(text, encoding="utf-8")
    temporary = [f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy")]
    unused = [f"{kind}_temp_path {folder}/{kind};" for kind in ("fastcgi", "uwsgi", "scgi")]
    main = [
        "user root;" if os.getuid() == 0 else "",  # else the worker may not read our folder
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;",
        "events { worker_connections 4096; }",
        "http { include /etc/nginx/mime.types; access_log off;",
        *temporary,
        *unused,
        f"include {folder}/portal.conf; }}",
    ]
    (folder / "nginx.conf").write_text("\n".join(main), encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Site:
    """The site behind its nginx; everything it writes is in `folder`.

    `started`: a site to begin with; without one it is set up anew.
    """

    folder: Path
    http_port: int = field(default_factory=free_port)
    https_port: int = field(default_factory=free_port)
    name: str = NAME
    started: Started | None = None
    environment: dict[str, str] = field(init=False)
    processes: list[subprocess.Popen] = field(default_factory=list)
    gunicorn: subprocess.Popen | None = None
    cache: Path | None = None

    def __post_init__(self):
        self.environment = variables(self.folder) | {
            "SITE_URL": f"https://{self.name}",
            "MFA_REQUIRED_GROUPS": "",  # these tests are about what lies between browser and site
            "MEDIA_ACCEL": "/_tep/",
        }

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def start(self) -> None:
        """Set the portal up with its sample, start gunicorn and nginx, and wait for both."""
        if self.started:
            self.started.copy_to(self.folder)
        else:
            self._prepare()
        self._make_certificate()
        write_configuration(self.folder, self._values())
        self.serve()
        self._run([PROGRAM, "-c", str(self.folder / "nginx.conf"), "-e", "stderr"])
        self._wait()

    def _prepare(self) -> None:
        prepare = [sys.executable, "manage.py", "start", "--prepare"]
        subprocess.run(
            prepare, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.DEVNULL
        )

    def serve(self) -> None:
        """Start gunicorn, also once more, and wait until its socket is there."""
        socket_file = self.folder / "socket"
        socket_file.unlink(missing_ok=True)
        log = ["--access-logfile", str(self.folder / "access.log")]
        form = ["--access-logformat", "%(U)s %({x-forwarded-for}i)s %({x-forwarded-host}i)s"]
        bind = ["--bind", f"unix:{socket_file}", "--log-level", "warning"]
        gunicorn = [sys.executable, "-m", "gunicorn", "portal.wsgi", *bind, *log, *form]
        self.gunicorn = self._run(gunicorn, env=self.environment)
        until = time.monotonic() + START_SECONDS
        while not socket_file.exists() and time.monotonic() < until:
            time.sleep(0.05)

    def _run(self, command: list[str], **options) -> subprocess.Popen:
        log = (self.folder / "log").open("ab")
        with log:
            options |= {"cwd": ROOT, "stdout": log, "stderr": log}
            self.processes.append(subprocess.Popen(command, **options))
        return self.processes[-1]

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if any(process.poll() is not None for process in self.processes):
                break
            with contextlib.suppress(OSError):
                if self.ask("/robots.txt").status == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text(encoding="utf-8")[-2000:])

    def _make_certificate(self) -> None:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        files = ["-keyout", str(self.folder / "key.pem"), "-out", str(self.certificate)]
        name = ["-subj", f"/CN={self.name}", "-addext", f"subjectAltName=DNS:{self.name}"]
        command = ["openssl", "req", "-x509", "-days", "2", *key, *files, *name]
        subprocess.run(command, check=True, capture_output=True)

    def _values(self) -> dict[str, str]:
        return {
            "SERVER_NAME": self.name,
            "CERTIFICATE": str(self.certificate),
            "CERTIFICATE_KEY": str(self.folder / "key.pem"),
            "HSTS": HSTS,
            "SOCKET": str(self.folder / "socket"),
            "OTHER_HOSTS": "",
            "STATIC_ROOT": str(self.folder / "static"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "ADMIN_PATH": "admin/",
            "TEMPLATES": str(ROOT / "templates"),
            "SNIPPETS": str(self.folder),
            "CACHE": str(self.cache or self.folder / "cache"),
            "ACCESS_LOG": str(self.folder / "nginx.log"),
            "ACME_ROOT": str(self.folder / "acme"),
            "HTTP_PORT": str(self.http_port),
            "HTTPS_PORT": str(self.https_port),
        }

    def stop(self) -> None:
        while self.processes:
            self.end(self.processes[-1])

    def end(self, process: subprocess.Popen) -> None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.processes.remove(process)

    # ── Asking it ───────────────────────────────────────────────────────────────────────────────
    def ask(
        self, address: str, method: str = "GET", *, plain=False, source="127.0.0.1", **options
    ) -> HTTPResponse:
        """The answer, already read: `body`. `source`: from which address of this machine (over
        TLS); `options` are those of `HTTPConnection.request`."""
        headers = {"Host": self.name} | options.pop("headers", {})
        connection = self.connect_plainly() if plain else self.connect(source=source)
        with contextlib.closing(connection):
            connection.request(method, address, headers=headers, **options)
            response = connection.getresponse()
            response.body = response.read()
            return response

    def connect(self, *, name: str = "", source: str = "127.0.0.1", **versions) -> HTTPConnection:
        """A connection over TLS, checked against the site's certificate; `name`: whom it asks for,
        `source`: from which address of this machine, `versions`: attributes of the context."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.set_ciphers("DEFAULT@SECLEVEL=0")  # or this side would refuse what is old
        for attribute, value in versions.items():
            setattr(context, attribute, value)
        connection = HTTPConnection("127.0.0.1", self.https_port, timeout=20)
        plain = socket.create_connection(
            ("127.0.0.1", self.https_port), timeout=20, source_address=(source, 0)
        )
        try:
            connection.sock = context.wrap_socket(plain, server_hostname=name or self.name)
        except BaseException:
            plain.close()
            raise
        return connection

    def connect_plainly(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.http_port, timeout=20)


@contextlib.contextmanager
def serving(folder: Path, **options):
    """The site behind its nginx while the block runs; `options` are those of `Site`."""
    site = Site(folder, **options)
    try:
        site.start()
        yield site
    finally:
        site.stop()
