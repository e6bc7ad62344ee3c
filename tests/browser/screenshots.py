"""Pictures of the pages: 360 and 1280 pixels, light, dark and right to left.

python -m tests.browser.screenshots [--out DIR] [--at ADDRESS] [page …]

Without an address it starts the service on the demonstration state by itself.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from nmrf.demo.accounts import PASSWORD
from nmrf.paths import ROOT
from tests.browser.conftest import ARGUMENTS, Running, chromium
from tests.governance.site import load_site, open_site

# name: (account or "", address; "@text" follows the first link whose address holds the text)
PAGES: dict[str, tuple[str, list[str]]] = {
    "home": ("", ["/"]),
    "recommendations": ("", ["/recommendations"]),
    "recommendation": ("", ["/recommendations", "@/recommendations/"]),
    "report": ("", ["/reports", "@/reports/versions/"]),
    "comments": ("", ["/", "@/comments"]),
    "comment": ("", ["/", "@/comments", "@/comment/"]),
    "calendar": ("", ["/calendar"]),
    "consultation": ("", ["/consultations", "@/consultations/"]),
    "receipt": ("", ["/receipt"]),
    "protection": ("", ["/protection"]),
    "institutions": ("", ["/institutions"]),
    "institution": ("", ["/institutions", "@/institutions/"]),
    "progress": ("", ["/progress"]),
    "search": ("", ["/search?q=children"]),
    "sign-in": ("", ["/sign-in"]),
    "desk-focal": ("focal.justice@example.org", ["/desk"]),
    "round-mine": ("focal.justice@example.org", ["/updates", "@/mine"]),
    "update": ("focal.justice@example.org", ["/updates", "@/mine", "@/updates/"]),
    "desk-secretariat": ("secretariat@example.org", ["/desk"]),
    "board": ("secretariat@example.org", ["/board"]),
    "round": ("secretariat@example.org", ["/updates", "@/updates/rounds/"]),
    "cycle": ("secretariat@example.org", ["/cycles", "@/cycles/"]),
    "drafting": ("secretariat@example.org", ["/reports", "@/reports/", "@/desk"]),
    "answering": ("secretariat@example.org", ["/", "@/comments", "@/answering/"]),
    "alike": ("secretariat@example.org", ["/comments", "@/answering/", "@/alike"]),
    "upload": ("stakeholder.network@example.org", ["/comments", "@/comments", "@/file"]),
    "validation": ("secretariat@example.org", ["/validation", "@/validation/runs/"]),
    "task": ("authority.justice@example.org", ["/desk", "@/validation/tasks/"]),
    "people": ("secretariat@example.org", ["/people"]),
    "mail": ("secretariat@example.org", ["/mail"]),
    "jobs": ("administrator@example.org", ["/jobs"]),
}
TALLEST = 4000  # pixels of a picture
LOOKS = {
    "1280-light": {"viewport": {"width": 1280, "height": 900}},
    "360-light": {"viewport": {"width": 360, "height": 740}},
    "1280-dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "360-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "1280-rtl": {"viewport": {"width": 1280, "height": 900}, "locale": "ar", "rtl": True},
    "360-rtl": {"viewport": {"width": 360, "height": 740}, "locale": "ar", "rtl": True},
}


def take(browser: Any, address: str, out: Path, pages: list[str]) -> None:
    """Write the pictures of the pages in every look."""
    for look, given in LOOKS.items():
        options = dict(given)
        turned = options.pop("rtl", False)
        for account in dict.fromkeys(PAGES[name][0] for name in pages):
            context = browser.new_context(base_url=address, **options)
            page = context.new_page()
            page.set_default_timeout(20_000)
            if account:
                sign_in(page, account)
            for name in pages:
                if PAGES[name][0] == account and go(page, PAGES[name][1]):
                    if turned:
                        page.evaluate("document.documentElement.dir = 'rtl'")
                    shoot(page, out / f"{name}-{look}.png")
            context.close()


def shoot(page: Any, path: Path) -> None:
    """The whole page, or the beginning of one that is very tall."""
    width = page.viewport_size["width"]
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.screenshot(
        path=path, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height}
    )


def sign_in(page: Any, account: str) -> None:
    """Through the form, as a person does."""
    page.goto("/sign-in")
    page.fill("input[name=email]", account)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk*")


def go(page: Any, steps: list[str]) -> bool:
    """Walk to a page; False, with a line, when the way ends."""
    for step in steps:
        if not step.startswith("@"):
            page.goto(step)
            continue
        # A text that ends in a slash is followed by the number of a thing, not by “new”.
        pattern = re.escape(step[1:]) + (r"\d" if step.endswith("/") else "")
        links = page.eval_on_selector_all(
            "main a[href]", "all => all.map(a => a.pathname + a.search)"
        )
        found = next((link for link in links if re.search(pattern, link)), None)
        if found is None:
            sys.stdout.write(f"no link with {step[1:]} on {page.url}\n")
            return False
        page.goto(found)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=list(PAGES))
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "screenshots")
    parser.add_argument("--at", default="")
    args = parser.parse_args()
    program = chromium()
    if program is None:
        sys.stdout.write("There is no Chromium here: no pictures are taken.\n")
        return 0
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as running:
        folder = Path(name)
        service = None
        if not args.at:
            (folder / "copy").mkdir()
            service = Running(open_site(load_site(folder), folder / "copy"))
        browser = running.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            take(browser, args.at or service.address, args.out, args.pages)
        finally:
            browser.close()
            if service:
                service.stop()
    sys.stdout.write(f"The pictures lie in {args.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
