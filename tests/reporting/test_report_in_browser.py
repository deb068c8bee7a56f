"""The page in a real browser: what it fetches, its width on a phone, and in print."""

import os
import shutil

import pytest

from sklearn_protloc.reporting import report
from tests.reporting.conftest import renamed

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser():
    """Return a headless Chromium, or skip."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed (extra browser)"
    )
    path = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    with playwright.sync_playwright() as runner:
        try:
            # Root, as in containers, has no sandbox.
            browser = runner.chromium.launch(
                executable_path=path, args=["--no-sandbox"], timeout=120_000
            )
        except playwright.Error as error:
            reason = str(error).splitlines()[0]
            pytest.skip(f"no Chromium to be started (set CHROMIUM): {reason}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(model, cells, tmp_path_factory):
    """Return where a page lies that has a label with a very long name."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    y = cells.target.set_axis(["Cytosol", "Nucleoli " * 12, "R" * 80], axis=1)
    report(
        renamed(model, y),
        cells.data[40:],
        y[40:],
        X_train=cells.data[:40],
        y_train=y[:40],
        n_images=2,
        title="W" * 60,
        path=path,
    )
    return path.as_uri()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_page_fits_fetches_nothing_and_has_no_error(browser, address, width):
    page = browser.new_page(viewport={**PHONE, "width": width})
    page.set_default_timeout(120_000)
    errors, fetched = [], []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(address)
    assert errors == []
    assert [url for url in fetched if not url.startswith("data:")] == [address]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    images = "[...document.images]"
    assert page.evaluate(f"{images}.every(i => i.complete && i.naturalWidth > 0)")
    assert page.evaluate(f"Math.max(...{images}.map(i => i.clientWidth))") <= width
    page.close()


def test_page_prints(browser, address):
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.goto(address)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    page.close()
