"""Starting the site: what is missing or wrong stops it with one sentence that names it."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from news.models import Category
from portal import dotenv
from portal.models import User
from tests import started as started_site

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*command, **environment):
    """Run Python on the project with these variables alone, and no .env."""
    variables = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "SECRET_KEY": "x" * 50}
    variables |= environment
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={name: value for name, value in variables.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
    )


WRONG = {
    "no secret": ({"SECRET_KEY": None}, "SECRET_KEY"),
    "empty secret": ({"SECRET_KEY": ""}, "SECRET_KEY"),
    "no database address": ({"DATABASE_URL": "hoàn toàn sai"}, "DATABASE_URL"),
    "another database": ({"DATABASE_URL": "mysql://a:b@localhost/c"}, "DATABASE_URL"),
    "no database name": ({"DATABASE_URL": "postgresql://localhost"}, "DATABASE_URL"),
    "a port that is none": ({"DATABASE_URL": "postgresql://localhost:abc/x"}, "DATABASE_URL"),
    "no site address": ({"SITE_URL": "langson.gov.vn"}, "SITE_URL"),
    "a database in memory": ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL"),
    "a site at no port": ({"SITE_URL": "http://localhost:abc"}, "SITE_URL"),
    "a site at half an address": ({"SITE_URL": "https://[::1"}, "SITE_URL"),
    "a site with a space": ({"SITE_URL": "https://langson .gov.vn"}, "SITE_URL"),
    "a file that is not there": ({"ENV_FILE": "/không/có"}, "ENV_FILE"),
    "a site below a path": ({"SITE_URL": "https://langson.gov.vn/khcn"}, "SITE_URL"),
    "neither true nor false": ({"DEBUG": "có"}, "DEBUG"),
    "a proxy that is no network": ({"TRUSTED_PROXIES": "10.0.0.0/40"}, "TRUSTED_PROXIES"),
    "a contact that is none": ({"SECURITY_CONTACT": "phòng CNTT"}, "SECURITY_CONTACT"),
    "a session that never ends": ({"SESSION_IDLE_MINUTES": "0"}, "SESSION_IDLE_MINUTES"),
    "hours that are no number": ({"SESSION_HOURS": "nhiều"}, "SESSION_HOURS"),
    "an admin at no address": ({"ADMIN_PATH": "quản trị/"}, "ADMIN_PATH"),
    "an admin over the whole site": ({"ADMIN_PATH": "//"}, "ADMIN_PATH"),
    "a network that is none": ({"ADMIN_NETWORKS": "10.0.0.0/8,nội bộ"}, "ADMIN_NETWORKS"),
    "a slowness that is no number": ({"SLOW_QUERY_MS": "nửa giây"}, "SLOW_QUERY_MS"),
    "figures behind a short word": ({"METRICS_TOKEN": "prometheus"}, "METRICS_TOKEN"),
    "lines of no known shape": ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
    "no cache address": ({"CACHE_URL": "sai://x"}, "CACHE_URL"),
}


@pytest.mark.parametrize(
    "command",
    [("manage.py", "check"), ("manage.py", "makemigrations"), ("-c", "import portal.wsgi")],
)
@pytest.mark.parametrize(("variables", "name"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_stops_the_start_with_one_sentence(command, variables, name):
    result = run(*command, **variables)
    assert result.returncode == 1
    assert name in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_gunicorn_stops_on_a_wrong_setting_instead_of_trying_again():
    result = run("-m", "gunicorn", "portal.wsgi", "--bind", "127.0.0.1:0", DEBUG="có")
    assert result.returncode == 1
    assert result.stderr == "Biến DEBUG phải là true hoặc false, không phải “có”.\n"


@pytest.mark.parametrize(
    ("content", "name"),
    [("\ufeffDEBUG=sai\n".encode(), "DEBUG"), ("DEBUG=sai\n".encode("utf-16"), "UTF-8")],
    ids=["saved by Notepad", "in another encoding"],
)
def test_an_env_file_from_windows_is_read_or_refused(tmp_path, content, name):
    file = tmp_path / "env"
    file.write_bytes(content)
    result = run("manage.py", "check", ENV_FILE=str(file))
    assert result.returncode == 1
    assert name in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_database_that_does_not_answer_is_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"postgresql://a:b@127.0.0.1:{port}/c"
    result = run("manage.py", "migrate", DATABASE_URL=address)
    assert result.returncode == 1
    assert "DATABASE_URL" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_the_shipped_settings_pass_djangos_own_check():
    result = run("manage.py", "check")
    assert (result.returncode, "0 silenced" in result.stdout) == (0, False)


def test_djangos_own_test_command_refuses_instead_of_finding_nothing():
    result = run("manage.py", "test")
    assert result.returncode == 1
    assert "make test" in result.stderr


def test_accounts_that_clash_stop_the_migration_with_their_names(tmp_path):
    file = tmp_path / "old.sqlite3"
    database = {"DATABASE_URL": f"sqlite:///{file}"}
    assert run("manage.py", "migrate", "portal", "0005", **database).returncode == 0
    with closing(sqlite3.connect(file)) as old:
        names = ("username", "email", "password", "last_name", "first_name", "date_joined")
        flags = ("is_superuser", "is_staff", "is_active")
        insert = f"INSERT INTO portal_user ({', '.join((*names, *flags))}) "
        for name, email in (("lan", "lan@example.org"), ("hoa", "Lan@Example.org")):
            row = (name, email, "", "", "", "2026-01-01", 0, 1, 1)
            old.execute(f"{insert} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        old.commit()
        refused = run("manage.py", "migrate", "portal", **database)
        assert refused.returncode == 1
        assert refused.stderr == (
            "CommandError: Có tài khoản trùng thư điện tử (chỉ khác chữ hoa, chữ thường): "
            "lan (lan@example.org), hoa (Lan@Example.org). "
            "Xin sửa hoặc xoá bớt tài khoản trùng, rồi chạy lại migrate.\n"
        )
        old.execute("UPDATE portal_user SET email = 'Hoa@Example.org' WHERE username = 'hoa'")
        old.commit()
        assert run("manage.py", "migrate", "portal", **database).returncode == 0
        found = old.execute("SELECT email FROM portal_user ORDER BY id").fetchall()
    assert found == [("lan@example.org",), ("hoa@example.org",)]


@pytest.fixture
def fresh(tmp_path):
    """A site that nobody has started yet."""
    return started_site.variables(tmp_path)


@pytest.fixture
def site(fresh, tmp_path, started):
    """A site that two first starts at the same moment have made."""
    started.copy_to(tmp_path)
    return fresh


COUNT = """
from news.models import Article
from portal.models import User
print(Article.objects.count(), User.objects.count())
"""


def count(variables):
    output = run("manage.py", "shell", "-v", "0", "-c", COUNT, **variables).stdout
    return tuple(int(number) for number in output.split())


def test_the_first_start_makes_everything_and_the_next_nothing(site, started):
    assert [one.status for one in started.starts] == [0, 0], started.starts
    said = "".join(one.output for one in started.starts)
    password = re.search(r"Mật khẩu: (\S{12,})", said)[1]
    articles, users = count(site)
    assert (articles > 12, users) == (True, 1)
    check = (
        "from django.contrib.auth import authenticate as a; "
        f"print(a(username='truong', password='{password}').is_superuser)"
    )
    assert run("manage.py", "shell", "-v", "0", "-c", check, **site).stdout.strip() == "True"

    again = run("manage.py", "start", "--prepare", **site)
    assert (again.returncode, again.stdout) == (0, "")
    assert count(site) == (articles, users)


def test_sample_content_that_staff_removed_stays_away(site):
    remove = "from news.models import Article; Article.objects.all().delete()"
    run("manage.py", "shell", "-v", "0", "-c", remove, **site)
    run("manage.py", "start", "--prepare", **site)
    assert count(site) == (0, 1)


def test_of_two_starts_at_once_one_makes_the_account_and_the_other_waits(site, started):
    assert count(site)[1] == 1
    assert sorted("Mật khẩu:" in one.output for one in started.starts) == [False, True]


def test_the_site_is_served_under_the_address_that_is_printed(site):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://localhost:{free.getsockname()[1]}"
    command = [sys.executable, "manage.py", "start", "--port", address.rpartition(":")[2]]
    with subprocess.Popen(command, cwd=ROOT, env=site, stdout=subprocess.PIPE) as server:
        try:
            output = iter(server.stdout.readline, b"")
            assert f"Trang: {address}/\n".encode() in output
            units = fetch(f"{address}/du-lieu/don-vi.csv")
            assert units.count(f"{address}/co-cau-to-chuc/") > 1
        finally:
            server.terminate()


def fetch(address: str) -> str:
    """The page, once the server that is starting answers."""
    for _attempt in range(100):
        try:
            with urllib.request.urlopen(address, timeout=20) as page:  # noqa: S310
                return page.read().decode()
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


@pytest.mark.parametrize("port", ["abc", "0", "70000", ""])
def test_a_port_that_is_none_is_refused(port, fresh):
    result = run("manage.py", "start", "--port", port, **fresh)
    assert (result.returncode, result.stderr) == (
        1,
        f"CommandError: PORT phải là một số từ 1 đến 65535, không phải “{port}”.\n",
    )


def test_a_taken_port_is_named(fresh):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("manage.py", "start", "--port", str(port), **fresh)
    assert result.returncode == 1
    assert str(port) in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_new_env_holds_a_secret_of_its_own_and_is_never_overwritten(tmp_path):
    files = [tmp_path / "a", tmp_path / "b"]
    assert [dotenv.make(file) for file in files] == [True, True]
    secrets = [re.search(r"^SECRET_KEY=(.{50,})$", f.read_text(), re.M)[1] for f in files]
    assert secrets[0] != secrets[1]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    before = files[0].read_text()
    assert dotenv.make(files[0]) is False
    assert files[0].read_text() == before


PRAGMAS = """
from django.db import connection
with connection.cursor() as cursor:
    names = ("journal_mode", "synchronous", "busy_timeout")
    print(*[cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in names])
print(connection.settings_dict["OPTIONS"]["transaction_mode"])
"""


def test_sqlite_waits_and_writes_safely(fresh):
    output = run("manage.py", "shell", "-v", "0", "-c", PRAGMAS, **fresh).stdout
    assert output.split() == ["wal", "2", "20000", "IMMEDIATE"]


@pytest.mark.django_db(transaction=True)
def test_six_writers_at_once_all_get_their_turn():
    errors = []

    def write(number):
        try:
            for step in range(20):
                Category.objects.create(name=f"Mục {number}.{step}")
                User.objects.count()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
            errors.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert Category.objects.count() == 120
