"""Wishes about films."""

from __future__ import annotations

from tasks.worlds.starter.assignments.common import diary_entry, letter_to, running_time
from tasks.worlds.starter.assignments.outings import book
from tasks.worlds.starter.assignments.wish import Effect, Maker, Plan, Scene, Wish
from tasks.worlds.starter.records import Film, Firm, Person, Review, Town


def minutes(scene: Scene) -> Wish:
    """How long a film runs."""
    film = scene.draw.choice(scene.world.films)
    plan = Plan()
    found = plan.call("films.get", film_id=plan.film(scene, film))
    return plan.ask(
        f"{found}.minutes",
        film.minutes,
        f'How many minutes does the film "{film.name}" run?',
        f'How long shall I sit in "{film.name}", in minutes?',
    )


def director_home(scene: Scene) -> Wish:
    """Where a director lives."""
    film = scene.draw.choice(scene.world.films)
    director = scene.world.get(Person, film.director_id)
    plan = Plan()
    credits = plan.call("films.credits", film_id=plan.film(scene, film))
    person = plan.call("people.get", person_id=f"{credits}.director_id")
    return plan.ask(
        f"{person}.home",
        scene.world[director.home_id].label,
        f'In which town does the director of "{film.name}" live?',
        f'Whoever made "{film.name}": where is that person at home?',
    )


def studio_revenue(scene: Scene) -> Wish:
    """How much a film's studio sold."""
    film = scene.draw.choice(scene.world.films)
    plan = Plan()
    credits = plan.call("films.credits", film_id=plan.film(scene, film))
    results = plan.call("firms.results", firm_id=f"{credits}.studio_id")
    return plan.ask(
        f"{results}.revenue",
        scene.world.get(Firm, film.studio_id).revenue,
        f'What revenue did the studio of "{film.name}" have this year, in thousand crowns?',
        f'How much did the firm that produced "{film.name}" sell this year, in thousand crowns?',
    )


def setting_mayor(scene: Scene) -> Wish:
    """Who governs the town where a film is set."""
    film = scene.draw.choice(scene.world.films)
    town = scene.world.get(Town, film.setting_id)
    plan = Plan()
    found = plan.call("films.get", film_id=plan.film(scene, film))
    mayor = plan.call("towns.mayor", town=f"{found}.setting")
    return plan.ask(
        f"{mayor}.name",
        scene.world[town.mayor_id].label,
        f'Who is mayor of the town in which the film "{film.name}" is set?',
        f'The film "{film.name}" is set in some town. What is the name of its mayor?',
    )


def works(scene: Scene) -> Wish:
    """How many films a director had a part in."""
    film = scene.draw.choice(scene.world.films)
    who = film.director_id
    count = sum(who in (other.director_id, *other.cast_ids) for other in scene.world.films)
    plan = Plan()
    credits = plan.call("films.credits", film_id=plan.film(scene, film))
    works = plan.call("films.of_person", person_id=f"{credits}.director_id")
    return plan.ask(
        f"{works}.count",
        count,
        f'In how many films, all told, did the director of "{film.name}" have a part?',
        f'Count all films of the person who directed "{film.name}". How many are there?',
    )


def critic_home(scene: Scene) -> Wish | None:
    """Where the one critic of a film comes from."""
    film = scene.draw.choice(scene.world.films)
    reviews = [r for r in scene.world.reviews if r.subject_id == film.id]
    if len(reviews) != 1:
        return None
    review: Review = reviews[0]
    critic = scene.world.get(Person, review.author_id)
    plan = Plan()
    found = plan.call("films.reviews", film_id=plan.film(scene, film))
    person = plan.call("people.get", person_id=f"{found}.items.0.author_id")
    return plan.ask(
        f"{person}.birthplace",
        scene.world[critic.birthplace_id].label,
        f'Just one critic wrote about "{film.name}". Where was that critic born?',
        f'In which town was the critic born who reviewed "{film.name}"?',
    )


def rate(scene: Scene) -> Wish:
    """A mark for a film."""
    film, stars = scene.draw.choice(scene.world.films), scene.draw.integer(1, 5)
    plan = Plan()
    plan.call("films.rate", film_id=plan.film(scene, film), stars=stars)
    return plan.do(
        [Effect("reviews", {"subject_id": film.id, "stars": stars})],
        0,
        [film.id],
        f'Rate the film "{film.name}" for me: {stars} of 5 stars.',
        f'Give "{film.name}" {stars} of 5 stars in my name.',
    )


def remember(scene: Scene) -> Wish | None:
    """A film goes on the watchlist."""
    film = scene.draw.choice(scene.world.films)
    if film.id in {entry["film_id"] for entry in scene.account.tables["watchlist"].values()}:
        return None
    plan = Plan()
    plan.call("watchlist.add", film_id=plan.film(scene, film))
    return plan.do(
        [Effect("watchlist", {"film_id": film.id})],
        0,
        [f"watch {film.id}"],
        f'Add the film "{film.name}" to my watchlist.',
        f'Note "{film.name}" among the films that I mean to see.',
    )


def forget(scene: Scene) -> Wish | None:
    """A film leaves the watchlist."""
    found = scene.entry("watchlist")
    if found is None:
        return None
    id, entry = found
    film = scene.world.get(Film, entry["film_id"])
    plan = Plan()
    ids, wanted = scene.place("watchlist", id)
    listed = plan.pick("watchlist.list", ids, wanted, "watchlist_entry_id")
    plan.call("watchlist.remove", watchlist_entry_id=listed)
    return plan.do(
        [Effect("watchlist", None, id)],
        0,
        [f"watch {film.id}"],
        f'Remove "{film.name}" from my watchlist.',
        f'I shall never see "{film.name}": strike it off my watchlist.',
    )


def director_letter(scene: Scene) -> Wish | None:
    """A message to a director."""
    film = scene.draw.choice(scene.world.films)
    plan = Plan()
    credits = plan.call("films.credits", film_id=plan.film(scene, film))
    return letter_to(
        scene,
        plan,
        film.director_id,
        f"{credits}.director_id",
        f'Send the director of "{film.name}" this message: {{body}}',
        f'Write to the person who directed "{film.name}", in these words: {{body}}',
    )


MAKERS: tuple[Maker, ...] = (
    minutes,
    director_home,
    studio_revenue,
    setting_mayor,
    works,
    critic_home,
    running_time,
    rate,
    remember,
    forget,
    director_letter,
    book,
    diary_entry,
)
