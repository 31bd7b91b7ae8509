"""`make hosts`: the site on several hosts, shown on one machine. Needs root.

Each host is a network namespace of its own, all of them inside one that has no way out: nginx, two
application hosts, PostgreSQL and its replica, S3 and Redis. Hosts are killed under load; what
readers got is counted. Ends with 1 when something was not as it should be.
"""

import contextlib
import io
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from tests import nginx, s3
from tests.hosts.browser import Browser, Load
from tests.standby import Standby, as_server, ask

ROOT = Path(__file__).resolve().parent.parent.parent
NETWORK = "10.231.0"
WEB, ONE, OTHER, PRIMARY, COPY, STORE = (
    f"{NETWORK}.{number}" for number in (10, 11, 12, 21, 22, 31)
)
NAMES = {WEB: "web", ONE: "app1", OTHER: "app2", PRIMARY: "db1", COPY: "db2", STORE: "store"}
TITLE = "Hội nghị thử nhiều máy chủ"
SECONDS = 8  # of each load; the accident comes after a third of it


@dataclass
class Row:
    what: str
    figures: str
    is_right: bool


@dataclass
class Place:
    """Everything that is started here; `end` leaves nothing of it."""

    folder: Path
    processes: list[subprocess.Popen] = field(default_factory=list)
    apps: dict[str, subprocess.Popen] = field(default_factory=dict)

    # ── Networks ────────────────────────────────────────────────────────────────────────────────
    def connect(self) -> None:
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "hosts", "type", "bridge")
        _ip("address", "add", f"{NETWORK}.1/24", "dev", "hosts")
        _ip("link", "set", "hosts", "up")
        for address, name in NAMES.items():
            space = _space(address)
            _ip("netns", "add", space)
            _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", name, "master", "hosts", "up")
            _ip("-n", space, "address", "add", f"{address}/24", "dev", "eth0")
            _ip("-n", space, "link", "set", "lo", "up")
            _ip("-n", space, "link", "set", "eth0", "up")

    def run(self, address: str, *command: str, **options) -> subprocess.Popen:
        """A program on that host, in a group of its own so that all of it can be killed."""
        log = (self.folder / f"{NAMES[address]}.log").open("ab")
        with log:
            started = subprocess.Popen(
                [*_on(address), *command],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )
        self.processes.append(started)
        return started

    def end(self) -> None:
        for process in self.processes:
            _kill(process)
        for address in NAMES:
            subprocess.run(["ip", "netns", "delete", _space(address)], check=False)

    # ── Services ────────────────────────────────────────────────────────────────────────────────
    @property
    def primary_data(self) -> Path:
        return self.folder / "primary"

    def start_database(self) -> None:
        self.primary_data.mkdir()
        shutil.chown(self.primary_data, "postgres", "postgres")
        data = str(self.primary_data)
        as_server("initdb", "-D", data, "-U", "portal", "-A", "trust", "-E", "UTF8", "--no-sync")
        rules = self.primary_data / "pg_hba.conf"
        for kind in ("all", "replication"):
            with rules.open("a") as file:
                file.write(f"host {kind} all {NETWORK}.0/24 trust\n")
        self.control_database("start")
        as_server("createdb", "-h", PRIMARY, "-U", "portal", "portal")

    def control_database(self, *verb: str) -> None:
        options = f"-h {PRIMARY} -c unix_socket_directories='' -c fsync=off"
        log = str(self.primary_data / "log")
        where = ["-D", str(self.primary_data), "-w", "-l", log, "-o", options]
        as_server("pg_ctl", *where, *verb, prefix=_on(PRIMARY))

    def environment(self, address: str, store: s3.Server) -> dict[str, str]:
        own = self.folder / NAMES.get(address, "setup")
        return {
            "PATH": os.environ["PATH"],
            "ENV_FILE": os.devnull,
            "SECRET_KEY": self.secret,
            "SITE_URL": f"https://{nginx.NAME}",
            "MFA_REQUIRED_GROUPS": "",
            "DATABASE_URL": f"postgresql://portal@{PRIMARY}:5432/portal",
            "REPLICA_URL": f"postgresql://portal@{COPY}:5432/portal",
            "CACHE_URL": f"redis://{STORE}:6379/0",
            "MEDIA_STORAGE_URL": store.url(),
            "MEDIA_ROOT": str(own / "media"),
            "SWEEP_DIR": str(own / "sweep"),
            "BACKUP_DIR": str(own / "backups"),
            "STATIC_ROOT": str(self.folder / "static"),
            "TRUSTED_PROXIES": f"{NETWORK}.0/24",
            "DJANGO_SUPERUSER_USERNAME": "quantri",
            "DJANGO_SUPERUSER_PASSWORD": self.password,
        }

    secret: str = field(default_factory=lambda: secrets.token_urlsafe(50))
    password: str = field(default_factory=lambda: secrets.token_urlsafe(20))

    def manage(self, address: str, store: s3.Server, *command: str) -> str:
        """What the command prints on that host."""
        done = subprocess.run(
            [*_on(address), sys.executable, "-W", "ignore", "manage.py", *command],
            cwd=ROOT,
            env=self.environment(address, store),
            capture_output=True,
            text=True,
        )
        if done.returncode and command[0] != "maintain":  # which reports what it found
            raise SystemExit(f"{command}: {done.stderr[-2000:]}")
        return done.stdout + (done.stderr if command[0] == "maintain" else "")

    def start_app(self, address: str, store: s3.Server) -> None:
        command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"{address}:8000"]
        self.apps[address] = self.run(
            address, *command, "--log-level", "warning", env=self.environment(address, store)
        )
        Browser(address, 8000).wait("/healthz")

    def start_nginx(self) -> None:
        folder = self.folder / "nginx"
        folder.mkdir()
        site = nginx.Site(folder, http_port=80, https_port=443)
        site._make_certificate()
        both = " ".join(
            f"server {address}:8000 max_fails=3 fail_timeout=5s;" for address in (ONE, OTHER)
        )
        values = site._values() | {"OTHER_HOSTS": both, "STATIC_ROOT": f"{self.folder}/static"}
        nginx.write_configuration(folder, values)
        configuration = folder / "portal.conf"  # this nginx has no application beside it
        text = re.sub(
            r"server unix:\S+ max_fails=3 fail_timeout=5s;", "", configuration.read_text()
        )
        configuration.write_text(text)
        self.run(WEB, nginx.PROGRAM, "-c", str(folder / "nginx.conf"), "-e", "stderr")


def _space(address: str) -> str:
    return f"portal-{NAMES[address]}"


def _on(address: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", _space(address))


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _kill(process: subprocess.Popen) -> None:
    """As a power cut does: all processes of the host's program at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# ── What is shown ───────────────────────────────────────────────────────────────────────────────


def show(place: Place) -> list[Row]:
    place.connect()
    place.start_database()
    redis = ["redis-server", "--bind", STORE, "--protected-mode", "no", "--save", ""]
    place.run(STORE, *redis, "--dir", str(place.folder))
    store = s3.Server(host=STORE, port=9000, prefix=_on(STORE))
    place.processes.append(store.process)
    store.make_bucket()
    copy = Standby(primary=(PRIMARY, 5432), host=COPY, port=5432, prefix=_on(COPY))
    try:
        copy.make()
        place.manage(ONE, store, "start", "--prepare")
        for address in (ONE, OTHER):
            place.start_app(address, store)
        place.start_nginx()
        Browser(WEB, 443).wait("/healthz")
        return [
            *desk(place, store),
            *databases(copy),
            *accidents(place, store, copy),
            *clocks(place, store),
        ]
    finally:
        copy.remove()


def desk(place: Place, store: s3.Server) -> list[Row]:
    """Staff on one host, readers on the other."""
    staff, elsewhere = Browser(ONE, 8000), Browser(OTHER, 8000)
    staff.sign_in("quantri", place.password)
    made = place.manage(ONE, store, "shell", "--verbosity=0", "-c", _DRAFT)
    pk, path = made.split()
    photo = staff.upload("/admin/news/photo/upload/", _picture())
    same_session = Browser(OTHER, 8000, staff.cookies).get("/admin/").status
    seen = Browser(OTHER, 8000, staff.cookies).get(photo["thumbnail"])
    hidden = elsewhere.get(photo["thumbnail"]).status
    place.manage(ONE, store, "shell", "--verbosity=0", "-c", _USE.format(pk, photo["id"]))
    staff.post("/admin/news/article/", {"action": "publish_chosen", "_selected_action": pk})
    began = time.monotonic()
    while TITLE not in elsewhere.get(path).text and time.monotonic() - began < 10:
        time.sleep(0.01)
    after = time.monotonic() - began
    shown = elsewhere.get(photo["thumbnail"])
    place.manage(ONE, store, "shell", "--verbosity=0", "-c", _REMEMBER)
    known = place.manage(OTHER, store, "shell", "--verbosity=0", "-c", _RECALL).strip()
    local = [path for host in ("app1", "app2") for path in (place.folder / host).glob("media/**/*")]
    return [
        Row("signed in on app1, known on app2", f"{same_session}", same_session == 200),
        Row(
            "photo uploaded on app1, staff see it on app2, strangers not before publication",
            f"{seen.status}, {hidden}",
            (seen.status, hidden) == (200, 404),
        ),
        Row(
            "published on app1, read on app2 from the replica", f"{after * 1000:.0f} ms", after < 5
        ),
        Row(
            "its photo on app2, for strangers",
            f"{shown.status}, {len(shown.body)} bytes",
            shown.status == 200 and shown.body == seen.body,
        ),
        Row("put into the cache on app1, found on app2", known, known == "nhớ"),
        Row("files on the application hosts", str(len(local)), not local),
    ]


_DRAFT = (
    "from news.models import *;"
    f"a = Article.objects.create(title='{TITLE}', category=Category.objects.first(),"
    " body='<p>Một đoạn văn.</p>'); print(a.pk, a.get_absolute_url())"
)
_USE = (
    "from news.models import *; ArticlePhoto.objects.create(article_id={}, photo_id={},"
    " caption='Toàn cảnh', alt='Hội trường', is_lead=True)"
)
_REMEMBER = "from django.core.cache import cache; cache.set('hosts', 'nhớ', 60)"
_RECALL = "from django.core.cache import cache; print(cache.get('hosts'))"


def _picture() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((800, 600), 40).convert("RGB").save(file, "JPEG")
    return file.getvalue()


# Seconds after which a server that is idle has told what it did: ten at most.
_STATISTICS_DELAY = 12


def databases(copy: Standby) -> list[Row]:
    """Who answers the pages: rows that the two servers fetched meanwhile."""
    count = "SELECT tup_fetched FROM pg_stat_database WHERE datname = 'portal'"
    servers = ((PRIMARY, 5432), (copy.host, copy.port))
    time.sleep(_STATISTICS_DELAY)  # or what was saved before would be counted here
    before = [ask(*server, "portal", count) for server in servers]
    readers = Browser(WEB, 443)
    for address in Load.PAGES * 20:
        readers.get(address)
    time.sleep(_STATISTICS_DELAY)
    after = [ask(*server, "portal", count) for server in servers]
    asked, copied = (b - a for a, b in zip(before, after, strict=True))
    figures = f"primary {asked}, replica {copied}"
    return [Row(f"{len(Load.PAGES) * 20} pages: rows fetched", figures, copied > 10 * asked)]


def accidents(place: Place, store: s3.Server, copy: Standby) -> list[Row]:
    rows = [_under_load("both application hosts", lambda: None)]
    for address in (ONE, OTHER):
        rows.append(_under_load(f"{NAMES[address]} killed", lambda: _kill(place.apps[address])))  # noqa: B023
        place.start_app(address, store)
        time.sleep(6)  # nginx asks it again
    rows.append(_under_load("the replica killed", copy.stop))
    copy.start()
    copy.wait_for(ask(PRIMARY, 5432, "portal", "SELECT pg_current_wal_lsn()"), "portal")
    time.sleep(6)  # the hosts look again
    stop = lambda: place.control_database("-m", "immediate", "stop")  # noqa: E731
    rows.append(_under_load("the primary killed: readers", stop))
    place.control_database("start")
    return rows


def _under_load(what: str, accident) -> Row:
    load = Load(Browser(WEB, 443), seconds=SECONDS)
    timer = threading.Timer(SECONDS / 3, accident)
    timer.start()
    load.run()
    timer.join()
    rate = len(load.times) / SECONDS
    figures = (
        f"{len(load.times)} requests, {len(load.failures)} failed, {rate:.0f}/s,"
        f" slowest {max(load.times):.2f} s"
    )
    for failure in load.failures[:3]:
        figures += f"; {failure}"
    return Row(what, figures, not load.failures and len(load.times) > len(Load.PAGES))


def clocks(place: Place, store: s3.Server) -> list[Row]:
    """The timer of both hosts at the same moment."""
    said: dict[str, str] = {}

    def maintain(address: str) -> None:
        said[address] = place.manage(address, store, "maintain")

    threads = [threading.Thread(target=maintain, args=[one]) for one in (ONE, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs = place.manage(ONE, store, "shell", "--verbosity=0", "-c", _JOBS).split()
    done = {
        address: [job for job in jobs if re.search(rf"^{job}\b", text, re.MULTILINE)]
        for address, text in said.items()
    }
    (place.folder / "maintain.log").write_text("\n\n".join(said.values()))
    once = sorted(done[ONE] + done[OTHER]) == sorted(jobs)
    figures = f"{len(jobs)} jobs: app1 {len(done[ONE])}, app2 {len(done[OTHER])}"
    return [Row("maintain on both at once: each job once", figures, once)]


_JOBS = "from portal import maintenance; print(*(job.name for job in maintenance.jobs()))"


def main() -> int:
    if os.getuid():
        sys.stderr.write("make hosts needs root: it makes network namespaces.\n")
        return 1
    if len(sys.argv) == 1:  # once more, in a network that has no way out
        inside = ["unshare", "--net", sys.executable, "-m", "tests.hosts", "inside"]
        return subprocess.run(inside).returncode
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place = Place(Path(tempfile.mkdtemp(prefix="portal-hosts-")))
    place.folder.chmod(0o755)
    try:
        rows = show(place)
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            place.control_database("-m", "immediate", "stop")
        place.end()
        shutil.rmtree(place.folder, ignore_errors=True)
    sys.stdout.write("| what | figures | |\n|---|---|---|\n")
    for row in rows:
        sys.stdout.write(f"| {row.what} | {row.figures} | {'ok' if row.is_right else 'WRONG'} |\n")
    return 0 if all(row.is_right for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
