"""The head of deploy/install: what it refuses before it changes anything of the machine."""

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


@pytest.mark.parametrize("host", ["10.0.0.12", "10.0.0.12:8000; return 200", "may-hai:8000"])
def test_another_host_is_an_address_with_a_port(install, host):
    said = install("", "--domain", "moi.example", "--other-host", host)
    assert said == f"“{host}” không đúng: cần dạng 10.0.0.12:8000.\n"
