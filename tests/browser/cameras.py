"""A browser with a camera that plays a picture, or whose camera nobody may use."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.fixtures.browser import ARGUMENTS, HEIGHT, PATIENCE, PHONE

TABLE = (96, 84, 70)
FAKE = "--use-fake-device-for-media-stream"
ALLOW = "--use-fake-ui-for-media-stream"
DENY = "--deny-permission-prompts"


class FilmedBrowser:
    """What its camera sees can be changed between two shots."""

    def __init__(self, like: Browser, folder: Path, *, is_allowed: bool = True) -> None:
        self.film = folder / "film.mjpeg"
        self.shows(Image.new("RGB", (640, 480), TABLE))
        permission = ALLOW if is_allowed else DENY
        film = f"--use-file-for-fake-video-capture={self.film}"
        self.browser = like.browser_type.launch(
            executable_path=shutil.which("chromium"),
            args=[*ARGUMENTS, FAKE, permission, film],
        )

    def shows(self, picture: Image.Image, size: tuple[int, int] = (1280, 960)) -> None:
        """Lay a picture on the table before the camera, as large as it fits."""
        table = Image.new("RGB", size, TABLE)
        laid = picture.copy()
        laid.thumbnail((round(size[0] * 0.9), round(size[1] * 0.9)))
        table.paste(laid, ((size[0] - laid.width) // 2, (size[1] - laid.height) // 2))
        new = self.film.with_suffix(".new")
        with new.open("wb") as file:
            for _ in range(2):
                table.save(file, "JPEG", quality=95)
        new.replace(self.film)

    def open(self, base_url: str, width: int = PHONE) -> Page:
        context = self.browser.new_context(
            base_url=base_url,
            reduced_motion="reduce",
            viewport={"width": width, "height": HEIGHT[width]},
        )
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def close(self) -> None:
        self.browser.close()
