"""Passages about firms: portraits, results, vacancies, letters from the top, catalogues."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.worlds.starter.prose import Page
from tasks.worlds.starter.records import Firm, Product, Vacancy
from tasks.worlds.starter.world import World


def firm_pages(world: World) -> Iterator[Page]:
    """Three passages a firm, one a vacancy, and a catalogue of whoever makes something."""
    for firm in world.firms:
        yield portrait(world, firm)
        yield results(world, firm)
        yield letter(world, firm)
        if goods := world.where(Product, "maker_id", firm.id):
            yield catalogue(world, firm, goods)
    for vacancy in world.vacancies:
        yield advertisement(world, vacancy)


def portrait(world: World, firm: Firm) -> Page:
    """Founder, seat and business."""
    page = Page(
        world,
        "portrait",
        firm,
        "{f}",
        "Company portrait: {f}",
        "{f} of {f.seat}",
        "From a shed to a name",
        f=firm,
    )
    page.say(
        "{f} was founded in {f.founded} by {f.founder}.",
        "It was {f.founder} who set up {f}, in {f.founded}.",
        "The story of {f} begins in {f.founded} with {f.founder} and a borrowed shed.",
    )
    page.say(
        "Its business is {f.sector}, its seat is {f.seat}.",
        "From {f.seat} it has made its name in {f.sector}.",
        "Few in {f.sector} had heard of {f.seat} before it settled there.",
    )
    return page.say(
        "It employs {f.staff:number} people.",
        "{f.staff:number} people draw their wages there.",
        "What began with three hands now takes {f.staff:number} pairs of them.",
    )


def results(world: World, firm: Firm) -> Page:
    """The year's figures."""
    page = Page(
        world,
        "results",
        firm,
        "Results: {f}",
        "The year in figures",
        "Annual statement of {f}",
        "Money matters",
        f=firm,
    )
    page.say(
        "{f} took {f.revenue:thousands} crowns, after {f.revenue_before:thousands} a year earlier.",
        "Revenue of {f}: {f.revenue:thousands} crowns (before: {f.revenue_before:thousands}).",
        "Sales at {f} moved from {f.revenue_before:thousands} to {f.revenue:thousands} crowns.",
    )
    if firm.profit >= 0:
        page.say(
            "What was left in the end was a profit of {f.profit:thousands} crowns.",
            "The year closed with a profit of {f.profit:thousands} crowns.",
        )
    else:
        page.say(
            "The year closed with a loss of {f.profit:thousands} crowns.",
            "In the end there was a hole of {f.profit:thousands} crowns.",
        )
    return page.say(
        "The board proposes to repaint the gates.",
        "Shareholders were served sandwiches and few surprises.",
        "For the coming year the management is cautious.",
        "No dividend was discussed aloud.",
    )


def letter(world: World, firm: Firm) -> Page:
    """Who leads the firm."""
    page = Page(
        world,
        "letter",
        firm,
        "A word from the top",
        "To the friends of our house",
        "Management of {f}",
        "An open letter",
        f=firm,
    )
    page.say(
        "At the head of {f} stands {f.head}.",
        "{f.head}, who leads {f}, writes to us.",
        "The management of {f} lies in the hands of {f.head}.",
    )
    page.say(
        "“We have had worse years, and better ones,” the letter says.",
        "The letter thanks everybody and promises nothing.",
        "“Quality is a habit,” it reads, and goes on for a page.",
        "It closes with greetings to the night shift.",
    )
    return page.maybe(40, "In {f.seat} it was pinned to the board by the gate.")


def catalogue(world: World, firm: Firm, goods: tuple[Product, ...]) -> Page:
    """What the firm makes."""
    page = Page(
        world,
        "catalogue",
        firm,
        "From the catalogue",
        "New this season",
        "What {f} makes",
        "Leafing through the catalogue of {f}",
        f=firm,
    )
    for product in goods:
        page.say(
            "{p.maker} makes the {p}.",
            "The {p} leaves the halls of {p.maker} by the cartload.",
            "Look for the {p}: that is {p.maker}.",
            p=product,
        )
    return page.say(
        "Spare parts are kept for twenty years.",
        "Dealers are listed at the back.",
        "Colours may differ from the picture.",
        "All of it is checked by hand.",
    )


def advertisement(world: World, vacancy: Vacancy) -> Page:
    """A post to be filled."""
    page = Page(
        world,
        "advertisement",
        vacancy,
        "Wanted",
        "Post to be filled",
        "{v.post:cap} sought",
        "Work in {v.firm.seat}",
        v=vacancy,
    )
    page.say(
        "{v.firm} is looking for {v.post:a}.",
        "{v.post:cap} wanted by {v.firm}.",
        "We at {v.firm} need {v.post:a} and would rather not wait.",
    )
    page.say(
        "Pay is {v.salary:number} crowns a year; letters by {v.closes}.",
        "Applications close on {v.closes:day}; the salary is {v.salary:number} crowns.",
        "The post carries {v.salary:number} crowns a year. Write before {v.closes}.",
    )
    return page.say(
        "References are read, but so are faces.",
        "Boots are provided.",
        "No experience is needed that cannot be learnt.",
        "The canteen is good.",
    )
