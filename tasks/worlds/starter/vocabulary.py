"""The closed lists of English words that the starter world draws from, all seeds alike."""

from __future__ import annotations


def _phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text, which semicolons separate."""
    return tuple(phrase.strip() for phrase in text.split(";"))


LANDMARKS = _phrases(
    "the old salt tower; a bridge of nine arches; the covered market; the leaning bell tower; a "
    "walled rose garden; the tidal mill; the drowned quay; a stair of three hundred steps; the "
    "glass arcade; the hanging garden; an observatory with a copper dome; the weigh house; a "
    "fountain with seven spouts; the windmill on the ridge; the painted guildhall; a cloister "
    "without a roof; the signal station; an avenue of walnut trees; the stone ring; the iron "
    "aqueduct; a harbour chapel; the puppet museum; the ferry basin; a maze of clipped yew"
)
CRAFTS = _phrases(
    "lace; bell founding; smoked trout; wooden toys; saffron; violin making; blown glass; "
    "sailcloth; beeswax candles; blue tiles; clockwork; basketry; pear brandy; felt hats; "
    "fountain pens; rope walking; marbled paper; wicker boats; cider; horse fairs; lacquer; "
    "mountain cheese; silver thread; kites"
)
DISHES = _phrases(
    "eel pie; plum dumplings; barley soup with sorrel; chestnut bread; pickled walnuts; leek "
    "fritters; buckwheat pancakes; smoked cheese on rye; quince tart; mussels in cider; stuffed "
    "cabbage; poppy seed rolls; trout in almonds; beetroot stew; apple rings in batter; mutton "
    "with juniper; nettle broth; honey wafers"
)
ORIGINS = _phrases(
    "as a toll station on the river road; by salt miners from the hills; around a spring that was "
    "said to heal fevers; by the survivors of a shipwreck; as a winter camp for drovers; on the "
    "orders of a duchess who wanted a harbour; when two villages agreed to share one mill; as a "
    "fort against river pirates; by monks who drained the marsh; beside a ford that carts could "
    "cross in summer; by weavers who had been driven out of the capital; as a depot for the "
    "builders of the canal; after a landslide had buried the older village; by a guild of "
    "charcoal burners; as a quarantine station for ships; around an inn where three roads meet"
)
OCCUPATIONS = _phrases(
    "baker; bookbinder; botanist; carpenter; cartographer; chemist; clockmaker; cook; doctor; "
    "engineer; gardener; glazier; accountant; judge; librarian; mason; midwife; musician; "
    "painter; pilot; potter; shipwright; surveyor; tailor; teacher; translator; vet; weaver; "
    "interpreter; electrician"
)
DIRECTOR, ACTOR, CRITIC = "film director", "actor", "film critic"
PASTIMES = _phrases(
    "keeping bees; swimming at night; collecting railway clocks; playing the viola; restoring "
    "rowing boats; baking for the neighbours; drawing maps of places that do not exist; watching "
    "storms from the roof; singing in a choir; growing dahlias; walking the old drove roads; "
    "repairing radios; playing chess by post; writing limericks; breeding carrier pigeons; "
    "knitting fishermen's jerseys; learning dead languages; flying kites; fishing for pike; "
    "pressing wild flowers; building puppet theatres; listening to trains; skating on the flooded "
    "meadows; carving spoons"
)
SECTORS: dict[str, tuple[str, ...]] = {
    "air travel": ("Airways", "Air", "Air Lines"),
    "film production": ("Pictures", "Film Company", "Studios"),
    "textiles": ("Mills", "Weavers", "Wool"),
    "furniture": ("Joinery", "Furniture", "Timber"),
    "instruments": ("Instruments", "Optics"),
    "ceramics": ("Potteries", "Ceramics"),
    "glass": ("Glassworks", "Glass"),
    "brewing": ("Brewery", "Brewers"),
    "paper": ("Paper", "Stationery"),
    "publishing": ("Press", "Books"),
    "dairy": ("Creamery", "Dairies"),
    "pharmacy": ("Laboratories", "Remedies"),
    "machinery": ("Works", "Engineering"),
}
"""Sector -> the words that end the names of its firms."""
AIRLINES, STUDIOS = "air travel", "film production"
GOODS: dict[str, tuple[tuple[str, int], ...]] = {
    "textiles": (
        ("wool blanket", 48),
        ("linen shirt", 36),
        ("rain cape", 62),
        ("felt hat", 24),
    ),
    "furniture": (("oak table", 260), ("reading chair", 185), ("bookcase", 140)),
    "instruments": (("brass compass", 74), ("pocket barometer", 96), ("field telescope", 158)),
    "ceramics": (("stoneware jug", 28), ("teapot", 34), ("soup bowl", 12)),
    "glass": (("table lamp", 66), ("carafe", 22), ("storm lantern", 44)),
    "brewing": (("honey beer", 4), ("winter ale", 5), ("dry cider", 6)),
    "paper": (("pocket notebook", 7), ("letter paper", 11), ("ink bottle", 9)),
    "publishing": (("road atlas", 42), ("almanac", 14), ("cookery book", 25)),
    "dairy": (("sheep's cheese", 9), ("salted butter", 4), ("goat yoghurt", 3)),
    "pharmacy": (("cough syrup", 8), ("hand salve", 7), ("herbal tea", 6)),
    "machinery": (("bicycle", 340), ("sewing machine", 420), ("coffee mill", 58)),
}
"""Sector -> what its firms make, each with a usual price in crowns."""
BULK_GOODS = frozenset(
    _phrases(
        "honey beer; winter ale; dry cider; letter paper; sheep's cheese; salted butter; goat "
        "yoghurt; cough syrup; hand salve; herbal tea"
    )
)
"""The goods that are measured and not counted: nobody buys "a salted butter"."""
SHOP_KINDS: dict[str, tuple[str, ...]] = {
    "general store": ("textiles", "paper", "dairy", "pharmacy", "machinery"),
    "grocer": ("dairy", "brewing", "pharmacy"),
    "draper": ("textiles",),
    "bookshop": ("publishing", "paper"),
    "ironmonger": ("machinery", "instruments", "glass"),
    "furniture shop": ("furniture", "textiles", "glass"),
    "gift shop": ("ceramics", "glass", "paper"),
    "chemist's shop": ("pharmacy", "glass"),
    "outfitter": ("textiles", "instruments"),
}
"""Kind of shop -> the sectors whose goods it sells."""
SIGN_ADJECTIVES = _phrases(
    "Copper; Blue; Crooked; Silver; Merry; Quiet; Golden; Wandering; Patient; Red; Hollow; "
    "Little; Honest; Green; Singing; White"
)
SIGN_NOUNS = _phrases(
    "Kettle; Heron; Lantern; Thimble; Anchor; Fox; Acorn; Compass; Wheel; Goose; Ladder; Button; "
    "Candle; Boot; Owl; Basket"
)
STREETS = _phrases(
    "Mill Lane; Harbour Row; Chapel Street; Market Place; Station Road; Weaver's Yard; Bridge "
    "Street; Orchard Walk; Ropewalk; Upper Terrace; Lime Avenue; Fountain Square"
)
POSTS = _phrases(
    "bookkeeper; night porter; apprentice; workshop foreman; sales clerk; draughtsman; laboratory "
    "assistant; warehouse keeper; quality inspector; secretary; lorry driver; purchasing agent; "
    "archivist; machine setter"
)
GENRES = _phrases(
    "comedy; thriller; drama; mystery; romance; adventure; ghost story; musical; satire"
)
HEROES = _phrases(
    "a lighthouse keeper; a retired ferry pilot; a night-shift baker; a village doctor; an ageing "
    "tenor; a young surveyor; a clockmaker's widow; a deaf piano tuner; a customs clerk; a "
    "runaway bride; a schoolteacher; an apprentice beekeeper; a disgraced judge; a travelling "
    "dentist; the last passenger on a night train; an engraver of maps; a failed novelist; a "
    "shepherd's daughter; an orphaned acrobat; a lock keeper"
)
PREDICAMENTS = _phrases(
    "finds a stranger's diary in the wall; must hide a stowaway through the winter; inherits a "
    "bankrupt circus; is mistaken for a famous thief; falls in love with a voice on the "
    "telephone; discovers that the town clock is being slowed on purpose; sets out to return a "
    "borrowed horse; bets everything on a boat race; witnesses a crime that nobody else "
    "remembers; has ten days to sell the family mill; learns to forgive an old rival; smuggles "
    "medicine across a closed border; receives letters meant for someone else; refuses to leave a "
    "valley marked for flooding; pretends to be able to foretell the weather; searches for a song "
    "heard once in childhood; wakes up rich and does not want it; shelters two deserters; defends "
    "a fox before the magistrate; keeps a promise made to the dead"
)
TITLE_ADJECTIVES = _phrases(
    "Last; Second; Silent; Borrowed; Winter; Hidden; Broken; Distant; Gentle; Paper; Burning; "
    "Slow; Seventh; Unmarked; Salt; Forgotten"
)
TITLE_NOUNS = _phrases(
    "Lamp; River; Tide; Orchard; Mirror; Garden; Ferry; Letter; Harvest; Bridge; Swallow; "
    "Crossing; Shore; Season; Window; Bell"
)
FILM_MERITS = _phrases(
    "the photography; the quiet ending; the dialogue; the leading performance; the score; the "
    "sense of place; the comic timing; the courage to leave things unsaid; the opening hour; the "
    "supporting cast"
)
FILM_FAULTS = _phrases(
    "the slow middle; a sentimental last reel; the thin plot; the muddy sound; a villain without "
    "a motive; too many subplots; the painted backdrops; a romance nobody believes; the heavy "
    "symbolism; an hour too much of it"
)
SHOP_MERITS = _phrases(
    "the patient staff; the fair prices; the careful wrapping; the smell of polish and tea; the "
    "honest advice; how quickly a broken piece was replaced; the well-kept shelves; the chair by "
    "the stove"
)
SHOP_FAULTS = _phrases(
    "the queue at noon; the dim light; a clerk who would not be hurried; prices that are not "
    "marked; the narrow aisles; how little was in stock; the steep steps at the door; a dog that "
    "guards the till"
)
FLIGHT_MERITS = _phrases(
    "the punctual boarding; the kind crew; the view from the left side; the hot soup on board; "
    "the room for long legs; how fast the bags came out; the calm landing; the clean cabin"
)
FLIGHT_FAULTS = _phrases(
    "the hard seats; an hour on the apron; a lost suitcase; the noise over the wing; the price of "
    "a sandwich; the crowded gate; a cold cabin; announcements that nobody could hear"
)
CAUSES = _phrases(
    "fog at the airfield; a broken fuel pump; a strike of the ground crew; ice on the runway; a "
    "crew that had flown its hours; a flock of geese; crosswinds; a missing spare part"
)
EVENT_KINDS = _phrases(
    "film festival; harvest fair; regatta; book market; lantern parade; chess tournament; cattle "
    "show; half marathon; brass band contest; seed exchange"
)
MONTHS = _phrases(
    "January; February; March; April; May; June; July; August; September; October; November; "
    "December"
)
WEEKDAYS = _phrases("Monday; Tuesday; Wednesday; Thursday; Friday; Saturday; Sunday")
NUMBERS = _phrases(
    "no; one; two; three; four; five; six; seven; eight; nine; ten; eleven; twelve; thirteen; "
    "fourteen; fifteen; sixteen; seventeen; eighteen; nineteen; twenty"
)
