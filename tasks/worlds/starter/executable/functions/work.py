"""Functions about firms and the posts that they offer."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

from tasks.worlds.starter.executable.desk import Desk, Held
from tasks.worlds.starter.executable.functions.rows import firm_rows, holds, same
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf
from tasks.worlds.starter.records import Firm, Person, Product, Town, Vacancy

firms = Shelf("firms")
jobs = Shelf("jobs")

MEASURES = ("revenue", "profit", "staff")


@firms(
    "pages",
    "In the order of their identifiers. A part of the name will do; the sector must be exact, "
    "such as brewing or air travel; the town is that of the head office.",
)
def search(
    desk: Desk, name: str | None = None, sector: str | None = None, town: Town | None = None
) -> list[Row]:
    return firm_rows(
        firm
        for firm in desk.world.firms
        if holds(firm.name, name)
        and same(firm.sector, sector)
        and (town is None or firm.seat_id == town.id)
    )


@firms("one")
def get(desk: Desk, firm: Firm) -> Row:
    return {
        "sector": firm.sector,
        "seat_town": desk.world[firm.seat_id].label,
        "founded": firm.founded,
        "founder_id": firm.founder_id,
        "head_id": firm.head_id,
        "staff": firm.staff,
    }


@firms("one")
def results(desk: Desk, firm: Firm) -> Row:
    return {
        "revenue": firm.revenue,
        "previous_revenue": firm.revenue_before,
        "profit": firm.profit,
    }


@firms("pages", "In the order of their identifiers; only those who are in the register of people.")
def employees(desk: Desk, firm: Firm) -> list[Row]:
    return [
        {"person_id": person.id, "name": person.label, "post": person.occupation}
        for person in desk.world.where(Person, "employer_id", firm.id)
    ]


@firms("pages", "In the order of their identifiers.")
def products(desk: Desk, firm: Firm) -> list[Row]:
    return [
        {"product_id": product.id, "name": product.name}
        for product in desk.world.where(Product, "maker_id", firm.id)
    ]


@firms("list", "The largest comes first; 5 firms unless told otherwise.")
def rank(desk: Desk, sector: str, measure: str, limit: int = 5) -> list[Row]:
    wanted = measure.strip().casefold()
    if wanted not in MEASURES:
        raise Refusal(400, f"one of these is expected: {', '.join(MEASURES)}", "measure")
    found = [firm for firm in desk.world.firms if same(firm.sector, sector)]
    if not found:
        sectors = ", ".join(sorted({firm.sector for firm in desk.world.firms}))
        raise Refusal(404, f"there is no such sector; there are: {sectors}", "sector")
    return firm_rows(sorted(found, key=lambda firm: (-getattr(firm, wanted), firm.id))[:limit])


def _vacancy_rows(vacancies: list[Vacancy]) -> list[Row]:
    return [{"vacancy_id": vacancy.id, "post": vacancy.post} for vacancy in vacancies]


@jobs(
    "pages",
    "In the order of their identifiers. The post must be exact, such as secretary; the town "
    "is that of the firm's head office.",
)
def search_(
    desk: Desk, town: Town | None = None, post: str | None = None, min_salary: int = 0
) -> list[Row]:
    return _vacancy_rows(
        [
            vacancy
            for vacancy in desk.world.vacancies
            if same(vacancy.post, post)
            and vacancy.salary >= min_salary
            and (town is None or desk.world.get(Firm, vacancy.firm_id).seat_id == town.id)
        ]
    )


@jobs("one")
def get_(desk: Desk, vacancy: Vacancy) -> Row:
    return {
        "post": vacancy.post,
        "employer_id": vacancy.firm_id,
        "salary": vacancy.salary,
        "closes": vacancy.closes.isoformat(),
    }


@jobs("list")
def of_firm(desk: Desk, firm: Firm) -> list[Row]:
    return _vacancy_rows(list(desk.world.where(Vacancy, "firm_id", firm.id)))


@jobs("one", "Refused where there is an open application already.")
def apply(desk: Desk, vacancy: Vacancy, letter: str) -> Row:
    for entry in desk.table("applications").values():
        if entry["vacancy_id"] == vacancy.id and entry["status"] == "open":
            raise Refusal(409, "you have applied already", "vacancy_id")
    id = desk.add("applications", vacancy_id=vacancy.id, status="open", letter=letter)
    return {"application_id": id}


@jobs("pages", "In the order in which they were made. The status is open or withdrawn.")
def applications(desk: Desk) -> list[Row]:
    return [
        {"application_id": id, "vacancy_id": e["vacancy_id"], "status": e["status"]}
        for id, e in desk.table("applications").items()
    ]


@jobs("one")
def withdraw(desk: Desk, application: Held) -> Row:
    if application.entry["status"] != "open":
        raise Refusal(409, "the application is withdrawn", "application_id")
    desk.change("applications", application, status="withdrawn")
    return {"status": "withdrawn"}
