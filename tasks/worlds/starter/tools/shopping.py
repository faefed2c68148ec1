"""Tools for buying: shops, products, cart, orders, wallet."""

from __future__ import annotations

from tasks.worlds.starter.tools.tool import Domain, Edition, Function

SHOPS = Domain(
    "shops",
    "shop",
    "shops",
    (
        Function(
            "search",
            "Finds {many} by name, kind or town.",
            "name? kind? town? page?",
            "shop_id name kind town",
        ),
        Function("get", "Returns address and owner of {a}.", "shop_id", "street town owner_id"),
        Function(
            "hours",
            "Tells when {a} opens and closes on one day.",
            "shop_id day",
            "opens_at closes_at closed",
        ),
        Function(
            "offers",
            "Lists what {a} has on its shelves, with prices.",
            "shop_id page?",
            "offer_id product_id name price stock",
        ),
        Function(
            "reviews",
            "Returns what customers wrote about {a}.",
            "shop_id page?",
            "stars comment author_id",
        ),
        Function(
            "review",
            "Publishes the account holder's opinion of {a}.",
            "shop_id stars comment?",
            "status",
        ),
    ),
    (
        Edition("stalls", "market stall", "market stalls", "Open-air markets only."),
        Edition("wholesale", "wholesaler", "wholesalers", "Sells to licensed dealers only."),
        Edition("restaurants", "restaurant", "restaurants", "Meals only."),
        Edition("workshops", "repair workshop", "repair workshops", "Repairs, but sells nothing."),
    ),
)
PRODUCTS = Domain(
    "products",
    "product",
    "products",
    (
        Function(
            "search",
            "Finds {many} by name or category.",
            "name? category? page?",
            "product_id name category",
        ),
        Function("get", "Tells which firm makes {a}.", "product_id", "name category maker_id"),
        Function(
            "sellers",
            "Lists who sells {a}, in one town if wished, with price and stock.",
            "product_id town? page?",
            "offer_id shop_id price stock",
        ),
        Function(
            "cheapest",
            "Finds the lowest price asked anywhere for {a}.",
            "product_id region?",
            "offer_id shop_id price",
        ),
    ),
    (
        Edition("spare_parts", "spare part", "spare parts", "Parts of machines only."),
        Edition("second_hand", "used article", "used articles", "Nothing new."),
        Edition("recalls", "recalled product", "recalled products", "Withdrawn from sale."),
        Edition("raw_materials", "raw material", "raw materials", "By the ton, for makers."),
    ),
)
CART = Domain(
    "cart",
    "cart item",
    "cart items",
    (
        Function("add", "Puts an offer into the shopping cart.", "offer_id quantity", "total"),
        Function("list", "Shows the {many} and their sum.", "", "offer_id quantity total"),
        Function("remove", "Takes an offer out of the shopping cart.", "offer_id", "total"),
        Function(
            "checkout",
            "Pays for all {many} and places the order.",
            "",
            "order_id total",
        ),
    ),
    (
        Edition("dealer_cart", "dealer item", "dealer items", "For licensed dealers only."),
        Edition("gift_list", "gift", "gifts", "Wedding lists of other people."),
        Edition("library_basket", "library loan", "library loans", "Lends; sells nothing."),
    ),
)
ORDERS = Domain(
    "orders",
    "order",
    "orders",
    (
        Function(
            "list",
            "Lists the account holder's past and open {many}.",
            "page?",
            "order_id day status total",
        ),
        Function("track", "Tells where {a} is on its way.", "order_id", "status day"),
        Function("cancel", "Stops {a} before it is sent.", "order_id", "status amount"),
        Function(
            "return_goods",
            "Sends goods from {a} back and refunds them.",
            "order_id reason?",
            "status amount",
        ),
    ),
    (
        Edition("repairs", "repair order", "repair orders", "Repairs of lifts and boilers only."),
        Edition("catering", "catering order", "catering orders", "Banquets for 50 and more."),
        Edition("print_orders", "printing order", "printing orders", "Posters and forms only."),
    ),
)
WALLET = Domain(
    "wallet",
    "money",
    "money",
    (
        Function("balance", "Tells how much {many} the account holds.", "", "balance"),
        Function(
            "transfer",
            "Sends {many} from the account to another person.",
            "person_id amount note?",
            "balance",
        ),
        Function(
            "statement",
            "Lists all {many} that came in or went out between two dates.",
            "first_day last_day page?",
            "day amount note",
        ),
    ),
    (
        Edition("loyalty", "bonus credit", "bonus credit", "Cannot be spent outside one shop."),
        Edition("petty_cash", "petty cash", "petty cash", "Tills of firms, for bookkeepers."),
        Edition("pension", "pension credit", "pension credit", "Locked until retirement."),
    ),
)
