"""What a page offers as files is what it shows."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def downloaded(page: Any, link: Any) -> Path:
    with page.expect_download() as waiting:
        link.click()
    return Path(waiting.value.path())


def test_the_csv_of_a_suite_holds_its_table(visit: Callable[..., Any], served: str) -> None:
    page = visit(served, "suites/toy.html")
    rows = table(downloaded(page, page.locator("#summary-table-block a", has_text="CSV")))
    shown = {}
    for row in page.locator("#summary-table tbody tr").all():
        value = row.locator("td[data-c=average] .v")
        shown[row.get_attribute("data-row")] = value.text_content() if value.count() else ""
    assert {
        row["row"]: f"{float(row['average']) * 100:.2f}" if row["average"] else ""
        for row in rows
        if not row["edition"]
    } == shown
    assert {row["row"] for row in rows if row["toy/apples"] == "0.85"} == {"delta"}


def test_the_json_of_a_suite_is_read_back(visit: Callable[..., Any], served: str) -> None:
    page = visit(served, "suites/toy.html")
    path = downloaded(page, page.locator("#summary-table-block a", has_text="JSON"))
    assert "bm25" in json.dumps(json.loads(path.read_text()))


def test_downloads_lie_beside_the_page_when_it_is_opened_from_a_folder(
    visit: Callable[..., Any], toy_site: Path
) -> None:
    for path in ("suites/toy.html", "tasks/toy--apples.html", "models/alpha.html"):
        page = visit(toy_site, path)
        links = page.locator("a[download]")
        assert links.count() >= 2
        for link in links.all():
            target = (toy_site / path).parent / str(link.get_attribute("href"))
            assert target.stat().st_size
            if target.suffix == ".csv":
                assert table(target)
            else:
                json.loads(target.read_text())


def test_this_view_is_what_the_filters_and_the_sorting_leave(
    visit: Callable[..., Any], large_site: Path
) -> None:
    page = visit(large_site, "suites/starter.html#kind=lexical&sort=average:asc&hide=size")
    rows = table(downloaded(page, page.get_by_role("button", name="This view").first))
    names = page.locator("#summary-table tbody th[scope=row] a").all_text_contents()
    assert [row["system"].split()[:2] for row in rows] == [name.split()[:2] for name in names]
    assert {row["kind"] for row in rows} == {"lexical"}
    values = [float(row["average"]) for row in rows]
    assert values == sorted(values)
    assert "size" not in rows[0]
    assert "seconds" in rows[0]


def test_a_comparison_can_be_taken_away(visit: Callable[..., Any], toy_site: Path) -> None:
    page = visit(toy_site, "compare.html#rows=bm25,delta")
    page.locator("[data-result] .verdict").first.wait_for()
    link = page.locator("[data-result]").get_by_text("CSV", exact=True)
    rows = table(downloaded(page, link))
    assert any("toy/apples" in row.values() for row in rows)
