"""The report in a real browser: it loads without an error, its tasks are found, filtered and opened."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "evals"))
from eval_help import GOOD_ANSWERS, answers, queue, run, written

from terraformer.evals.report import write_report

BROWSER = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on PATH")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("page")
    table = written(place / "tasks.csv")
    run(table, place / "good", GOOD_ANSWERS)
    run(
        table,
        place / "poor",
        answers(delay=queue(7), news={"reply": "no"}, syntax={"reply": "no"}, contradicts=queue(), module=queue()),
    )
    return write_report([place / "good", place / "poor"]).html.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The report's overview; anything in the console, any request but for the file, any error fails the test."""
    tab = browser.new_page(viewport={"width": 1100, "height": 900})
    trouble: list[str] = []
    tab.on("console", lambda message: trouble.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    tab.on("request", lambda request: trouble.append(request.url) if not request.url.startswith("file:") else None)
    tab.goto(address)
    yield tab
    tab.close()
    assert [t for t in trouble if not t.startswith("data:")] == []


def test_overview(page: Any) -> None:
    assert page.title() == "Evaluation on iac-eval"
    assert page.locator("table.tasks tbody tr:visible").count() == 5
    assert page.locator("article.page:visible").count() == 0
    assert page.locator("figure.plot svg:visible").count() == 2
    assert "5 of 5 tasks" in page.locator("#count").inner_text()
    # Nothing is wider than the window.
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_filters(page: Any) -> None:
    rows = page.locator("table.tasks tbody tr:visible")
    page.locator("#filter").get_by_label("Difficulty").select_option("2")
    assert rows.count() == 2
    page.locator("#filter").get_by_label("Search").fill("SYNTAX topic")
    assert rows.count() == 1 and "syntax" in rows.inner_text()
    page.locator("#filter").get_by_label("Search").fill("")
    page.locator("#filter").get_by_label("Difficulty").select_option("")
    page.locator("#filter").get_by_label("Certificate").select_option("policy-rule-failed")
    assert rows.count() == 2 and page.locator("#count").inner_text() == "2 of 5 tasks"
    page.locator("#filter").get_by_label("Certificate").select_option("")
    page.locator("#filter").get_by_label("Verdict").select_option("empty")
    assert rows.count() == 2


def test_a_task_has_a_page_of_its_own(page: Any) -> None:
    page.get_by_role("link", name="q", exact=True).click()
    article = page.locator("article.page:visible")
    article.first.wait_for()
    assert article.count() == 1 and page.locator("#overview:visible").count() == 0
    assert "A queue for jobs with a delay of 30 seconds" in article.inner_text()
    assert "is_valid_delay failed" in article.inner_text()
    article.get_by_role("link", name="Next").click()
    assert "A topic for the news" in page.locator("article.page:visible").inner_text()
    page.go_back()
    assert "A queue for jobs" in page.locator("article.page:visible").inner_text()
    page.get_by_role("link", name="All tasks").click()
    assert page.locator("#overview:visible").count() == 1


def test_without_scripts_everything_is_there(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address)
    assert tab.locator("article.page:visible").count() == 5
    assert tab.locator("#filter:visible").count() == 0
    context.close()


def test_dark_pages_are_readable(browser: Any, address: str) -> None:
    context = browser.new_context(color_scheme="dark")
    tab = context.new_page()
    tab.goto(address)
    paper, ink = tab.evaluate(
        "(s => [s.backgroundColor, s.color].map(c => c.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)))"
        "(getComputedStyle(document.body))"
    )
    assert paper < 200 < 500 < ink
    fill = tab.evaluate("getComputedStyle(document.querySelector('figure.plot text')).fill")
    assert fill == tab.evaluate("getComputedStyle(document.body).color")
    context.close()
