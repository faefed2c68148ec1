"""Requests of customers: where, how much, and getting it home."""

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.records import (
    Product,
    Shop,
    Town,
)
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _scene(world: World, draw: Draw) -> Slots:
    offer = draw.choice(world.offers)
    shop = world.get(Shop, offer.shop_id)
    return {
        "p": world.get(Product, offer.product_id),
        "s": shop,
        "t": world.get(Town, shop.town_id),
        "day": world.today + timedelta(days=draw.integer(1, 6)),
        "past": world.today - timedelta(days=draw.integer(20, 60)),
        "today": world.today,
        "n": draw.integer(2, 6),
    }


SHOPPING = Errand(
    "shopping",
    "Shopping: where, how much, and getting it home",
    "commerce",
    ("shopping", "purchase", "household errands", "retail enquiry"),
    _scene,
    (
        "My list says {p.noun}, and {s} in {t} is said to be good.",
        "For a present I have thought of the {p} from {s} in {t}.",
        "My neighbour bought the {p} at {s} in {t}.",
        "I shall be near {s} in {t} on {day:full} and could bring {p.noun:some}.",
    ),
    (
        clause(
            "shops.search shops.hours",
            "find a shop and tell when it is open",
            "Find the shop and tell me when it opens and closes on {day:full}.",
            "Can I get in there on {day:full} at five in the afternoon?",
            "Until when may I turn up there on {day:full}?",
        ),
        clause(
            "shops.search shops.get",
            "find a shop and return its address",
            "What is the address of the shop, and who is the owner?",
            "In which street is it?",
            "Whose place is it, and how do I find the door?",
        ),
        clause(
            "shops.search shops.offers",
            "find a shop and list what it sells",
            "List what the shop has on its shelves, with prices.",
            "What have they got, and what do they ask for it?",
            "Read me everything they carry.",
        ),
        clause(
            "shops.search shops.reviews",
            "find a shop and return customers' opinions",
            "Show me the reviews that customers wrote about the shop.",
            "Are people happy with the service?",
            "Has anybody complained about them?",
        ),
        clause(
            "shops.search shops.review",
            "find a shop and publish an opinion",
            "Publish a review of the shop: five stars.",
            "I was there last week and they were lovely: say so for all to see, full marks.",
            "Let the world know that I waited an hour there; two stars.",
        ),
        clause(
            "shops.search shops.offers cart.add",
            "find a shop's offers and put one into the cart",
            "Find the offer in that shop and add {n:word} to my cart.",
            "Set {n:word} of them aside in my basket, from that very place.",
            "Take {n:word} from them and I shall settle later.",
        ),
        clause(
            "products.search products.sellers",
            "find a product and who sells it",
            "Which other shops sell the product {p}?",
            "Who else has the {p}?",
            "Find everybody in {t} who would let me have the {p}.",
        ),
        clause(
            "products.search products.cheapest",
            "find a product and the lowest price for it",
            "Find the lowest price for the product {p}.",
            "Where in the country would I pay least for the {p}?",
            "I count every crown: who asks the least for the {p}?",
        ),
        clause(
            "products.search products.get",
            "find a product and its maker",
            "Which firm makes the product {p}?",
            "Who makes the {p}, actually?",
            "Out of curiosity, from whose works does the {p} come?",
        ),
        clause(
            "products.search products.cheapest cart.add cart.checkout",
            "find the lowest price, fill the cart and place an order",
            "Find the cheapest {p.noun} of that brand, the {p}, add it to the cart and check out.",
            "Just get me the {p} wherever it costs least and be done with it, paid and all.",
            "Find out who is cheapest for the {p}, and buy {n:word} of them there now.",
        ),
        clause(
            "cart.list",
            "show what is in the cart",
            "Show me the items in my shopping cart.",
            "What is in my basket so far?",
            "How much does it come to, all that I have picked so far?",
        ),
        clause(
            "cart.checkout",
            "pay for the cart and place the order",
            "Check out and place the order for my cart.",
            "Pay for everything I have picked.",
            "I have chosen enough: settle it and send it.",
        ),
        clause(
            "cart.list cart.remove",
            "show the cart and take something out",
            "Remove the last item from my shopping cart.",
            "Put the most expensive thing in my basket back on the shelf.",
            "I have picked one thing too many: drop the last one again.",
        ),
        clause(
            "orders.list orders.track",
            "list orders and tell where they are",
            "Track my last order.",
            "The parcel from last time has not come. Where is it?",
            "Is the thing I bought on Monday on its way?",
        ),
        clause(
            "orders.list orders.return_goods",
            "list orders and send goods back",
            "Return the goods from my last order.",
            "What arrived yesterday is broken, and I do not want to keep it.",
            "The last parcel held the wrong colour: it goes back.",
        ),
        clause(
            "orders.list orders.cancel",
            "list orders and stop one",
            "Cancel my open order.",
            "Call off what I bought an hour ago, before they wrap it.",
            "I have changed my mind about yesterday's purchase; they must not post it.",
        ),
        clause(
            "wallet.balance",
            "tell how much money is in the account",
            "What is the balance of my wallet?",
            "Can I afford it?",
            "How much have I got to spend?",
        ),
        clause(
            "wallet.statement",
            "list payments between two dates",
            "Show me the statement of my money from {past:full} to {today:full}.",
            "What has gone out of my pocket between {past:full} and {today:full}?",
            "I have lost track of what I spent from {past:full} to {today:full}.",
        ),
    ),
)
