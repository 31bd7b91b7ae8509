"""Uploads on S3 or what speaks its language (MinIO, Ceph), for a site on several hosts.

In place of portal.files.PrivateStorage where MEDIA_STORAGE_URL is set. The bucket is private and
stays so: no object has an address of its own, portal.files.media reads it after its check. An
object is there whole or not at all; that is S3's own promise.
"""

import contextlib
import io
import os
import threading
from collections.abc import Iterator
from pathlib import PurePosixPath

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import Storage

from portal import files

# A bucket that does not answer holds a reader no longer than this.
_CONFIG = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"max_attempts": 3, "mode": "standard"},
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    # Newer checksums that not every server of this kind knows; the signature covers the content.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    max_pool_connections=20,
)
_MISSING = {"NoSuchKey", "404", "NotFound"}


class S3Storage(Storage):
    """A bucket with the names of PrivateStorage: what is there already is never written again."""

    is_local = False

    def __init__(self, *, endpoint: str, bucket: str, key: str, secret: str, region: str):
        self.bucket = bucket
        self.location = f"{endpoint}/{bucket}"
        self._access = {
            "endpoint_url": endpoint,
            "aws_access_key_id": key,
            "aws_secret_access_key": secret,
            "region_name": region,
        }
        self._making = threading.Lock()
        self._made: tuple[int, object] | None = None

    @property
    def _client(self):
        """One for all threads of a process; a process that forks has to make its own."""
        with self._making:
            if self._made is None or self._made[0] != os.getpid():
                session = boto3.session.Session()
                self._made = os.getpid(), session.client("s3", config=_CONFIG, **self._access)
            return self._made[1]

    # ── What Django asks of a storage ───────────────────────────────────────────────────────────
    def get_available_name(self, name, max_length=None):
        return name

    def _save(self, name, content):
        if not self.exists(name):
            content.seek(0)
            self._put(name, b"".join(content.chunks()))
        return name

    def _put(self, name: str, content: bytes) -> None:
        # Never by its true kind: who opens the bucket to the world by mistake runs nothing of it.
        kind = "application/octet-stream"
        with _as_os_error(name):
            self._client.put_object(Bucket=self.bucket, Key=name, Body=content, ContentType=kind)

    def _open(self, name, mode="rb"):
        if mode != "rb":
            raise ValueError("What is stored is not changed.")
        with _as_os_error(name):
            body = self._client.get_object(Bucket=self.bucket, Key=name)["Body"]
            with contextlib.closing(body):
                return File(io.BytesIO(body.read()), name=name)

    def exists(self, name):
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name):
        return self._head(name)["ContentLength"]

    def _head(self, name: str) -> dict:
        with _as_os_error(name):
            return self._client.head_object(Bucket=self.bucket, Key=name)

    def delete(self, name):
        with _as_os_error(name):
            self._client.delete_object(Bucket=self.bucket, Key=name)

    def url(self, name):
        return files.media_prefix() + PurePosixPath(name).name

    # ── What the portal asks besides (portal.files.PrivateStorage) ──────────────────────────────
    def stored(self, prefix: str = "") -> Iterator[files.StoredFile]:
        with _as_os_error(prefix):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
                for one in page.get("Contents", ()):
                    moment = int(one["LastModified"].timestamp() * 1e9)
                    if not PurePosixPath(one["Key"]).name.startswith("."):
                        yield files.StoredFile(one["Key"], one["Size"], moment)

    def half_written(self) -> Iterator[files.StoredFile]:
        return iter(())

    def put_back(self, name: str, source, modified: int) -> None:
        """S3 says itself when an object was written, so `modified` is lost."""
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise SuspiciousFileOperation(name)
        self._put(name, source.read())

    def try_out(self) -> None:
        name = f".health-{os.urandom(8).hex()}"
        self._put(name, b"ok")
        self.delete(name)


@contextlib.contextmanager
def _as_os_error(name: str):
    """What callers expect of a disk: FileNotFoundError, or OSError with what the server said."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise FileNotFoundError(name) from error
        raise OSError(str(error)) from error
    except BotoCoreError as error:
        raise OSError(str(error)) from error
