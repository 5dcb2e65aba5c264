"""A browser as small as one can be: cookies, redirects, forms, one connection.

It stands behind a proxy of its own, as the settings say: requests are HTTPS
for the application and plain on the wire.
"""

from __future__ import annotations

import http.client
import re
import time
from html import unescape
from urllib.parse import urlencode, urlsplit

from tests.benchmarks.stage import HOST

HIDDEN = re.compile(r"<input type=\"hidden\" name=\"(\w+)\" value=\"([^\"]*)\"")
FORM = re.compile(r"<form\b[^>]*?action=\"([^\"]*)\"[^>]*>(.*?)</form>", re.S)


class Browser:
    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.path = self.page = ""
        self.pressed_for = 0.0  # seconds that the last POST itself took

    def open(self, path: str) -> None:
        status, where = self._request("GET", path)
        while status in (301, 302, 303):
            status, where = self._request("GET", where)
        assert status == 200, (status, path, self.page[:400])

    def press(self, action: str, **typed: str) -> None:
        """Send the form whose address ends with action, and follow."""
        self.open(self.send(action, **typed))

    def send(self, action: str, **typed: str) -> str:
        """Send the form and return where it leads."""
        path, fields = self._form(action)
        begun = time.perf_counter()
        status, where = self._request("POST", path, urlencode(fields | typed))
        self.pressed_for = time.perf_counter() - begun
        assert status in (302, 303), (status, path, self.page[:400])
        return where

    def close(self) -> None:
        self.connection.close()

    def _form(self, action: str) -> tuple[str, dict[str, str]]:
        for path, inside in FORM.findall(self.page):
            if path.endswith(action):
                found = HIDDEN.findall(inside)
                return path, {name: unescape(value) for name, value in found}
        raise AssertionError(f"{self.path} has no form for {action}")

    def _request(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        headers = {
            "Host": HOST,
            "Origin": f"https://{HOST}",
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "192.0.2.7",
        }
        if self.cookies:
            held = [f"{name}={value}" for name, value in self.cookies.items()]
            headers["Cookie"] = "; ".join(held)
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, path, body or None, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            # Idle for longer than the server keeps connections.
            self.connection.close()
            self.connection.request(method, path, body or None, headers)
            answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        self.page = answer.read().decode(errors="replace")
        self.path = path
        parts = urlsplit(answer.headers.get("Location", ""))
        where = parts.path + (f"?{parts.query}" if parts.query else "")
        return answer.status, where
