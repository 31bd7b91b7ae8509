"""axe finds nothing on any type of public page, wide or narrow, light or dark."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.public_pages import Reader

OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # Off unless named: the contrast of 7:1 that the design promises, and large enough targets.
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


def violations(page) -> list[str]:
    """What axe objects to on the page that is open: "rule: why: the element"."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async options => (await axe.run(options)).violations", OPTIONS)
    return [
        f"{rule['id']}: {node['failureSummary'].splitlines()[-1].strip()}: {node['html']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(browser, site, width, scheme):
    window = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with Reader(browser, site, **window) as reader:
        found = [
            f"{name}: {line}" for name, page in reader.every_page() for line in violations(page)
        ]
    assert not found, "\n".join(found)


def test_axe_sees_faint_text_and_small_targets(browser):
    page = browser.new_page()
    page.set_content(
        "<html lang=vi><title>Thử</title><main><h1>Thử</h1><p style='color:#6a6a6a'>mờ</p>"
        "<button style='width:9px;height:9px;padding:0;border:0' aria-label=a></button>"
        "<button style='width:9px;height:9px;padding:0;border:0' aria-label=b></button></main>"
    )
    rules = {line.split(":")[0] for line in violations(page)}
    page.close()
    assert rules == {"color-contrast-enhanced", "target-size"}
