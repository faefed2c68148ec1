"""Firms, the posts they offer, what they make, and the shops that sell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.generate.ids import ids
from tasks.worlds.starter.names import NameBook
from tasks.worlds.starter.records import Firm, Offer, Person, Product, Shop, Town, Vacancy
from tasks.worlds.starter.vocabulary import (
    AIRLINES,
    GOODS,
    POSTS,
    SECTORS,
    SHOP_KINDS,
    SIGN_ADJECTIVES,
    SIGN_NOUNS,
    STREETS,
    STUDIOS,
)

COMING_OF_AGE = 24
"""Youngest age at which anybody founds a firm."""


MARGINS = (-7, -4, -2, 1, 2, 3, 4, 5, 6, 7, 9, 12)
"""Profits in percent of revenue."""


def found_sectors(draw: Draw, size: int) -> dict[str, str]:
    """Firm id -> sector: some airlines and studios, and every kind of maker at least once."""
    makers = [sector for _ in range(max(1, 2 * size // len(GOODS))) for sector in GOODS]
    sectors = [AIRLINES] * max(2, size // 8) + [STUDIOS] * max(2, size // 6) + makers
    return dict(zip(ids("firm", len(sectors)), draw.shuffled(sectors), strict=True))


def draw_firms(
    draw: Draw,
    names: NameBook,
    sectors: Mapping[str, str],
    seats: Mapping[str, str],
    towns: Sequence[Town],
    people: Sequence[Person],
    today: date,
) -> tuple[Firm, ...]:
    """The firms: named after their town, their founder or nobody, led by one of their own."""
    town_names = {town.id: town.name for town in towns}
    grown = [p for p in people if p.born.year + COMING_OF_AGE < today.year]
    firms = []
    for id, sector in sectors.items():
        founder = draw.choice(grown)
        staff = [person for person in people if person.employer_id == id]
        heads = draw.integer(6, 900)
        revenue = heads * draw.integer(60, 240) + draw.below(1000)
        stem = draw.choice((town_names[seats[id]], town_names[seats[id]], founder.family, ""))
        firms.append(
            Firm(
                id=id,
                name=_firm_name(draw, names, stem, sector),
                sector=sector,
                seat_id=seats[id],
                founder_id=founder.id,
                head_id=draw.choice(staff).id if staff else founder.id,
                founded=draw.integer(founder.born.year + COMING_OF_AGE, today.year - 1),
                staff=heads,
                revenue=revenue,
                revenue_before=revenue * draw.integer(80, 119) // 100,
                profit=revenue * draw.choice(MARGINS) // 100,
            )
        )
    return tuple(firms)


def _firm_name(draw: Draw, names: NameBook, stem: str, sector: str) -> str:
    stem = stem or names.coin(3)
    return names.unique(lambda: f"{stem} {draw.choice(SECTORS[sector])}")


def draw_vacancies(draw: Draw, firms: Sequence[Firm], today: date) -> tuple[Vacancy, ...]:
    """Up to two open posts a firm."""
    wanted = [
        (firm, post) for firm in firms for post in draw.sample(POSTS, draw.choice((0, 1, 1, 2)))
    ]
    return tuple(
        Vacancy(
            id=id,
            firm_id=firm.id,
            post=post,
            salary=500 * draw.integer(44, 130),
            closes=today + timedelta(days=draw.integer(4, 30)),
        )
        for id, (firm, post) in zip(ids("vacancy", len(wanted)), wanted, strict=True)
    )


def draw_products(draw: Draw, names: NameBook, firms: Sequence[Firm]) -> tuple[Product, ...]:
    """What the firms make, each thing under a brand of its own."""
    made = [
        (firm, noun)
        for firm in firms
        if firm.sector in GOODS
        for noun, _ in draw.sample(GOODS[firm.sector], draw.integer(1, 3))
    ]
    return tuple(
        Product(
            id=id,
            name=f"{names.coin(draw.integer(2, 3))} {noun}",
            noun=noun,
            category=firm.sector,
            maker_id=firm.id,
        )
        for id, (firm, noun) in zip(ids("product", len(made)), made, strict=True)
    )


def draw_shops(
    draw: Draw, names: NameBook, towns: Sequence[Town], people: Sequence[Person]
) -> tuple[Shop, ...]:
    """Four shops a town, each kept by somebody who lives there."""
    shops = []
    for i, id in enumerate(ids("shop", 4 * len(towns))):
        town = towns[i % len(towns)]
        owner = draw.choice([person for person in people if person.home_id == town.id])
        shops.append(
            Shop(
                id=id,
                name=_sign(draw, names, owner),
                kind=draw.choice(tuple(SHOP_KINDS)),
                town_id=town.id,
                street=f"{draw.integer(1, 60)} {draw.choice(STREETS)}",
                owner_id=owner.id,
                opens=draw.integer(7, 10),
                closes=draw.integer(16, 20),
                closed_on=draw.below(7),
            )
        )
    return tuple(shops)


def _sign(draw: Draw, names: NameBook, owner: Person) -> str:
    if draw.chance(45):
        kin = ("& Daughters", "& Sons", "& Partners", "and Niece")
        return names.unique(lambda: f"{owner.family} {draw.choice(kin)}")
    return names.unique(lambda: f"The {draw.choice(SIGN_ADJECTIVES)} {draw.choice(SIGN_NOUNS)}")


def draw_offers(
    draw: Draw, shops: Sequence[Shop], products: Sequence[Product]
) -> tuple[Offer, ...]:
    """What each shop has on its shelves, at about the usual price."""
    usual = {noun: price for goods in GOODS.values() for noun, price in goods}
    shelves = []
    for shop in shops:
        range_ = [p for p in products if p.category in SHOP_KINDS[shop.kind]]
        shelves += [(shop, product) for product in draw.sample(range_, draw.integer(3, 7))]
    return tuple(
        Offer(
            id=id,
            shop_id=shop.id,
            product_id=product.id,
            price=max(1, usual[product.noun] * draw.integer(80, 130) // 100),
            stock=draw.below(30),
        )
        for id, (shop, product) in zip(ids("offer", len(shelves)), shelves, strict=True)
    )
