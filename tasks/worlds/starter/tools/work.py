"""Tools about work: firms and their vacancies."""

from __future__ import annotations

from tasks.worlds.starter.tools.tool import Domain, Edition, Function

FIRMS = Domain(
    "firms",
    "firm",
    "firms",
    (
        Function(
            "search",
            "Finds {many} by name, sector or town.",
            "name? sector? town? page?",
            "firm_id name",
        ),
        Function(
            "get",
            "Returns the portrait of {a}: business, head office, foundation and leadership.",
            "firm_id",
            "sector seat_town founded founder_id head_id staff",
        ),
        Function(
            "results",
            "Returns the annual figures of {a}: revenue of two years, profit or loss.",
            "firm_id",
            "revenue previous_revenue profit",
        ),
        Function(
            "employees",
            "Lists the people who work for {a}, with their posts.",
            "firm_id page?",
            "person_id name post",
        ),
        Function("products", "Lists what {a} makes.", "firm_id page?", "product_id name"),
        Function(
            "rank",
            "Ranks the {many} of a sector by revenue, profit or staff.",
            "sector measure limit?",
            "firm_id name",
        ),
    ),
    (
        Edition("charities", "charity", "charities", "Societies without profit.", "rank"),
        Edition("farms", "farm", "farms", "Agriculture only."),
        Edition("foreign_firms", "foreign firm", "foreign firms", "Head offices abroad only."),
        Edition("guilds", "guild", "guilds", "Associations of masters, not employers.", "rank"),
    ),
)
JOBS = Domain(
    "jobs",
    "vacancy",
    "vacancies",
    (
        Function(
            "search",
            "Finds {many} by town, post or pay.",
            "town? post? min_salary? page?",
            "vacancy_id post",
        ),
        Function(
            "get",
            "Shows the details of {a}: employer, pay and closing date.",
            "vacancy_id",
            "post employer_id salary closes",
        ),
        Function("of_firm", "Lists the open {many} of one firm.", "firm_id", "vacancy_id post"),
        Function(
            "apply",
            "Applies for {a} with a covering letter.",
            "vacancy_id letter",
            "application_id",
        ),
        Function(
            "applications",
            "Lists the {many} that the account holder has applied for.",
            "page?",
            "application_id vacancy_id status",
        ),
        Function(
            "withdraw",
            "Takes back an application for {a}.",
            "application_id",
            "status",
        ),
    ),
    (
        Edition("internships", "school internship", "school internships", "Pupils under 16."),
        Edition("volunteering", "volunteer post", "volunteer posts", "Without pay."),
        Edition("navy_posts", "navy post", "navy posts", "Enlisted sailors only."),
        Edition("harvest_work", "harvest job", "harvest jobs", "By the day, in the fields."),
    ),
)
