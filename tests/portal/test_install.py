"""deploy/install and deploy/update, as far as they run without root and a machine of their own.

The head of the installer: what it refuses before it changes anything. What a run that failed
half-way leaves to the next one. Both as a whole are tried in a bare Debian, by hand.
"""

import grp
import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
# There is no program beside the copy of the script, so this is as far as it comes.
BEGINS = "Không thấy manage.py"
OTHER_DOMAIN = "Máy này đã cài cho cu.example. Muốn đổi tên miền: sửa SITE_URL"
NO_DOMAIN = "Thiếu --domain, tên miền của trang"


@pytest.fixture
def install(tmp_path):
    """Run the script for a machine with these settings, "" for a new one; what it says at its end.

    Only where the settings lie, and that root is needed, is another than in service.
    """
    folder = tmp_path / "deploy"
    folder.mkdir()
    shutil.copy(DEPLOY / "install", folder)
    library = (DEPLOY / "lib.sh").read_text(encoding="utf-8")
    changed = f"\nETC={tmp_path}\nneed_root() {{ :; }}\n"
    (folder / "lib.sh").write_text(library + changed, encoding="utf-8")

    def run(known: str, *options: str) -> str:
        if known:
            (tmp_path / "env").write_text(known, encoding="utf-8")
        done = subprocess.run([folder / "install", *options], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    return run


@pytest.mark.parametrize(
    ("known", "options", "said"),
    [
        ("", ["--domain", "moi.example"], BEGINS),
        ("", [], NO_DOMAIN),
        ("", ["--domain", "moi.example; rm"], NO_DOMAIN),
        ("SITE_URL=https://cu.example\n", ["--domain", "moi.example"], OTHER_DOMAIN),
        ("SITE_URL=https://cu.example\n", ["--domain", "cu.example"], BEGINS),
        ("SITE_URL=https://cu.example\n", [], BEGINS),
        ('SITE_URL="https://cu.example/"\r\n', ["--domain", "cu.example"], BEGINS),
        # The last line counts, as for the program.
        ("SITE_URL=https://a.example\nSITE_URL=https://cu.example\n", [], BEGINS),
        (
            "SITE_URL=https://moi.example\nSITE_URL=https://cu.example\n",
            ["--domain", "moi.example"],
            OTHER_DOMAIN,
        ),
        ("SECRET_KEY=x\n", ["--domain", "moi.example"], BEGINS),
        ("SECRET_KEY=x\n", [], NO_DOMAIN),
    ],
)
def test_a_machine_is_installed_for_one_domain(install, known, options, said):
    assert install(known, *options).startswith(said)


def test_a_certificate_is_asked_for_before_anything_changes(install, tmp_path):
    (tmp_path / "manage.py").touch()
    missing = ["--certificate", tmp_path / "khcn.pem", "--key", tmp_path / "khcn.key"]
    for options in ([], missing):
        assert install("", "--domain", "moi.example", *options).startswith("Thiếu chứng thư")


@pytest.mark.parametrize("host", ["10.0.0.12", "10.0.0.12:8000; return 200", "may-hai:8000"])
def test_another_host_is_an_address_with_a_port(install, host):
    said = install("", "--domain", "moi.example", "--other-host", host)
    assert said == f"“{host}” không đúng: cần dạng 10.0.0.12:8000.\n"


# ── What is in service and what is not yet ──────────────────────────────────────────────────────


@pytest.fixture
def shell(tmp_path):
    """Run a command in a shell of the scripts' functions; the portal is below `tmp_path`."""
    source = f"source {DEPLOY / 'lib.sh'}; UNFINISHED={tmp_path}/opt/.unfinished; "
    source += f"HOME_OF_PORTAL={tmp_path}/opt; "

    def run(command: str) -> str:
        done = subprocess.run(["bash", "-c", source + command], capture_output=True, text=True)
        assert done.stderr == ""
        return done.stdout

    return run


def test_a_file_that_differs_is_a_change_also_at_the_end_of_a_pipe(shell, tmp_path):
    me = f"{pwd.getpwuid(os.getuid()).pw_name}:{grp.getgrgid(os.getgid()).gr_name}"
    put = f"printf {{}} | put {tmp_path}/file 644 {me}; "
    says = "if is_changed; then echo changed; else echo the same; fi; in_service"
    assert shell(put.format("one") + says) == f"  ghi {tmp_path}/file\nchanged\n"
    assert shell(put.format("one") + says) == "the same\n"
    assert shell(put.format("two") + says) == f"  ghi {tmp_path}/file\nchanged\n"


def test_what_a_run_that_failed_has_changed_counts_for_the_next_one(shell):
    assert shell("changed; exit") == ""
    assert shell("is_changed && echo changed") == "changed\n"
    assert shell("in_service; is_changed || echo the same") == "the same\n"


def test_a_key_of_another_certificate_is_known(shell, tmp_path):
    for name in ("one", "two"):
        pair = f"-keyout {tmp_path}/{name}.key -out {tmp_path}/{name}.pem"
        shell(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x "
            f"{pair} 2>&1"
        )
    is_pair = f"is_pair {tmp_path}/{{}}.pem {tmp_path}/{{}}.key && echo yes || echo no"
    assert shell(is_pair.format("one", "one")) == "yes\n"
    assert shell(is_pair.format("one", "two")) == "no\n"


def test_what_install_and_update_switch_from_is_the_way_back(shell, tmp_path):
    """The functions are those of both; a first installation has no way back."""
    releases = tmp_path / "opt" / "releases"
    for name in ("one", "two"):
        (releases / name).mkdir(parents=True)
    switch = f'switch_to {releases}/{{}}; basename "$(readlink -f $HOME_OF_PORTAL/previous)"'
    shell(f"switch_to {releases}/one")
    assert [path.name for path in (tmp_path / "opt").glob("[cp]*")] == ["current"]
    assert shell(switch.format("two")) == "  dùng bản two\none\n"
    assert shell(switch.format("two")) == "one\n"
    assert named(tmp_path) == ["two", "one"]


def test_a_first_release_that_does_not_answer_is_not_switched_to(shell):
    blank = 'as_portal() { return 1; }; prepare() { try_out "$1"; }; '
    said = shell(f"{blank} (prepare /releases/one; switch_to /releases/one) 2>&1")
    assert said == "Chưa đưa bản one vào dùng.\n"


@pytest.fixture
def update(tmp_path):
    """Run deploy/update to the release "new" on a machine that runs "old"; exit code and output.

    What needs root, a program and systemd says what it would do; the rest is as in service.
    """
    folder = tmp_path / "deploy"
    folder.mkdir()
    shutil.copy(DEPLOY / "update", folder)
    home = tmp_path / "opt"
    for name in ("older", "old", "new"):
        (home / "releases" / name).mkdir(parents=True)
    (home / "current").symlink_to(home / "releases" / "old")
    (home / "previous").symlink_to(home / "releases" / "older")
    elsewhere = f"""
HOME_OF_PORTAL={home} UNFINISHED={home}/.unfinished
need_root() {{ :; }}
has_systemd() {{ :; }}
make_release() {{ printf '%s\\n' "$HOME_OF_PORTAL/releases/new"; }}
as_portal() {{
  printf '%s: %s\\n' "$(basename "$1")" "${{*:4}}"
  [ "$4" != smoke_test ] || [ ! -e {tmp_path}/blank ]
}}
systemctl() {{ printf 'systemctl %s\\n' "$*"; [ ! -e {tmp_path}/broken ]; }}
"""
    library = (DEPLOY / "lib.sh").read_text(encoding="utf-8")
    (folder / "lib.sh").write_text(library + elsewhere, encoding="utf-8")

    def run(*options: str, refusal: str = "") -> tuple[int, list[str]]:
        done = subprocess.run([folder / "update", *options], capture_output=True, text=True)
        assert done.stderr == refusal
        return done.returncode, done.stdout.splitlines()

    return run


def named(tmp_path) -> list[str]:
    return [(tmp_path / "opt" / name).resolve().name for name in ("current", "previous")]


def test_an_update_is_prepared_before_the_switch_and_restarts_after_it(update, tmp_path):
    code, said = update()
    assert code == 0
    steps = [line for line in said if not line[0].isdigit()]
    assert steps[:-1] == [
        "old: backup",
        "new: migrate --verbosity=0 --no-input",
        "new: collectstatic --verbosity=0 --no-input",
        "new: smoke_test",
        "  dùng bản new",
        "systemctl restart portal.service",
    ]
    assert named(tmp_path) == ["new", "old"]
    assert update()[1][-1] == "Đang dùng đúng bản này."


def test_a_release_that_does_not_answer_is_not_switched_to(update, tmp_path):
    (tmp_path / "blank").touch()
    code, said = update(
        refusal="Chưa chuyển sang bản new: bản đang dùng vẫn chạy như trước.\n",
    )
    # With the static files of the other the one in service would not come up again.
    assert (code, said[-2:]) == (
        1,
        ["new: smoke_test", "old: collectstatic --verbosity=0 --no-input"],
    )
    assert named(tmp_path) == ["old", "older"]
    assert update("--back")[0] == 0
    assert named(tmp_path) == ["older", "old"]
    (tmp_path / "blank").unlink()
    assert update()[0] == 0
    assert named(tmp_path) == ["new", "older"]


def test_going_back_lays_the_static_files_of_the_release_before(update, tmp_path):
    update()
    assert update("--back") == (
        0,
        [
            "old: collectstatic --verbosity=0 --no-input",
            "  dùng bản old",
            "systemctl restart portal.service",
        ],
    )
    assert named(tmp_path) == ["old", "new"]


def test_an_update_whose_restart_failed_is_finished_by_the_next_one(update, tmp_path):
    (tmp_path / "broken").touch()
    code, said = update()
    assert (code, said[-1]) == (1, "systemctl restart portal.service")
    (tmp_path / "broken").unlink()
    code, said = update()
    assert code == 0
    assert said[0] == "systemctl reload nginx"  # the run before may have been the installer's
    assert "new: smoke_test" not in said  # it is what readers see: nothing is gained by stopping
    assert said[-2:] == [
        "systemctl restart portal.service",
        "Xong. Có gì không ổn: deploy/update --back",
    ]
    assert named(tmp_path) == ["new", "old"]
    assert update()[1][-1] == "Đang dùng đúng bản này."
