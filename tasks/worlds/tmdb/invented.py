"""Words for what is invented: films, series, people and texts of which nobody asks by name."""

from __future__ import annotations

from tasks.worlds.draw import Draw

FIRST = [
    "Ada",
    "Bruno",
    "Celia",
    "Dario",
    "Edda",
    "Fabio",
    "Greta",
    "Hanno",
    "Ilse",
    "Jonas",
    "Karin",
    "Lazlo",
    "Mira",
    "Nils",
    "Olga",
    "Pavel",
]
LAST = [
    "Abend",
    "Brook",
    "Calder",
    "Dorn",
    "Ekman",
    "Falk",
    "Garde",
    "Holm",
    "Iversen",
    "Jarvis",
    "Keller",
    "Lund",
    "Marsh",
    "Nolte",
    "Okafor",
    "Petrov",
    "Quist",
    "Rossi",
    "Stahl",
    "Thorne",
    "Ueda",
    "Varga",
    "Weiss",
    "Yilmaz",
    "Zeller",
]
ADJECTIVES = [
    "Silent",
    "Crimson",
    "Distant",
    "Hollow",
    "Gilded",
    "Restless",
    "Borrowed",
    "Winter",
    "Paper",
    "Northern",
    "Broken",
    "Electric",
    "Velvet",
    "Forgotten",
    "Salted",
    "Burning",
]
NOUNS = [
    "Harbour",
    "Orchard",
    "Lantern",
    "Meridian",
    "Sparrow",
    "Quarry",
    "Archive",
    "Railway",
    "Tide",
    "Cipher",
    "Garden",
    "Letter",
    "Valley",
    "Mirror",
    "Station",
    "Summer",
    "Parade",
    "Island",
]
KEYWORDS = [
    "ship",
    "heist",
    "friendship",
    "time travel",
    "small town",
    "revenge",
    "road trip",
    "courtroom",
    "coming of age",
    "detective",
    "space",
    "artificial intelligence",
    "prison",
    "family secret",
    "sports",
    "kitchen",
    "chemistry",
    "shipwreck",
    "magic",
    "monster",
    "war",
    "politics",
    "office",
    "amnesia",
    "duel",
    "orphan",
    "chase",
    "survival",
]
TOWNS = (
    "Oslo, Norway",
    "Lyon, France",
    "Porto, Portugal",
    "Leeds, England, UK",
    "Kyoto, Japan",
    "Austin, Texas, USA",
    "Graz, Austria",
    "Cork, Ireland",
    "Perth, Australia",
)
JUDGED = (
    "Better than its trailer.",
    "Slow to start, hard to leave.",
    "The score carries it.",
    "I wanted to like it more.",
    "See it with somebody who talks back.",
    "A fine ending.",
    "Too long by a third, and I did not mind.",
    "Its cast is the reason to watch.",
)


def person_name(draw: Draw) -> str:
    """A name that nobody of the tables has."""
    return f"{draw.choice(FIRST)} {draw.choice(LAST)}"


def title(draw: Draw) -> str:
    """A title of two words."""
    return f"{draw.choice(ADJECTIVES)} {draw.choice(NOUNS)}"


def plot(draw: Draw, about: str) -> str:
    """A sentence of what happens in something of that name."""
    who, what = draw.choice(FIRST), draw.choice(KEYWORDS)
    return f'In "{about}", {who} is drawn into a story of {what} and {draw.choice(KEYWORDS)}.'
