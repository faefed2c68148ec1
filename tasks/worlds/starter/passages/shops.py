"""Passages about shops: addresses and hours, price lists, owners, customers' opinions."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.worlds.starter.prose import Page
from tasks.worlds.starter.records import Offer, Review, Shop
from tasks.worlds.starter.world import World


def shop_pages(world: World) -> Iterator[Page]:
    """Three passages a shop, and one a review."""
    for shop in world.shops:
        yield directory_entry(world, shop)
        yield price_list(world, shop, world.where(Offer, "shop_id", shop.id))
        yield counter(world, shop)
        for review in world.where(Review, "subject_id", shop.id):
            yield shop_review(world, review)


def directory_entry(world: World, shop: Shop) -> Page:
    """Address and hours."""
    page = Page(
        world,
        "directory entry",
        shop,
        "{s}",
        "{s}, {s.town}",
        "Town directory",
        "Shops in {s.town}",
        s=shop,
    )
    page.say(
        "{s} is {s.kind:a} at {s.street} in {s.town}.",
        "At {s.street} in {s.town} hangs the sign of {s}, {s.kind:a}.",
        "{s}, {s.kind}, {s.street}, {s.town}.",
    )
    return page.say(
        "Open from {s.opens:clock} to {s.closes:clock}, closed on {s.closed_on:weekdays}.",
        "The door is unlocked at {s.opens:clock} and locked at {s.closes:clock}; "
        "on {s.closed_on:weekdays} it stays shut.",
        "Hours: {s.opens:clock} to {s.closes:clock}, never on {s.closed_on:weekdays}.",
    )


def price_list(world: World, shop: Shop, offers: tuple[Offer, ...]) -> Page:
    """What is sold, and for how much."""
    page = Page(
        world,
        "price list",
        shop,
        "Price list",
        "{s}: this week's prices",
        "Fresh in",
        "From the shelves of {s}",
        s=shop,
    )
    page.say(
        "{s} in {s.town} asks the following.",
        "Seen in the window of {s} in {s.town}:",
        "This week at {s} ({s.town}):",
    )
    for offer in offers:
        page.say(
            "{o.product}, {o.price:crowns}.",
            "{o.product} at {o.price:crowns}.",
            "{o.product}: {o.price:crowns}.",
            o=offer,
        )
        page.imply(offer, "shop_id")
    return page.maybe(
        50, "While stocks last.", "No credit.", "Ask for what you do not see.", "Delivery on foot."
    )


def counter(world: World, shop: Shop) -> Page:
    """Who keeps the shop."""
    page = Page(
        world,
        "counter",
        shop,
        "Behind the counter",
        "The keeper of {s}",
        "Trades of {s.town}",
        "A bell above the door",
        s=shop,
    )
    page.say(
        "{s} in {s.town} belongs to {s.owner}.",
        "For {s.owner}, who owns {s} in {s.town}, a shop is half a living room.",
        "Whoever enters {s} in {s.town} is greeted by its owner, {s.owner}.",
    )
    return page.say(
        "Customers are remembered by their shoes.",
        "The scales are older than the street lamps.",
        "Gossip is free of charge.",
        "On slow days the radio is allowed.",
    )


def shop_review(world: World, review: Review) -> Page:
    """One customer's opinion."""
    page = Page(
        world,
        "shop review",
        review,
        "A customer writes",
        "Shopping in {r.subject.town}",
        "Well served?",
        "From our letter box",
        r=review,
    )
    page.say(
        "I stopped at {r.subject} in {r.subject.town} on the way home.",
        "My aunt swears by {r.subject} in {r.subject.town}, so I went.",
        "Three times this year I have been to {r.subject} in {r.subject.town}.",
    )
    page.say(
        "I liked {r.praised}.",
        "What I shall remember is {r.praised}.",
        "{r.praised:cap} made up for much.",
    )
    page.say(
        "I did not like {r.faulted}.",
        "Less pleasant: {r.faulted}.",
        "Somebody should do something about {r.faulted}.",
    )
    page.say(
        "That makes {r.stars:stars} of five.",
        "Let us say {r.stars:stars} out of five.",
        "From me, {r.stars:stars} of five.",
    )
    return page.maybe(60, "{r.author}, by post.", "({r.author})")
