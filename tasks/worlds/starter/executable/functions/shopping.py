"""Functions about shops and what they sell."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

from datetime import date

from tasks.worlds.starter.executable.desk import Desk
from tasks.worlds.starter.executable.functions.rows import holds, publish, review_rows, same
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf
from tasks.worlds.starter.records import Offer, Product, Region, Shop, Town

shops = Shelf("shops")
products = Shelf("products")


def _town(desk: Desk, shop: Shop) -> Town:
    return desk.world.get(Town, shop.town_id)


@shops(
    "pages",
    "In the order of their identifiers. A part of the name will do; the kind must be exact, "
    "such as bookshop or grocer.",
)
def search(
    desk: Desk, name: str | None = None, kind: str | None = None, town: Town | None = None
) -> list[Row]:
    return [
        {"shop_id": shop.id, "name": shop.name, "kind": shop.kind, "town": _town(desk, shop).name}
        for shop in desk.world.shops
        if holds(shop.name, name)
        and same(shop.kind, kind)
        and (town is None or shop.town_id == town.id)
    ]


@shops("one")
def get(desk: Desk, shop: Shop) -> Row:
    return {"street": shop.street, "town": _town(desk, shop).name, "owner_id": shop.owner_id}


@shops("one", "The hours are null on the day of the week on which it stays shut.")
def hours(desk: Desk, shop: Shop, day: date) -> Row:
    if day.weekday() == shop.closed_on:
        return {"opens_at": None, "closes_at": None, "closed": True}
    return {
        "opens_at": f"{shop.opens:02d}:00",
        "closes_at": f"{shop.closes:02d}:00",
        "closed": False,
    }


@shops("pages", "In the order of their identifiers; those that are sold out are listed too.")
def offers(desk: Desk, shop: Shop) -> list[Row]:
    return [
        {
            "offer_id": offer.id,
            "product_id": offer.product_id,
            "name": desk.world[offer.product_id].label,
            "price": offer.price,
            "stock": desk.stock(offer),
        }
        for offer in desk.world.where(Offer, "shop_id", shop.id)
    ]


@shops("pages")
def reviews(desk: Desk, shop: Shop) -> list[Row]:
    return review_rows(desk, shop.id)


@shops("one", "One opinion a shop.")
def review(desk: Desk, shop: Shop, stars: int, comment: str | None = None) -> Row:
    return publish(desk, shop.id, stars, comment)


@products(
    "pages",
    "In the order of their identifiers. A part of the name will do; the category must be "
    "exact, such as textiles or glass.",
)
def search_(desk: Desk, name: str | None = None, category: str | None = None) -> list[Row]:
    return [
        {"product_id": product.id, "name": product.name, "category": product.category}
        for product in desk.world.products
        if holds(product.name, name) and same(product.category, category)
    ]


@products("one")
def get_(desk: Desk, product: Product) -> Row:
    return {"name": product.name, "category": product.category, "maker_id": product.maker_id}


def _offers(desk: Desk, product: Product) -> list[Offer]:
    """The offers of a product, the lowest price first."""
    found = desk.world.where(Offer, "product_id", product.id)
    return sorted(found, key=lambda offer: (offer.price, offer.id))


def _shop(desk: Desk, offer: Offer) -> Shop:
    return desk.world.get(Shop, offer.shop_id)


@products("pages", "The lowest price comes first; those that are sold out are listed too.")
def sellers(desk: Desk, product: Product, town: Town | None = None) -> list[Row]:
    return [
        {
            "offer_id": offer.id,
            "shop_id": offer.shop_id,
            "price": offer.price,
            "stock": desk.stock(offer),
        }
        for offer in _offers(desk, product)
        if town is None or _shop(desk, offer).town_id == town.id
    ]


@products("one", "Offers that are sold out do not count.")
def cheapest(desk: Desk, product: Product, region: Region | None = None) -> Row:
    for offer in _offers(desk, product):
        near = region is None or _town(desk, _shop(desk, offer)).region_id == region.id
        if near and desk.stock(offer) > 0:
            return {"offer_id": offer.id, "shop_id": offer.shop_id, "price": offer.price}
    raise Refusal(404, "nobody has it in stock", "product_id")
