"""News that ties several people, firms and places together: gold for two hops, noise for one."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Page
from tasks.worlds.starter.records import Event, Film, Firm, Offer, Shop
from tasks.worlds.starter.world import World


def news_pages(world: World) -> Iterator[Page]:
    """One item for many of the events, films, firms and shops."""
    draw = Draw(world.seed, "newsworthy")
    yield from (patronage(world, event) for event in world.events if draw.chance(70))
    yield from (homecoming(world, film) for film in world.films if draw.chance(60))
    yield from (visit(world, firm) for firm in world.firms if draw.chance(60))
    for shop in world.shops:
        if draw.chance(50):
            yield display(world, draw.choice(world.where(Offer, "shop_id", shop.id)))


def patronage(world: World, event: Event) -> Page:
    """A firm pays for an event."""
    page = Page(
        world,
        "news",
        event,
        "Money for the {e.kind}",
        "{e.sponsor} opens its purse",
        "In brief",
        "Local news",
        e=event,
    )
    page.say(
        "{e.sponsor} puts up the money for the {e.kind} in {e.town}.",
        "The {e.kind} in {e.town} has found a patron: {e.sponsor}.",
        "Without {e.sponsor} there would be no {e.kind} in {e.town}.",
    )
    return page.say(
        "{e.sponsor.head}, who leads the firm, will hand over the prizes.",
        "The firm, at home in {e.sponsor.seat}, is better known for {e.sponsor.sector}.",
        "“It is cheaper than advertising,” says its head, {e.sponsor.head}.",
    )


def homecoming(world: World, film: Film) -> Page:
    """A director comes back to where a film was shot."""
    page = Page(
        world,
        "news",
        film,
        "Old acquaintances",
        "{f.director} in {f.setting}",
        "Seen in town",
        "Local news",
        f=film,
    )
    page.say(
        "{f.director}, who directed {f} there, was seen in {f.setting} again.",
        "{f.setting} has not forgotten {f}, nor its director, {f.director}.",
        "In {f.setting}, where {f.director} once filmed {f}, a plaque was unveiled.",
    )
    return page.say(
        "{f.director.family} was born in {f.director.birthplace} and lives in {f.director.home}.",
        "For somebody from {f.director.birthplace} it was almost a homecoming.",
        "{f.studio}, which produced it, paid for the beer.",
    )


def visit(world: World, firm: Firm) -> Page:
    """A mayor looks at a works."""
    page = Page(
        world,
        "news",
        firm,
        "A tour of the works",
        "{f.seat.mayor} at {f}",
        "In brief",
        "Local news",
        f=firm,
    )
    page.say(
        "{f.seat.mayor}, mayor of {f.seat}, was shown round {f}.",
        "{f} opened its gates to the mayor of {f.seat}, {f.seat.mayor}.",
    )
    return page.say(
        "{f.head}, who leads it, did most of the talking.",
        "There was a toast to {f.founder}, who founded it.",
        "Sales, it was said, stand at {f.revenue:thousands} crowns.",
        "Hands are still wanted there.",
    )


def display(world: World, offer: Offer) -> Page:
    """Something in a shop window."""
    shop = world.get(Shop, offer.shop_id)
    page = Page(
        world,
        "news",
        offer,
        "In the window",
        "From {o.product.maker.seat} to {o.shop.town}",
        "Market gossip",
        "Local news",
        o=offer,
        s=shop,
    )
    page.say(
        "The {o.product} in the window of {o.shop} in {o.shop.town} comes from {o.product.maker}.",
        "{o.shop} in {o.shop.town} has put the {o.product} in its window.",
    )
    return page.say(
        "{s.owner}, who owns the shop, sold two before noon.",
        "Its maker, {o.product.maker}, has its seat in {o.product.maker.seat}.",
        "At {o.price:crowns} it will not stand there long.",
    )
