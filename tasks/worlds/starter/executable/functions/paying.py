"""Functions about the account holder's shopping cart, orders and money."""

# ruff: noqa: D103 - what a function does stands in the catalogue; its details, on the shelf

from __future__ import annotations

from datetime import date, timedelta

from tasks.worlds.starter.executable.account import RETURN_DAYS
from tasks.worlds.starter.executable.desk import Desk, Held
from tasks.worlds.starter.executable.refusal import Refusal
from tasks.worlds.starter.executable.shelf import Row, Shelf
from tasks.worlds.starter.records import Offer, Person

cart = Shelf("cart")
orders = Shelf("orders")
wallet = Shelf("wallet")

DELIVERY_DAYS = 4
"""Days from an order to its delivery."""


def _total(desk: Desk) -> int:
    items = desk.table("cart").items()
    return sum(desk.world.get(Offer, id).price * int(item["quantity"]) for id, item in items)


@cart("one", "What is in the cart already is added to. Refused where less is in stock.")
def add(desk: Desk, offer: Offer, quantity: int) -> Row:
    item = desk.table("cart").get(offer.id)
    wanted = quantity + (int(item["quantity"]) if item else 0)
    if wanted > (stock := desk.stock(offer)):
        raise Refusal(409, f"{stock} are left", "quantity")
    desk.put("cart", offer.id, {"offer_id": offer.id, "quantity": wanted})
    return {"total": _total(desk)}


@cart("list", "The sum of all of them stands in each entry.")
def list_(desk: Desk) -> list[Row]:
    total = _total(desk)
    return [dict(item) | {"total": total} for item in desk.table("cart").values()]


@cart("one")
def remove(desk: Desk, offer: Offer) -> Row:
    if offer.id not in desk.table("cart"):
        raise Refusal(404, "that offer is not in the cart", "offer_id")
    desk.remove("cart", offer.id)
    return {"total": _total(desk)}


@cart("one", "Refused where the cart is empty.")
def checkout(desk: Desk) -> Row:
    items = {id: int(item["quantity"]) for id, item in sorted(desk.table("cart").items())}
    if not items:
        raise Refusal(409, "the cart is empty")
    total = _total(desk)
    desk.pay(total, "order")
    for id in items:
        desk.remove("cart", id)
    day = desk.world.today.isoformat()
    return {
        "order_id": desk.add("orders", items=items, total=total, day=day, status="placed"),
        "total": total,
    }


@orders(
    "pages",
    "In the order of their identifiers, the new ones last. The day is that of the order; the "
    "status is placed, sent, delivered, cancelled or returned.",
)
def list__(desk: Desk) -> list[Row]:
    return [
        {"order_id": id, "day": e["day"], "status": e["status"], "total": e["total"]}
        for id, e in desk.table("orders").items()
    ]


@orders("one", "The day is that of delivery, four days after the order, or on which it was due.")
def track(desk: Desk, order: Held) -> Row:
    due = date.fromisoformat(order.entry["day"]) + timedelta(days=DELIVERY_DAYS)
    return {"status": order.entry["status"], "day": due.isoformat()}


@orders("one", "All that was paid is returned. Refused unless the status is placed.")
def cancel(desk: Desk, order: Held) -> Row:
    if order.entry["status"] != "placed":
        raise Refusal(409, f"the order is {order.entry['status']}", "order_id")
    return _give_back(desk, order, "cancelled")


@orders(
    "one",
    "Takes the whole order back. Refused unless it is delivered and 30 days old at most.",
)
def return_goods(desk: Desk, order: Held, reason: str | None = None) -> Row:
    if order.entry["status"] != "delivered":
        raise Refusal(409, f"the order is {order.entry['status']}", "order_id")
    if desk.world.today - date.fromisoformat(order.entry["day"]) > timedelta(days=RETURN_DAYS):
        raise Refusal(409, f"the order is more than {RETURN_DAYS} days old", "order_id")
    return _give_back(desk, order, "returned")


def _give_back(desk: Desk, order: Held, status: str) -> Row:
    desk.pay(-int(order.entry["total"]), f"order {status}")
    desk.change("orders", order, status=status)
    return {"status": status, "amount": order.entry["total"]}


@wallet("one")
def balance(desk: Desk) -> Row:
    return {"balance": desk.balance}


@wallet("one", "Refused where the account does not hold as much.")
def transfer(desk: Desk, person: Person, amount: int, note: str | None = None) -> Row:
    if person.id == desk.account.holder_id:
        raise Refusal(409, "this is the account's own holder", "person_id")
    desk.pay(amount, note or f"to {person.label}")
    desk.add("transfers", person_id=person.id, amount=amount, note=note or "")
    return {"balance": desk.balance}


@wallet("pages", "In the order of time; both days are included. What went out is below 0.")
def statement(desk: Desk, first_day: date, last_day: date) -> list[Row]:
    if first_day > last_day:
        raise Refusal(400, "the first day comes after the last", "first_day")
    return [
        {"day": e["day"], "amount": e["amount"], "note": e["note"]}
        for e in desk.table("payments").values()
        if first_day.isoformat() <= e["day"] <= last_day.isoformat()
    ]
