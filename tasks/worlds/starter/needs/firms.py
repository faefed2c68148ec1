"""What people want to know about firms."""

from __future__ import annotations

from tasks.worlds.starter.needs.need import Ask, Aspect, Theme, each, told
from tasks.worlds.starter.records import Product, Vacancy

FOUNDING = Aspect(
    "founding",
    (
        "Find who founded the firm, and in which year.",
        "Given a firm, retrieve portraits that tell how it began.",
        "I am writing a history of industry: find the founder and the first year.",
    ),
    lambda world, firm: [told(firm, "founder_id", "founded")],
)
MONEY = Aspect(
    "money",
    (
        "Find whether the firm made or lost money, and how much it sold.",
        "Given a firm, retrieve its latest revenue and profit.",
        "I own a few shares. Find the figures of the year.",
    ),
    lambda world, firm: [told(firm, "revenue", "profit")],
)
LEADERSHIP = Aspect(
    "leadership",
    (
        "Find who leads the firm today.",
        "Given a firm, retrieve passages that name the person at its head.",
        "I want to complain to the top: find whom to write to.",
    ),
    lambda world, firm: [told(firm, "head_id")],
)
WORK = Aspect(
    "work",
    (
        "I am looking for work: find posts that the firm wants to fill, with the pay.",
        "Given a firm, retrieve its job advertisements.",
        "Find vacancies there and when applications close.",
    ),
    lambda world, firm: each(world.where(Vacancy, "firm_id", firm.id), "firm_id", "salary"),
)
PRODUCTS = Aspect(
    "products",
    (
        "Find what the firm makes.",
        "Given a firm, retrieve passages that name its products.",
        "I buy for a shop and want to know which goods come from there.",
    ),
    lambda world, firm: each(world.where(Product, "maker_id", firm.id), "maker_id"),
)

FIRMS = Theme(
    "firms",
    "Firms: founding, money, leadership, work, products",
    (
        Ask(
            lambda world: world.firms,
            (
                "{s}",
                "the firm {s}",
                "{s} in {s.seat}",
                "What do you have on {s}?",
                "{s} ({s.sector})",
            ),
            (FOUNDING, MONEY, LEADERSHIP, WORK, PRODUCTS),
        ),
    ),
)
