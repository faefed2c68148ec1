"""What people want to know about shops, and about the goods in them."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.worlds.starter.needs.need import Ask, Aspect, Theme, each, told
from tasks.worlds.starter.records import Offer, Product, Review, Shop
from tasks.worlds.starter.world import World


def _rivals(world: World, offer: Offer) -> Iterator[Offer]:
    """The offers of such a thing in the same town."""
    noun = world.get(Product, offer.product_id).noun
    town = world.get(Shop, offer.shop_id).town_id
    for shop in world.where(Shop, "town_id", town):
        for other in world.where(Offer, "shop_id", shop.id):
            if world.get(Product, other.product_id).noun == noun:
                yield other


def _sellers(world: World, offer: Offer) -> list[Shop]:
    """The shops of the town that sell such a thing."""
    return [world.get(Shop, rival.shop_id) for rival in _rivals(world, offer)]


HOURS_WORDINGS = (
    "Find the address and the opening hours.",
    "I want to go there in person: find the street and when the door is open.",
    "Retrieve directory entries that say where the shop is and when it is closed.",
)
OPINION_WORDINGS = (
    "Find what customers thought of the shop.",
    "Retrieve the experiences of people who have bought there, good and bad.",
    "I have been cheated once. Find out whether one is well served there.",
)
PRICE_WORDINGS = (
    "Find what is sold and what it costs.",
    "Retrieve lists of goods with their prices.",
    "I have little money: find the prices asked there.",
)

HOURS = Aspect("hours", HOURS_WORDINGS, lambda world, shop: [told(shop, "street", "opens")])
OPINIONS = Aspect(
    "opinions",
    OPINION_WORDINGS,
    lambda world, shop: each(world.where(Review, "subject_id", shop.id), "subject_id", "stars"),
)
PRICES = Aspect(
    "prices",
    PRICE_WORDINGS,
    lambda world, shop: each(world.where(Offer, "shop_id", shop.id), "shop_id", "price"),
)
OWNER = Aspect(
    "owner",
    (
        "Find who owns the shop.",
        "Given a shop, retrieve passages that name its keeper.",
        "I have a bill to settle: find the person the shop belongs to.",
    ),
    lambda world, shop: [told(shop, "owner_id")],
)
SELLER_HOURS = Aspect(
    "hours",
    HOURS_WORDINGS,
    lambda world, offer: each(_sellers(world, offer), "street", "opens"),
)
SELLER_OPINIONS = Aspect(
    "opinions",
    OPINION_WORDINGS,
    lambda world, offer: [
        group
        for shop in _sellers(world, offer)
        for group in each(world.where(Review, "subject_id", shop.id), "subject_id", "stars")
    ],
)
SELLER_PRICES = Aspect(
    "prices",
    PRICE_WORDINGS,
    lambda world, offer: each(_rivals(world, offer), "product_id", "price", "shop_id"),
)

SHOPS = Theme(
    "shops",
    "Shops: hours, prices, opinions, owners",
    (
        Ask(
            lambda world: world.shops,
            (
                "{s}",
                "{s} in {s.town}",
                "the {s.kind} {s}",
                "Do you know {s}?",
                "{s}, {s.town}",
            ),
            (HOURS, PRICES, OPINIONS, OWNER),
        ),
        Ask(
            lambda world: world.offers,
            (
                "{s.product.noun}, {s.shop.town}",
                "buying {s.product.noun:some} in {s.shop.town}",
                "a shop in {s.shop.town} that sells {s.product.noun:some}",
            ),
            (SELLER_HOURS, SELLER_PRICES, SELLER_OPINIONS),
        ),
    ),
)
