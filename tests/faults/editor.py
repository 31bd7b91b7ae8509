"""Somebody who signs in and saves, by the forms that the site gives."""

from __future__ import annotations

import contextlib
import json
import secrets
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import lxml.html

from tests.nginx import Site


class Editor:
    """A browser without a screen: cookies, forms, files; `source`: the address it comes from."""

    def __init__(self, site: Site, source: str = "127.0.0.1"):
        self.site, self.source = site, source
        self.cookies: dict[str, str] = {}

    def sign_in(self) -> None:
        name = self.site.environment["DJANGO_SUPERUSER_USERNAME"]
        password = self.site.environment["DJANGO_SUPERUSER_PASSWORD"]
        answer = self.submit("/admin/login/", {"username": name, "password": password}, files={})
        if answer.status != 302:
            raise RuntimeError(f"sign-in: {answer.status}")

    def ask(self, method: str, address: str, body: bytes = b"", kind: str = ""):
        headers = {
            "Host": self.site.name,
            "Accept": "text/html",
            "Referer": f"https://{self.site.name}{address}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        } | ({"Content-Type": kind} if kind else {})
        with contextlib.closing(self.site.connect(source=self.source)) as connection:
            connection.request(method, address, body=body, headers=headers)
            response = connection.getresponse()
            response.body = response.read()
        for line in response.headers.get_all("Set-Cookie", []):
            for cookie in SimpleCookie(line).values():
                self.cookies[cookie.key] = cookie.value
        return response

    def form(self, address: str, holding: str):
        """The form at the address with this field in it, as (where it goes, its fields)."""
        page = lxml.html.fromstring(self.ask("GET", address).body)
        form = next(one for one in page.forms if holding in one.fields)
        return form.action or address, dict(form.form_values())

    def submit(self, address: str, typed: dict, *, files: dict):
        """Fill the form at the address in and send it."""
        action, fields = self.form(address, next(iter(typed)))
        body, kind = multipart(fields | typed, files)
        return self.ask("POST", action if action.startswith("/") else address, body, kind)

    def upload(self, name: str, content: bytes) -> int | None:
        """Put a photo into the library; its id, None where it was not taken."""
        token = self.cookies["__Host-csrftoken"]
        body, kind = multipart({"csrfmiddlewaretoken": token}, {"upload": (name, content)})
        answer = self.ask("POST", "/admin/news/photo/upload/", body, kind)
        return json.loads(answer.body)["id"] if answer.status == 200 else None


def multipart(fields: dict, files: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    """A form's content and its type."""
    if not files:
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    edge = secrets.token_hex(16)
    parts = []
    for name, value in fields.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(f"{head}{value}\r\n".encode())
    for name, (file_name, content) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"'
        parts.append(f"{head}\r\nContent-Type: image/jpeg\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
