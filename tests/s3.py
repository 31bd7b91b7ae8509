"""An S3 server for tests: moto's, in a process of its own. It keeps everything in memory."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from functools import cached_property
from urllib.parse import quote

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tests.bench.server import HOST, free_port

KEY, SECRET, BUCKET = "portal", "a/secret+with signs", "tep-tai-len"


class Server:
    """Listening on a port of its own, with an empty private bucket."""

    def __init__(self, *, host: str = HOST, port: int = 0, prefix: tuple[str, ...] = ()):
        self.host, self.port = host, port or free_port()
        command = [*prefix, sys.executable, "-W", "ignore", "-m", "moto.server"]
        self.process = subprocess.Popen(
            [*command, "-H", host, "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # what is before it dies with it
        )

    @property
    def endpoint(self) -> str:
        return f"http://{self.host}:{self.port}"

    def url(self, bucket: str = BUCKET) -> str:
        """As MEDIA_STORAGE_URL has it."""
        return f"s3+http://{KEY}:{quote(SECRET, safe='')}@{self.host}:{self.port}/{bucket}"

    def options(self, bucket: str = BUCKET) -> dict[str, str]:
        access = {"key": KEY, "secret": SECRET, "region": "us-east-1"}
        return {"endpoint": self.endpoint, "bucket": bucket, **access}

    @cached_property
    def client(self):
        access = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
        session = boto3.session.Session(region_name="us-east-1")
        return session.client("s3", endpoint_url=self.endpoint, **access)

    def make_bucket(self, name: str = BUCKET, seconds: float = 60) -> None:
        """Once the server answers."""
        until = time.monotonic() + seconds
        while True:
            try:
                self.client.create_bucket(Bucket=name)
                return
            except (BotoCoreError, ClientError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def objects(self, bucket: str = BUCKET) -> dict[str, bytes]:
        client = self.client
        found = client.list_objects_v2(Bucket=bucket).get("Contents", ())
        return {
            one["Key"]: client.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
            for one in found
        }

    def empty(self, bucket: str = BUCKET) -> None:
        found = self.client.list_objects_v2(Bucket=bucket).get("Contents", ())
        for one in found:
            self.client.delete_object(Bucket=bucket, Key=one["Key"])

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def serving(**options):
    server = Server(**options)
    try:
        server.make_bucket()
        yield server
    finally:
        server.stop()
