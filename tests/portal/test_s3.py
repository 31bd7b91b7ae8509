"""Uploads on S3: the same files to the same people, whole or not at all, and found again by
backup, maintenance and sweep. Against an S3 server of its own."""

import contextlib
import datetime
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as live_settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from news.models import Article, Photo
from portal import (
    backup,
    backup_databases,
    files,
    health,
    images,
    neutralise,
    orphans,
    sweep_files,
)
from portal import settings as module
from portal.publishing import Status
from portal.sweep_records import Area, Kind, SweepFinding
from tests import s3
from tests.factories import image_upload, make_article, make_article_photo, make_attachment

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
OTHER = "kho-khac"


@pytest.fixture(scope="module")
def server():
    with s3.serving() as server:
        server.make_bucket(OTHER)
        yield server


@pytest.fixture(autouse=True)
def bucket(server, settings):
    """Every upload goes to the bucket, which is empty before each test."""
    server.empty()
    server.empty(OTHER)
    backend = {"BACKEND": "portal.s3.S3Storage", "OPTIONS": server.options()}
    settings.STORAGES = live_settings.STORAGES | {"default": backend}
    return server


def photo_of(status=Status.PUBLISHED) -> Photo:
    return make_article_photo(article=make_article(status=status)).photo


def test_a_photo_lies_in_the_bucket_and_readers_get_it_while_it_is_public(bucket, client):
    photo = photo_of()
    address = photo.image.renditions.smallest
    name = address.removeprefix("/media/")
    stored = bucket.objects()
    assert set(stored) == {
        f"{folder}/{one}"
        for folder, names in (
            ("goc", [f"{photo.checksum}.jpg"]),
            ("anh", [f"{photo.checksum}-{w}.webp" for w, _a in photo.image.renditions.webp]),
            ("anh", [f"{photo.checksum}-{w}.jpg" for w, _a in photo.image.renditions.jpeg]),
        )
        for one in names
    }
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert response.content == stored[f"anh/{name}"]
    assert client.get(address, headers={"If-None-Match": response["ETag"]}).status_code == 304
    Article.objects.update(status=Status.DRAFT, publish_at=None)
    assert client.get(address).status_code == 404


def test_what_is_not_public_or_is_no_rendition_is_nobodys(bucket, client):
    photo = photo_of(Status.DRAFT)
    assert client.get(photo.image.renditions.smallest).status_code == 404
    assert client.get(f"/media/{photo.checksum}.jpg").status_code == 404
    assert client.get(f"/media/{'0' * 32}-160.webp").status_code == 404


def test_objects_are_private_and_of_no_kind_that_a_browser_would_show(bucket):
    photo_of()
    for name in bucket.objects():
        head = bucket.client.head_object(Bucket=s3.BUCKET, Key=name)
        assert head["ContentType"] == "application/octet-stream"
        grants = bucket.client.get_object_acl(Bucket=s3.BUCKET, Key=name)["Grants"]
        assert [one["Grantee"]["Type"] for one in grants] == ["CanonicalUser"]


def test_half_an_upload_leaves_no_object(bucket):
    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError("the browser went away")

    with pytest.raises(OSError, match="went away"):
        default_storage.save("tep/a.pdf", Broken(b"whole"))
    assert bucket.objects() == {}


def test_what_is_there_is_not_written_again(bucket):
    default_storage.save("tep/a.pdf", ContentFile(b"first"))
    assert default_storage.save("tep/a.pdf", ContentFile(b"second")) == "tep/a.pdf"
    assert bucket.objects() == {"tep/a.pdf": b"first"}
    assert default_storage.size("tep/a.pdf") == 5


def test_a_photos_files_go_together_and_no_others(bucket):
    one, other = photo_of(), make_article_photo(photo=_green()).photo
    images.delete_files(one.checksum)
    assert {name.partition("/")[2][:32] for name in bucket.objects()} == {other.checksum}


def _green() -> Photo:
    return Photo.objects.from_upload(image_upload(color="green"))


def test_orphans_go_after_a_day(bucket):
    photo_of()
    named = set(bucket.objects())
    bucket.client.put_object(Bucket=s3.BUCKET, Key=f"anh/{'0' * 32}-160.webp", Body=b"x")
    foreign = {"index.php", f"{'0' * 32}-160.webp", f"cu/anh/{'0' * 32}-160.webp"}
    for key in foreign:  # the sweep's concern
        bucket.client.put_object(Bucket=s3.BUCKET, Key=key, Body=b"x")
    assert orphans.remove() == 0
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=25)):
        assert orphans.remove() == 1
    assert set(bucket.objects()) == named | foreign


def test_the_sweep_reads_every_object(bucket):
    photo = photo_of()
    make_attachment()
    client = bucket.client
    name = photo.image.renditions.smallest.removeprefix("/media/")
    planted = {
        "shell.php": b"<?php eval($_POST[1]);",
        f"tep/{'1' * 32}.pdf": b"%PDF-1.7 another file than its name says",
        f"anh/{name}": bucket.objects()[f"anh/{name}"] + b"<script>",
        f"goc/{'2' * 32}.jpg": b"<html>",
    }
    sweep = sweep_files.uploads()
    assert list(sweep.run(set())) == []
    for key, content in planted.items():
        client.put_object(Bucket=s3.BUCKET, Key=key, Body=content)
    found = {one.path: one.kind for one in sweep_files.uploads().run(set())}
    assert found == dict(
        zip(planted, (Kind.FOREIGN, Kind.CHECKSUM, Kind.TAIL, Kind.TYPE), strict=True)
    )


def sweep(tmp_path, *options) -> dict[str, str]:
    """The command as the timer runs it, over a program without files; what is open after it."""
    out = io.StringIO()
    with contextlib.suppress(CommandError):
        call_command("sweep", *options, code=tmp_path / "none", stdout=out, stderr=out)
    return {one.path: one.kind for one in SweepFinding.objects.filter(area=Area.MEDIA)}


def test_the_command_sweeps_the_bucket_and_takes_nothing_away(bucket, settings, tmp_path):
    settings.SWEEP_DIR, settings.SETTINGS_FILE = str(tmp_path / "sweep"), tmp_path / "no.env"
    (tmp_path / "none").mkdir()
    photo_of()
    named = set(bucket.objects())
    lost = images.store(image_upload(color="green")).checksum  # no row names it
    bucket.client.put_object(Bucket=s3.BUCKET, Key="shell.php", Body=b"<?php eval($_POST[1]);")
    stored = bucket.objects()
    assert sweep(tmp_path, "--neutralise") == {"shell.php": Kind.FOREIGN}
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=25)):
        found = sweep(tmp_path, "--neutralise")
    orphans_found = {name for name, kind in found.items() if kind == Kind.ORPHAN}
    assert orphans_found == set(stored) - named - {"shell.php"}
    assert all(lost in name for name in orphans_found)
    assert not any(neutralise.can(one) for one in SweepFinding.objects.all())
    assert bucket.objects() == stored


def test_a_store_that_is_down_is_named_and_no_error(bucket, client, settings):
    address = photo_of().image.renditions.smallest
    dead = bucket.options() | {"endpoint": "http://127.0.0.1:9"}
    settings.STORAGES = live_settings.STORAGES | {
        "default": {"BACKEND": "portal.s3.S3Storage", "OPTIONS": dead}
    }
    response = client.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert health._state(health._media) == "OSError"
    upload = image_upload(color="red")
    files.store_ahead(upload, images.store)  # what every form of the desk does
    assert upload.not_stored


def test_the_health_page_tries_the_bucket_out_and_leaves_nothing(bucket):
    assert health._state(health._media) == "ok"
    assert bucket.objects() == {}


def test_a_name_that_leads_out_is_not_put_back(bucket):
    for name in ("../a", "/etc/passwd", "anh/../../a"):
        with pytest.raises(SuspiciousFileOperation):
            default_storage.put_back(name, io.BytesIO(b"x"), 0)


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_the_objects_and_a_restore_fills_an_empty_bucket(bucket, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path / "backups")
    photo_of()
    call_command("backup", stdout=io.StringIO())
    folder = backup.existing(Path(live_settings.BACKUP_DIR))[-1]
    backup.drill()
    with backup_databases.empty_place() as there:
        one = connection.settings_dict
        url = f"postgresql://{one['USER']}@{one['HOST']}:{one['PORT']}/{getattr(there, 'name', '')}"
        if connection.vendor == "sqlite":
            url = f"sqlite:///{there.path}"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "ENV_FILE": os.devnull,
            "DATABASE_URL": url,
            "MEDIA_STORAGE_URL": bucket.url(OTHER),
            "BACKUP_DIR": live_settings.BACKUP_DIR,
        }
        command = [sys.executable, "-W", "ignore", "manage.py", "restore", str(folder)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert bucket.objects(OTHER) == bucket.objects() != {}


@pytest.mark.parametrize(
    "url",
    [
        "s3://may/kho",
        "s3://khoa:mat@may",
        "http://khoa:mat@may/kho",
        "s3://khoa:mat@may/kho/con",
        "s3://khoa:mat@may/kho?quyen=1",
        "s3://khoa:mat@may:x/kho",
    ],
)
def test_a_setting_that_is_none_is_refused_with_a_sentence(url, monkeypatch):
    monkeypatch.setenv("MEDIA_STORAGE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="MEDIA_STORAGE_URL"):
        module._media_storage()


def test_the_setting_names_everything(bucket, monkeypatch):
    monkeypatch.setenv("MEDIA_STORAGE_URL", bucket.url())
    assert module._media_storage()["OPTIONS"] == bucket.options()
    monkeypatch.setenv("MEDIA_STORAGE_URL", "s3://a:b%2Fc@kho.example:9000/ten.kho-1?region=vn-1")
    assert module._media_storage()["OPTIONS"] == {
        "endpoint": "https://kho.example:9000",
        "bucket": "ten.kho-1",
        "key": "a",
        "secret": "b/c",
        "region": "vn-1",
    }
