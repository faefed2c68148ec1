"""Requests about people and culture: films, persons, towns."""

from __future__ import annotations

from datetime import timedelta

from tasks.worlds.draw import Draw
from tasks.worlds.starter.prose import Slots
from tasks.worlds.starter.records import Film, Person, Screening
from tasks.worlds.starter.requests.request import Errand, clause
from tasks.worlds.starter.world import World


def _film_scene(world: World, draw: Draw) -> Slots:
    screening = draw.choice(world.screenings)
    film = world.get(Film, screening.film_id)
    return {
        "f": film,
        "s": screening,
        "star": world.get(Person, draw.choice(film.cast_ids)),
        "shown": draw.choice(world.where(Screening, "film_id", film.id)),
        "n": draw.integer(2, 5),
    }


def _person_scene(world: World, draw: Draw) -> Slots:
    person, other = draw.sample(world.people, 2)
    return {
        "p": person,
        "q": other,
        "n": draw.integer(5, 60),
        "day": world.today + timedelta(days=draw.integer(2, 20)),
    }


def _town_scene(world: World, draw: Draw) -> Slots:
    here, there = draw.sample(world.towns, 2)
    return {
        "t": here,
        "u": there,
        "trade": draw.choice(world.where(Person, "home_id", here.id)).occupation,
        "day": world.today + timedelta(days=draw.integer(1, 9)),
        "n": draw.integer(3, 8),
    }


FILM_EVENINGS = Errand(
    "films",
    "Films: who made them, whether they are good, where they are on",
    "culture",
    ("film enquiry", "movie night", "cinema", "film research"),
    _film_scene,
    (
        "Everybody talks about {f}.",
        "Last night somebody mentioned {f}.",
        "I want to see {f} with my sister.",
        "My film club has picked {f} for the next meeting.",
    ),
    (
        clause(
            "films.search films.get",
            "find a film and return its story and length",
            "What is the story of the film, and how many minutes does it run?",
            "What happens in it, without the ending?",
            "How long shall we sit there, and is it a funny one?",
        ),
        clause(
            "films.search films.credits",
            "find a film and name director and cast",
            "Who directed the film, and who is in the cast?",
            "Who made it?",
            "Who is in it?",
            "Whose work is it, and which house put up the money?",
        ),
        clause(
            "films.search films.reviews",
            "find a film and return critics' opinions",
            "Find reviews that critics wrote about the film.",
            "Did the papers like it?",
            "What did those say who write about such things for a living?",
        ),
        clause(
            "films.search films.rating",
            "find a film and tell its average mark",
            "What is the average rating of the film?",
            "How many stars does it get by and large?",
            "Is it above three, taken all together?",
        ),
        clause(
            "films.search films.rate",
            "find a film and publish a mark for it",
            "Rate the film for me: {n:word} stars.",
            "I have seen it in the meantime: give it {n:word} stars from me.",
            "For my part, {n:word} of five; make that public.",
        ),
        clause(
            "films.search films.similar",
            "find a film and recommend others like it",
            "Recommend similar films.",
            "I loved it: what should I see next?",
            "What else is there in that vein?",
        ),
        clause(
            "films.search cinema.showings",
            "find a film and its coming showings",
            "List the coming showings of the film in {shown.town}.",
            "Where is it still on?",
            "When could I catch it in {shown.town}?",
        ),
        clause(
            "films.search cinema.showings cinema.book",
            "find a film's showings and buy tickets",
            "Book {n:word} seats for the next showing of the film in {shown.town}.",
            "Get us {n:word} places in {shown.town}, any evening will do.",
            "Buy {n:word} seats for the next time it is on.",
        ),
        clause(
            "films.search cinema.showings cinema.seats",
            "find a film's showings and tell how many seats are left",
            "How many seats are left for the next showing of the film in {shown.town}?",
            "Is there any room left in {shown.town}?",
            "How full is the house in {shown.town} when it is next on?",
        ),
        clause(
            "films.search watchlist.add",
            "find a film and note it on the watchlist",
            "Add the film to my watchlist.",
            "Write it down for me so that I do not forget to go.",
            "Put it with the ones I still mean to go to.",
        ),
        clause(
            "watchlist.list",
            "show the watchlist",
            "Show me my watchlist.",
            "What else did I mean to go and see?",
            "Which titles have I noted so far?",
        ),
        clause(
            "watchlist.list watchlist.remove",
            "show the watchlist and strike something off",
            "Remove the oldest entry from my watchlist.",
            "Strike the oldest one off my list, I shall never go.",
            "And the first title I ever noted can go.",
        ),
        clause(
            "people.search films.of_person",
            "find a person and list their films",
            "List the other films of {star}.",
            "What other parts has {star} played?",
            "In what else can one admire {star}?",
        ),
        clause(
            "people.search people.get",
            "find a person and return their record",
            "Find the person called {star}: birth and home.",
            "How old is {star}?",
            "Where does {star} come from?",
        ),
        clause(
            "films.set_in",
            "list films set in a town",
            "Which films are set in the town of {f.setting}?",
            "Are there more stories that take place in {f.setting}?",
            "What else was filmed around {f.setting}?",
        ),
        clause(
            "films.search films.credits firms.results",
            "find a film's studio and return the firm's figures",
            "Which studio produced the film, and what were that firm's annual results?",
            "And is the company behind it making money?",
            "Did the house that paid for it have a good year?",
        ),
        clause(
            "cinema.programme",
            "list what a cinema shows on a day",
            "Show me the programme of the cinema in {s.town} on {s.starts:full}.",
            "What else do they play in {s.town} on {s.starts:full}?",
            "If not, what is on in {s.town} on {s.starts:full}?",
        ),
    ),
)
PEOPLE = Errand(
    "people",
    "People: who they are, and getting in touch",
    "culture",
    ("people search", "keeping in touch", "personal enquiry", "correspondence"),
    _person_scene,
    (
        "I met {p} of {p.home} on the train.",
        "{p} from {p.home} has invited me for dinner.",
        "An old friend, {p}, must be living in {p.home} now.",
        "I owe {p} a visit.",
    ),
    (
        clause(
            "people.search people.get",
            "find a person and return their record",
            "Find the person called {p}: date of birth, home and occupation.",
            "When is the birthday?",
            "What does {p.given} do for a living, and where did {p.they} grow up?",
        ),
        clause(
            "people.search people.family",
            "find a person and name their family",
            "Who is the family of {p}: spouse, parent, children?",
            "Is {p.they} married, and to whom?",
            "Are there children? I want to bring sweets.",
        ),
        clause(
            "people.search people.employer",
            "find a person and the firm they work for",
            "For which firm does {p} work?",
            "Who pays {p.their} wages?",
            "Where would I reach {p.them} during the day?",
        ),
        clause(
            "people.search people.employer firms.get",
            "find a person's employer and return its portrait",
            "Which firm employs {p}, and who leads that firm?",
            "Who runs the place where {p.they} works?",
            "How big is the house that {p.they} works for?",
        ),
        clause(
            "people.search people.family people.pastimes",
            "find a person's family and their hobbies",
            "What is the pastime of the spouse of {p}?",
            "What would please the better half?",
            "With what does {p.their} husband or wife pass the evenings?",
        ),
        clause(
            "people.search people.pastimes",
            "find a person and what they like to do",
            "What is the favourite pastime of {p}?",
            "What could I bring that {p.they} would enjoy?",
            "What does {p.they} do on Sundays?",
        ),
        clause(
            "people.search people.colleagues",
            "find a person and who works with them",
            "List the colleagues of {p} at the firm.",
            "Who works alongside {p.them}?",
            "With whom does {p.they} share an office?",
        ),
        clause(
            "people.search contacts.add",
            "find a person and save them in the address book",
            "Add {p} to my contacts.",
            "Keep {p.them} in my little book.",
            "Note {p.them} down, with a word on where we met.",
        ),
        clause(
            "contacts.list contacts.remove",
            "list contacts and delete one",
            "Remove {q} from my contacts.",
            "And {q} can be crossed out of my little book, we no longer speak.",
            "Cross out {q}, who never writes.",
        ),
        clause(
            "people.search messages.send",
            "find a person and send a message",
            "Send {p} a message.",
            "Tell {p.them} that I am coming on {day:full}.",
            "Say thank you from me.",
        ),
        clause(
            "messages.inbox messages.read",
            "list messages and open one",
            "Read me the last message in my inbox.",
            "Has {p.they} written? Read it to me.",
            "What does the latest letter to me say?",
        ),
        clause(
            "messages.inbox messages.reply",
            "list messages and answer one",
            "Reply to the last message in my inbox.",
            "I never responded to the last letter: say yes.",
            "Whatever came in last, write back that I am well.",
        ),
        clause(
            "messages.inbox messages.delete",
            "list messages and delete one",
            "Delete the oldest message in my inbox.",
            "The oldest letter can go into the fire.",
            "Throw away what {q} wrote to me.",
        ),
        clause(
            "messages.inbox people.search messages.forward",
            "list messages and pass one on to a person",
            "Forward the last message in my inbox to {q}.",
            "Let {q} see the letter that came last.",
            "Hand the newest letter on to {q}.",
        ),
        clause(
            "people.search wallet.transfer",
            "find a person and send money to them",
            "Transfer {n} crowns from my account to {p}.",
            "I still have {n} crowns of {p.theirs}: give them back.",
            "Let {p.them} have the {n} crowns I borrowed.",
        ),
        clause(
            "people.birthdays",
            "list who was born on a day of the year",
            "Which persons have their birthday on {day:full}?",
            "Who turns a year older on {day:full}?",
            "I collect people who may blow out candles on {day:full}: name them.",
        ),
        clause(
            "people.search films.of_person",
            "find a person and list their films",
            "List the films in which {p} had a part.",
            "Has {p.they} ever been on the screen?",
            "Somebody said {p.they} was in the pictures once; in which?",
        ),
        clause(
            "diary.agenda",
            "list appointments on a day",
            "List my appointments on {day:full}.",
            "Am I free on {day:full}?",
            "What have I got on {day:full}?",
        ),
        clause(
            "diary.agenda diary.remove",
            "list appointments and delete one",
            "Remove my appointment on {day:full} from the diary.",
            "Whatever I had planned for {day:full} is off.",
            "Clear {day:full} for that.",
        ),
        clause(
            "towns.residents",
            "list who lives in a town",
            "Which people of the occupation doctor live in the town of {p.home}?",
            "Who else do we know in {p.home}? Give me all the doctors there.",
            "Which musicians have their house in {p.home}?",
        ),
    ),
)
TOWNS = Errand(
    "towns",
    "Towns: getting to know a place",
    "culture",
    ("local information", "regional research", "moving house", "travel guide"),
    _town_scene,
    (
        "I may move to {t}.",
        "I am writing a school essay on {t}.",
        "We have been left a house in {t}.",
        "Somebody told me that {t} is the place to be.",
    ),
    (
        clause(
            "towns.get",
            "return facts about a town",
            "How many inhabitants has the town, and when was it founded?",
            "How many souls live there, and since when?",
            "What is there to look at?",
        ),
        clause(
            "towns.mayor",
            "name the mayor of a town",
            "Who is the mayor of the town?",
            "Who wears the chain of office?",
            "Who is at the top of the town hall?",
        ),
        clause(
            "towns.mayor people.get",
            "name the mayor of a town and return their record",
            "Who is the mayor of the town, and when and where was this person born?",
            "How old is the head of the town hall?",
            "What did the person at the top of the council do for a living?",
        ),
        clause(
            "towns.mayor messages.send",
            "name the mayor of a town and send a message",
            "Send the mayor of the town a message.",
            "Complain to the town hall, at the very top, about the street lamps.",
            "Write to whoever governs there that I am looking forward to it.",
        ),
        clause(
            "towns.residents",
            "list who lives in a town",
            "List the people who live in the town and work as {trade:a}.",
            "Is there {trade:a} among the people there?",
            "I shall need {trade:a}: who would that be?",
        ),
        clause(
            "towns.distance",
            "measure distances between towns",
            "What is the distance to the town of {u}?",
            "How far is it from {u}, where my parents live?",
            "My work is in {u}. Is that far?",
        ),
        clause(
            "towns.nearest",
            "list neighbouring towns",
            "Which {n:word} towns are nearest?",
            "What else lies around there?",
            "Which {n:word} places are closest?",
        ),
        clause(
            "towns.search",
            "list towns by region, craft or size",
            "Which other towns are known for the craft of {t.craft}?",
            "Where else are people known for {t.craft}?",
            "Name the other places in {t.region} with more than twenty thousand souls.",
        ),
        clause(
            "weather.climate",
            "describe usual seasons",
            "Describe the usual climate there, summers and winters.",
            "Are the winters hard?",
            "Does it get hot in July?",
        ),
        clause(
            "events.search",
            "find public events by town and date",
            "Which public events take place in the town?",
            "What is being celebrated there?",
            "Is anything ever going on?",
        ),
        clause(
            "firms.search",
            "find firms by town or sector",
            "Which firms have their seat in the town?",
            "Who gives people work there?",
            "Which companies are at home in the place?",
        ),
        clause(
            "firms.search firms.results",
            "find firms of a town and return their figures",
            "Find the firms of the town and their annual revenue and profit.",
            "Are the companies there doing well?",
            "Do the employers of the place earn anything?",
        ),
        clause(
            "shops.search",
            "find shops by town and kind",
            "Which shops are there in the town?",
            "Where would I buy bread and nails?",
            "Is there anywhere to get books?",
        ),
        clause(
            "shops.search shops.offers",
            "find shops of a town and list what they sell",
            "Find a shop in the town and list its offers with prices.",
            "What can one get at the draper's there, and for how much?",
            "What do they stock at the grocer's?",
        ),
        clause(
            "films.set_in",
            "list films set in a town",
            "Which films are set in the town?",
            "Has anything been filmed there?",
            "Which pictures take place in its streets?",
        ),
        clause(
            "films.set_in films.get",
            "list films set in a town and return their stories",
            "Which films are set in the town, and what is their story?",
            "What are the pictures about that play in its streets?",
            "Has it been on the screen, and as what kind of story?",
        ),
        clause(
            "flights.departures",
            "list what leaves a town on a day",
            "List all flights that leave the town on {day:full}.",
            "What takes off from there on {day:full}?",
            "How does one get away again by air, say on {day:full}?",
        ),
        clause(
            "jobs.search",
            "find open posts by town or trade",
            "Which vacancies are there in the town?",
            "Could {trade:a} find something there?",
            "Who is hiring?",
        ),
        clause(
            "cinema.programme",
            "list what a cinema shows on a day",
            "Show me the programme of the cinema there on {day:full}.",
            "And what is on the screen there on {day:full}?",
            "Which pictures do they play there on {day:full}?",
        ),
    ),
)
