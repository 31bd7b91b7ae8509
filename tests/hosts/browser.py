"""A browser that keeps cookies, and many readers at once."""

import http.client
import json
import secrets
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.nginx import NAME


@dataclass
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class Browser:
    """Asks one host; port 443 over TLS, others as the nginx of the site would."""

    def __init__(self, host: str, port: int, cookies: dict[str, str] | None = None):
        self.host, self.port = host, port
        self.cookies = dict(cookies or {})

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        if self.port == 443:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            plain = socket.create_connection((self.host, self.port), timeout=30)
            connection.sock = context.wrap_socket(plain, server_hostname=NAME)
        return connection

    def ask(self, method: str, address: str, body: bytes | None = None, **headers) -> Answer:
        connection = self.connect()
        headers = {"Host": NAME, "X-Forwarded-Proto": "https"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        try:
            connection.request(method, address, body=body, headers=headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.read(), response.headers)
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", ()):
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return answer

    def get(self, address: str) -> Answer:
        return self.ask("GET", address)

    def wait(self, address: str, seconds: float = 90) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if self.get(address).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise TimeoutError(f"{self.host}:{self.port}{address}")

    def post(self, address: str, fields: dict[str, str], **files: bytes) -> Answer:
        """A form with the token that its page would have had."""
        token = self.cookies.get("__Host-csrftoken", "")
        headers = {"X_CSRFToken": token, "Referer": f"https://{NAME}{address}"}
        if not files:
            kind = "application/x-www-form-urlencoded"
            return self.ask(
                "POST", address, urlencode(fields).encode(), Content_Type=kind, **headers
            )
        mark = secrets.token_hex(16)
        parts = b"".join(
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="anh.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n".encode()
            + content
            + b"\r\n"
            for name, content in files.items()
        )
        body = parts + f"--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        return self.ask("POST", address, body, Content_Type=kind, **headers)

    def sign_in(self, name: str, password: str) -> None:
        self.get("/admin/login/")
        answer = self.post("/admin/login/", {"username": name, "password": password})
        if answer.status != 302 or self.get("/admin/").status != 200:
            raise SystemExit(f"sign-in: {answer.status}")

    def upload(self, address: str, content: bytes) -> dict:
        answer = self.post(address, {}, upload=content)
        if answer.status != 200:
            raise SystemExit(f"upload: {answer.status} {answer.text[:300]}")
        return json.loads(answer.text)


@dataclass
class Load:
    """Readers who ask without a pause, each over a new connection."""

    browser: Browser
    seconds: float
    readers: int = 4
    times: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    PAGES = ("/", "/tin-tuc/", "/lanh-dao/", "/co-cau-to-chuc/", "/rss/", "/khong-co-trang-nay/")

    def run(self) -> None:
        until = time.monotonic() + self.seconds
        threads = [
            threading.Thread(target=self._read, args=[until]) for _one in range(self.readers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _read(self, until: float) -> None:
        number = 0
        while time.monotonic() < until:
            address = self.PAGES[number % len(self.PAGES)]
            number += 1
            began = time.monotonic()
            try:
                status = self.browser.get(address).status
            except OSError as error:
                self.failures.append(f"{address}: {error!r}")
            else:
                if status != (404 if "khong-co" in address else 200):
                    self.failures.append(f"{address}: {status}")
            self.times.append(time.monotonic() - began)
