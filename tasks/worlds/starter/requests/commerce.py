"""Requests about money: shopping and work."""

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.records import Firm, Product, Shop, Town
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _shopping_scene(world: World, draw: Draw) -> Slots:
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


def _work_scene(world: World, draw: Draw) -> Slots:
    vacancy = draw.choice(world.vacancies)
    firm = world.get(Firm, vacancy.firm_id)
    return {
        "v": vacancy,
        "f": firm,
        "t": world.get(Town, firm.seat_id),
        "p": draw.choice([person for person in world.people if person.employer_id]),
        "n": draw.integer(3, 9),
    }


SHOPPING = Errand(
    "shopping",
    "Shopping: where, how much, and getting it home",
    "commerce",
    ("shopping", "purchase", "household errands", "retail enquiry"),
    _shopping_scene,
    (
        "My list says {p.noun}, and {s} in {t} is said to be good.",
        "For a present I have thought of the {p} from {s} in {t}.",
        "My neighbour bought the {p} at {s} in {t}.",
        "I shall be near {s} in {t} on {day:full} and could bring {p.noun}.",
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
WORK = Errand(
    "work",
    "Work: firms, posts, and the people in them",
    "commerce",
    ("job hunt", "company research", "career", "business enquiry"),
    _work_scene,
    (
        "I am thinking of working for {f} in {t}.",
        "{f} is looking for {v.post:a}, and I might be the one.",
        "My cousin has been offered something at {f}.",
        "I have a meeting at {f} next week.",
    ),
    (
        clause(
            "firms.search firms.get",
            "find a firm and return its portrait",
            "Find the firm and tell me its sector, its founder and its staff.",
            "How old is the house, and who is in charge?",
            "What kind of outfit is it, and how many people does it feed?",
        ),
        clause(
            "firms.search firms.results",
            "find a firm and return its figures",
            "Find the annual results of the firm: revenue and profit.",
            "Does it earn anything?",
            "Is it in the red?",
        ),
        clause(
            "firms.search firms.employees",
            "find a firm and list who works there",
            "List the employees of the firm.",
            "Who is on the payroll?",
            "Do I know anybody there? Give me the names.",
        ),
        clause(
            "firms.search firms.products",
            "find a firm and list what it makes",
            "List the products of the firm.",
            "What do they actually turn out?",
            "Show me the goods that leave their gate.",
        ),
        clause(
            "firms.search jobs.of_firm",
            "find a firm and list its open posts",
            "Which vacancies does the firm have?",
            "Is there anything going for me there?",
            "Which chairs are empty at the moment?",
        ),
        clause(
            "firms.search jobs.of_firm jobs.get",
            "find a firm's open posts and show pay and closing date",
            "Show me the salary and the closing date of the vacancy for {v.post}.",
            "What would they pay the new {v.post}, and until when may one write?",
            "How long have I got to put my name forward as {v.post}, and for what money?",
        ),
        clause(
            "firms.search jobs.of_firm jobs.apply",
            "find a firm's open posts and apply for one",
            "Apply for the vacancy as {v.post} with a covering letter.",
            "Hand in my papers for {v.post} with a polite note.",
            "Put me forward as {v.post} and write that I can start at once.",
        ),
        clause(
            "jobs.search",
            "find open posts by town, trade or pay",
            "Search for vacancies as {v.post} in {t}.",
            "Who else in {t} takes on {v.post:a}?",
            "Anything in {t} above forty thousand a year would interest me too.",
        ),
        clause(
            "jobs.applications",
            "list one's own applications",
            "List the vacancies I have applied for.",
            "To whom have I written so far?",
            "And have any of the others answered that I wrote to?",
        ),
        clause(
            "jobs.applications jobs.withdraw",
            "list applications and take one back",
            "Withdraw my first application.",
            "Tell the last ones I wrote to that I am no longer interested.",
            "Pull my papers from wherever else I sent them first.",
        ),
        clause(
            "firms.rank",
            "rank the firms of a sector",
            "Rank the firms in {f.sector} by revenue.",
            "Who are the {n:word} biggest in {f.sector}?",
            "Where does one earn most in {f.sector}, going by the profits of the houses?",
        ),
        clause(
            "people.search people.employer",
            "find a person and the firm they work for",
            "For which firm does {p} work?",
            "Is {p} there too, or somewhere else?",
            "Where does {p} earn a living these days?",
        ),
        clause(
            "people.search people.colleagues",
            "find a person and who works with them",
            "List the colleagues of {p}.",
            "Who shares an office with {p}?",
            "Who sits next to {p} all day?",
        ),
        clause(
            "people.search messages.send",
            "find a person and send a message",
            "Send a message to {p}.",
            "Ask {p} in my name what it is like.",
            "Let {p} know that I am nervous.",
        ),
        clause(
            "people.search contacts.add",
            "find a person and save them in the address book",
            "Add {p} to my contacts.",
            "Keep {p} in my little book, I may need advice.",
            "Note down how to reach {p}.",
        ),
        clause(
            "towns.nearest",
            "list neighbouring towns",
            "Which towns are nearest to {t}?",
            "Where around {t} could one live?",
            "What places lie within reach of {t}?",
        ),
        clause(
            "reminders.set",
            "set a reminder",
            "Set a reminder for {v.closes:full} at noon.",
            "Poke me on the evening before the deadline, {v.closes:full}, at eight.",
            "Make sure that I think of it on {v.closes:full} at noon.",
        ),
    ),
)
