"""Wishes of customers."""

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.starter.assignments.common import diary_entry, lowest_prices, reminder
from tasks.worlds.starter.assignments.facts import lowest, shop_of
from tasks.worlds.starter.assignments.wish import Effect, Maker, Plan, Scene, Wish, changed, on
from tasks.worlds.starter.executable.account import RETURN_DAYS
from tasks.worlds.starter.records import Firm, Offer, Person, Product


def _product(scene: Scene, stock: int = 1) -> tuple[Product, Offer] | None:
    """A product with its one cheapest offer."""
    product = scene.draw.choice(scene.world.products)
    offer = lowest(scene.world, product)
    return (product, offer) if offer and offer.stock >= stock else None


def opening(scene: Scene) -> Wish | None:
    """When a shop closes on a day."""
    shop = scene.draw.choice(scene.world.shops)
    day = scene.world.today + timedelta(days=scene.draw.integer(1, 14))
    if day.weekday() == shop.closed_on:
        return None
    plan = Plan()
    hours = plan.call("shops.hours", shop_id=plan.shop(scene, shop), day=day.isoformat())
    return plan.ask(
        f"{hours}.closes_at",
        f"{shop.closes:02d}:00",
        f"Until what time is the shop {shop.name} open on {on(day)}? Answer as HH:MM.",
        f"When do they lock the door of {shop.name} on {on(day)}? Answer as HH:MM.",
    )


def owner_pastime(scene: Scene) -> Wish:
    """What a shopkeeper likes to do."""
    shop = scene.draw.choice(scene.world.shops)
    plan = Plan()
    address = plan.call("shops.get", shop_id=plan.shop(scene, shop))
    pastime = plan.call("people.pastimes", person_id=f"{address}.owner_id")
    return plan.ask(
        f"{pastime}.pastime",
        scene.world.get(Person, shop.owner_id).pastime,
        f"What does the owner of the shop {shop.name} like to do in free hours?",
        f"I need a present for the keeper of {shop.name}: what is that person's pastime?",
    )


def price(scene: Scene) -> Wish | None:
    """The lowest price of a product."""
    found = _product(scene)
    if found is None:
        return None
    product, offer = found
    plan = Plan()
    best = plan.call("products.cheapest", product_id=plan.product(scene, product))
    return plan.ask(
        f"{best}.price",
        offer.price,
        f"What is the lowest price at which {product.name} is in stock anywhere, in crowns?",
        f"How many crowns do I need at least for {product.name}, from a shop that has it?",
    )


def street(scene: Scene) -> Wish | None:
    """Where a product is cheapest."""
    found = _product(scene)
    if found is None:
        return None
    product, offer = found
    plan = Plan()
    best = plan.call("products.cheapest", product_id=plan.product(scene, product))
    address = plan.call("shops.get", shop_id=f"{best}.shop_id")
    return plan.ask(
        f"{address}.street",
        shop_of(scene.world, offer).street,
        f"Give me street and number of the shop that has {product.name} in stock for least.",
        f"Where do I go to buy {product.name} cheapest? I need the street and the number.",
    )


def maker_head(scene: Scene) -> Wish:
    """Where the head of a product's maker was born."""
    product = scene.draw.choice(scene.world.products)
    head = scene.world.get(Person, scene.world.get(Firm, product.maker_id).head_id)
    plan = Plan()
    made = plan.call("products.get", product_id=plan.product(scene, product))
    firm = plan.call("firms.get", firm_id=f"{made}.maker_id")
    person = plan.call("people.get", person_id=f"{firm}.head_id")
    return plan.ask(
        f"{person}.birthplace",
        scene.world[head.birthplace_id].label,
        f"In which town was the person born who leads the firm that makes {product.name}?",
        f"Some firm makes {product.name}, and somebody leads it. What is that person's birthplace?",
    )


def _cart(scene: Scene) -> tuple[Plan, Product, Offer, int] | None:
    n = scene.draw.integer(1, 4)
    found = _product(scene, n + 1)  # one is left, so that it stays the cheapest
    if found is None:
        return None
    product, offer = found
    plan = Plan()
    best = plan.call("products.cheapest", product_id=plan.product(scene, product))
    plan.call("cart.add", offer_id=f"{best}.offer_id", quantity=n)
    return plan, product, offer, n


def fill_cart(scene: Scene) -> Wish | None:
    """Something is put into the cart."""
    found = _cart(scene)
    if found is None:
        return None
    plan, product, offer, n = found
    return plan.do(
        [Effect("cart", {"offer_id": offer.id, "quantity": n})],
        0,
        ["cart"],
        f"Put {n} of {product.name} into my cart, from the cheapest offer in stock, but do not pay "
        "yet.",
        f"My cart should hold {n} of {product.name}, wherever it is cheapest. I shall pay later.",
    )


def order(scene: Scene) -> Wish | None:
    """Something is bought."""
    found = _cart(scene)
    if found is None:
        return None
    plan, product, offer, n = found
    plan.call("cart.checkout")
    day, total = scene.world.today.isoformat(), n * offer.price
    entry = {"items": {offer.id: n}, "total": total, "day": day, "status": "placed"}
    return plan.do(
        [Effect("orders", entry)],
        total,
        ["cart", offer.id],
        f"Order {n} of {product.name} from the cheapest offer in stock, and pay for it.",
        f"Buy me {n} of {product.name} wherever it is in stock for least.",
    )


def _order(scene: Scene, plan: Plan, status: str, youngest: str) -> tuple[str, str] | None:
    """An order of a status, by its id and the reference to it; none that another one resembles."""
    orders = scene.account.tables["orders"]
    found = scene.entry("orders", lambda e: e["status"] == status and e["day"] >= youngest)
    if found is None:
        return None
    id, entry = found
    alike = [e for e in orders.values() if (e["day"], e["total"]) == (entry["day"], entry["total"])]
    ids, wanted = scene.place("orders", id)
    return (id, plan.pick("orders.list", ids, wanted, "order_id")) if len(alike) == 1 else None


def cancel_order(scene: Scene) -> Wish | None:
    """An order is stopped."""
    plan = Plan()
    found = _order(scene, plan, "placed", "")
    if found is None:
        return None
    id, reference = found
    entry = scene.account.tables["orders"][id]
    plan.call("orders.cancel", order_id=reference)
    return plan.do(
        [Effect("orders", changed(entry, status="cancelled"), id)],
        -int(entry["total"]),
        [id],
        f"Cancel my order of {entry['day']} over {entry['total']} crowns.",
        f"I ordered something for {entry['total']} crowns on {entry['day']}: stop it, please.",
    )


def return_order(scene: Scene) -> Wish | None:
    """Goods are sent back."""
    plan = Plan()
    youngest = (scene.world.today - timedelta(days=RETURN_DAYS)).isoformat()
    found = _order(scene, plan, "delivered", youngest)
    if found is None:
        return None
    id, reference = found
    entry = scene.account.tables["orders"][id]
    plan.call("orders.return_goods", order_id=reference)
    return plan.do(
        [Effect("orders", changed(entry, status="returned"), id)],
        -int(entry["total"]),
        [id],
        f"Send back the goods that I ordered on {entry['day']} for {entry['total']} crowns.",
        f"What came for my order of {entry['day']}, {entry['total']} crowns, is to be returned.",
    )


def review(scene: Scene) -> Wish:
    """A mark for a shop."""
    shop, stars = scene.draw.choice(scene.world.shops), scene.draw.integer(1, 5)
    plan = Plan()
    plan.call("shops.review", shop_id=plan.shop(scene, shop), stars=stars)
    return plan.do(
        [Effect("reviews", {"subject_id": shop.id, "stars": stars})],
        0,
        [shop.id],
        f"Publish my mark for the shop {shop.name}: {stars} of 5.",
        f"For {shop.name} I give {stars} of 5 stars; let everybody know.",
    )


MAKERS: tuple[Maker, ...] = (
    opening,
    owner_pastime,
    price,
    street,
    maker_head,
    lowest_prices,
    fill_cart,
    order,
    cancel_order,
    return_order,
    review,
    diary_entry,
    reminder,
)
