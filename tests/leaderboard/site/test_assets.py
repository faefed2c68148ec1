"""What the scripts do, in a real browser, on pages that are opened from a folder."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leaderboard.board.records import Board
from leaderboard.site import build, links

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(toys: Board, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "site"
    build(toys, out)
    return out


def until(page: Page, script: str) -> None:
    """Waits until a script says true, which Playwright's own wait cannot do under our policy."""
    end = time.monotonic() + 30
    while not page.evaluate(script):
        assert time.monotonic() < end, script
        page.wait_for_timeout(20)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when it says something on the console or asks another host."""
    context = browser.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda r: None if r.url.startswith(("file:", "blob:")) else wrong.append(r.url),
    )
    yield page
    owned = page.evaluate("window.__owned")
    context.close()
    assert wrong == []
    assert owned is None


def systems(page: Page, table: str = "summary-table") -> list[str]:
    return page.eval_on_selector_all(
        f"#{table} tbody tr", "rows => rows.map(row => row.dataset.row)"
    )


def test_a_permalink_restores_search_facet_sorting_and_columns(page: Page, site: Path) -> None:
    state = "#q=alpha&kind=embedder&sort=micro:asc&hide=size"
    page.goto(f"{(site / 'suites/toy.html').as_uri()}{state}")
    assert systems(page) == ["alpha--without-instruction", "alpha--with-instruction"]
    assert page.get_attribute("th[data-col=micro]", "aria-sort") == "ascending"
    assert page.locator("th[data-col=size]").count() == 0
    assert page.inner_text("[data-count]") == "2 of 7 rows"


def test_choices_go_into_the_address_and_back_undoes_a_tab(page: Page, site: Path) -> None:
    page.goto((site / "suites/toy.html").as_uri())
    page.select_option("[data-facet=kind]", "lexical")
    assert systems(page) == ["bm25"]
    page.get_by_role("tab", name="Per task").click()
    page.wait_for_selector("#heat-table tbody td")
    assert page.url.endswith("#kind=lexical&tab=per-task")
    assert systems(page, "heat-table") == ["bm25"]
    page.go_back()
    assert page.is_visible("#summary-table")
    page.click("[data-reset]")
    assert len(systems(page)) == 7


def test_the_space_bar_sorts_as_the_enter_key_does(page: Page, site: Path) -> None:
    page.goto((site / "suites/toy.html").as_uri())
    page.locator("th[data-col=micro] [role=button]").press("Space")
    page.wait_for_selector("th[data-col=micro][aria-sort=descending]")
    page.wait_for_timeout(50)
    assert page.get_attribute("th[data-col=micro]", "aria-sort") == "descending"


def test_a_reset_forgets_the_sorting_too(page: Page, site: Path) -> None:
    page.goto(f"{(site / 'suites/toy.html').as_uri()}#q=alpha&sort=micro:asc")
    page.click("[data-reset]")
    assert page.url.endswith("suites/toy.html")
    assert page.get_attribute("th[data-col=micro]", "aria-sort") is None
    assert systems(page)[0] == "oracle"


def test_rows_without_a_number_come_last_both_ways(page: Page, site: Path) -> None:
    page.goto((site / "suites/toy.html").as_uri())
    header = page.locator("th[data-col=average] [role=button]")
    header.press("Enter")
    page.wait_for_selector("th[data-col=average][aria-sort=descending]")
    assert systems(page)[0] == "oracle"
    assert set(systems(page)[-2:]) == {"gamma", "delta"}
    header.press("Enter")
    page.wait_for_selector("th[data-col=average][aria-sort=ascending]")
    assert systems(page)[0] == "hostile"
    assert set(systems(page)[-2:]) == {"gamma", "delta"}


def test_keys_reach_a_number_and_its_details(page: Page, site: Path) -> None:
    page.goto((site / "suites/toy.html").as_uri())
    page.focus("#summary-table tbody [data-c][tabindex='0']")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="BM25")
    dialog.get_by_text("30.00 to 50.00").wait_for()
    assert "assay run bm25 toy/apples" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.closest('tr').dataset.row") == "bm25"


def test_another_measure_changes_numbers_and_says_what_ranks(page: Page, site: Path) -> None:
    page.goto(f"{(site / 'suites/toy.html').as_uri()}#measure=R%4010")
    cell = page.locator("tr[data-row=bm25] td[data-c=average] .v")
    until(page, "document.querySelector('#summary-legend').textContent.includes('R@10')")
    assert cell.inner_text() == "20.00"
    assert "Ranks and groups are by nDCG@10" in page.inner_text("#summary-legend")


def test_the_view_is_downloaded_as_it_is_left(page: Page, site: Path) -> None:
    page.goto(f"{(site / 'suites/toy.html').as_uri()}#kind=embedder&sort=micro:asc")
    with page.expect_download() as download:
        page.click("#summary-table-block .downloads button")
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0].startswith("rank,system,level,average,micro,tasks")
    assert [line.split(",")[3] for line in lines[1:]] == ["58.75", "60.00"]


def test_rows_are_chosen_for_the_compare_page(page: Page, site: Path) -> None:
    page.goto((site / "suites/toy.html").as_uri())
    page.get_by_label("Compare BM25").check()
    page.get_by_label("Compare Oracle").check()
    target = page.get_by_role("link", name="Compare", exact=True).last.get_attribute("href")
    assert target == "../compare.html#rows=bm25,oracle"


def test_plots_draw_a_point_for_every_row_whose_size_is_known(page: Page, site: Path) -> None:
    page.goto(f"{(site / 'suites/toy.html').as_uri()}#tab=plots")
    figure = page.locator("figure.plot", has_text="Quality against size")
    figure.wait_for()
    # both of Alpha's and the hostile one: BM25 and the oracle have no parameters, and the two
    # others no average
    assert figure.locator("svg a").count() == 3
    assert "3 of 5 rows" in figure.inner_text()


def test_a_plot_that_cannot_be_drawn_says_why(page: Page, site: Path) -> None:
    page.goto(f"{(site / 'suites/toy.html').as_uri()}#tab=plots")
    figure = page.locator("figure.plot", has_text="Quality against cost")
    figure.wait_for()
    assert "costs are known only where a paper prints them" in figure.inner_text()


@pytest.fixture(scope="module")
def timed(toys: Board, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toys, in which R@10 is a time in seconds, of which less is better."""
    out = tmp_path_factory.mktemp("timed") / "site"
    suite = replace(
        toys.suites[0], units={"R@10": "seconds"}, lower_is_better=("R@10",), seconds={}
    )
    build(replace(toys, suites=(suite, *toys.suites[1:])), out)
    return out


def test_a_measure_of_which_less_is_better_is_sorted_and_painted_that_way(
    page: Page, timed: Path
) -> None:
    page.goto(f"{(timed / 'suites/toy.html').as_uri()}#measure=R%4010")
    until(page, "document.querySelector('[data-scale]').textContent.includes('less is')")
    assert page.locator("tr[data-row=bm25] td[data-c=average] .v").inner_text() == "0.20"
    page.locator("th[data-col=average] [role=button]").press("Enter")
    page.wait_for_selector("th[data-col=average][aria-sort=ascending]")
    assert systems(page)[0] == "hostile"  # the lowest
    page.get_by_role("tab", name="Per task").click()
    page.wait_for_selector("#heat-table tbody td.h9")
    strongest = page.locator("#heat-table tr", has=page.locator("td.h9[data-c='toy/apples']"))
    assert strongest.get_attribute("data-row") == "hostile"


def test_a_time_that_is_a_measure_is_plotted(page: Page, timed: Path) -> None:
    page.goto(f"{(timed / 'suites/toy.html').as_uri()}#tab=plots")
    figure = page.locator("figure.plot", has_text="Quality against time")
    figure.locator("svg a").first.wait_for()
    assert figure.locator("svg a").count() == 5
    assert "R@10 (seconds)" in figure.inner_text()


def test_a_column_that_has_no_order_offers_none(page: Page, site: Path) -> None:
    page.goto((site / "tasks/toy--apples.html").as_uri())
    head = page.locator("#systems-1 thead th")
    origin = head.filter(has_text="Origin")
    assert origin.locator("[role=button]").count() == 0
    assert not origin.locator(".dt-column-order").is_visible()
    assert head.filter(has_text="System").locator("[role=button]").count() == 1


def test_a_comparison_from_a_task_opens_on_it(page: Page, site: Path) -> None:
    page.goto((site / "tasks/toy--apples.html").as_uri())
    for name in ("Compare BM25", "Compare Oracle"):
        page.get_by_label(name).focus()
        page.keyboard.press("Space")
    link = page.get_by_role("region", name="Comparison").get_by_role("link", name="Compare")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare.html#rows=bm25,oracle&task=toy%2Fapples")
    page.get_by_role("heading", name="Query by query: toy/apples").wait_for()


def test_a_lost_address_below_a_folder_leads_home(page: Page, site: Path) -> None:
    shutil.copy(site / "404.html", site / "models" / "lost.html")
    page.goto((site / "models" / "lost.html").as_uri())
    page.get_by_role("link", name="the start page").click()
    page.wait_for_url((site / "index.html").as_uri())


def test_the_theme_is_kept_and_set_before_the_page_is_drawn(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Theme").click()
    until(page, "localStorage.getItem('assay-theme') === 'dark'")
    page.goto((site / "suites/toy.html").as_uri())
    # What one page keeps may reach the next a moment late; it follows then.
    until(page, "document.documentElement.dataset.theme === 'dark'")
    background = "getComputedStyle(document.body).backgroundColor"
    red, green, blue = map(int, page.evaluate(background)[4:-1].split(","))
    assert max(red, green, blue) < 60
    head = page.evaluate("document.head.innerHTML")
    assert head.index("assay-theme") < head.index("stylesheet")


def test_open_pages_follow_the_theme_of_the_one_where_it_was_chosen(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    beside = page.context.new_page()
    beside.goto((site / "suites/toy.html").as_uri())
    page.get_by_role("button", name="Theme").click()
    until(beside, "document.documentElement.dataset.theme === 'light'")
    beside.get_by_role("button", name="Theme: light").wait_for()
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Theme").click()
    until(beside, "!('theme' in document.documentElement.dataset)")
    beside.close()


def test_the_home_page_finds_a_system_by_keys_alone(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    page.get_by_role("combobox").fill("alph")
    page.get_by_role("option", name="Alpha").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/alpha.html")


def test_scripts_name_files_as_the_build_does(page: Page, site: Path) -> None:
    page.goto((site / "about.html").as_uri())
    names = ["mair/SciFact", "nDCG@10", ".hidden", "a b&c", "é漢😀", "", "a/../b"]
    found = page.evaluate(f"{json.dumps(names)}.map(assay.slug)")
    assert found == [links.slug(name) for name in names]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    ["index.html", "404.html"]
    + [f"suites/toy.html#{t}" for t in ("", "tab=per-task", "tab=per-category", "tab=plots")],
)
def test_nothing_on_a_page_keeps_anyone_out(path: str, scheme: str, page: Page, site: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{site.as_uri()}/{path}")
    page.wait_for_load_state("networkidle")
    found = axe.run(page, options={"preload": False}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []


@pytest.mark.parametrize("path", ["index.html", "suites/toy.html", "suites/toy.html#tab=per-task"])
def test_a_phone_scrolls_tables_and_nothing_else(path: str, page: Page, site: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.as_uri()}/{path}")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
