"""Wishes of people who look for work or look into a firm."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.worlds.starter.assignments.common import diary_entry, headcount, letter_to
from tasks.worlds.starter.assignments.wish import Effect, Maker, Plan, Scene, Wish, changed
from tasks.worlds.starter.records import Firm, Person, Vacancy

LETTER = "I have done such work for years and should like to do it for you."


def revenue(scene: Scene) -> Wish:
    """What a firm sold."""
    firm = scene.draw.choice(scene.world.firms)
    plan = Plan()
    results = plan.call("firms.results", firm_id=plan.firm(scene, firm))
    return plan.ask(
        f"{results}.revenue",
        firm.revenue,
        f"What was the revenue of {firm.name} this year, in thousand crowns?",
        f"How much did {firm.name} sell this year, in thousand crowns?",
    )


def first_of_sector(scene: Scene) -> Wish | None:
    """Who leads the largest firm of a sector."""
    firm = scene.draw.choice(scene.world.firms)
    measure = scene.draw.choice(("revenue", "profit", "staff"))
    rivals = [f for f in scene.world.firms if f.sector == firm.sector]
    values = sorted((getattr(rival, measure) for rival in rivals), reverse=True)
    if values.count(values[0]) > 1:
        return None
    best = next(rival for rival in rivals if getattr(rival, measure) == values[0])
    plan = Plan()
    ranked = plan.call("firms.rank", sector=firm.sector, measure=measure, limit=1)
    portrait = plan.call("firms.get", firm_id=f"{ranked}.items.0.firm_id")
    person = plan.call("people.get", person_id=f"{portrait}.head_id")
    head = scene.world.get(Person, best.head_id)
    most = {"revenue": "the highest revenue", "profit": "the best profit", "staff": "most staff"}
    return plan.ask(
        f"{person}.occupation",
        head.occupation,
        f"What is the trade of the head of that firm in {firm.sector} which has {most[measure]}?",
        f"Among the firms in {firm.sector}, take the one with {most[measure]}. What trade did the "
        "person learn who leads it?",
    )


def _vacancy(scene: Scene) -> tuple[Vacancy, Firm]:
    """A post that its firm offers once."""
    vacancy = scene.draw.choice(scene.world.vacancies)
    return vacancy, scene.world.get(Firm, vacancy.firm_id)


def _of_firm(scene: Scene, plan: Plan, vacancy: Vacancy, firm: Firm) -> str:
    rows: Sequence[Vacancy] = [v for v in scene.world.vacancies if v.firm_id == firm.id]
    found = plan.firm(scene, firm)
    listed = plan.call("jobs.of_firm", firm_id=found)
    return f"{listed}.items.{list(rows).index(vacancy)}.vacancy_id"


def salary(scene: Scene) -> Wish:
    """What a post pays."""
    vacancy, firm = _vacancy(scene)
    plan = Plan()
    details = plan.call("jobs.get", vacancy_id=_of_firm(scene, plan, vacancy, firm))
    return plan.ask(
        f"{details}.salary",
        vacancy.salary,
        f"What does {firm.name} pay a year for the post of {vacancy.post}?",
        f"{firm.name} looks for a new {vacancy.post}. How many crowns a year would that bring me?",
    )


def founder_home(scene: Scene) -> Wish:
    """Where a firm's founder lives."""
    firm = scene.draw.choice(scene.world.firms)
    founder = scene.world.get(Person, firm.founder_id)
    plan = Plan()
    portrait = plan.call("firms.get", firm_id=plan.firm(scene, firm))
    person = plan.call("people.get", person_id=f"{portrait}.founder_id")
    return plan.ask(
        f"{person}.home",
        scene.world[founder.home_id].label,
        f"In which town does the founder of {firm.name} live?",
        f"Somebody founded {firm.name}. Where is that person at home?",
    )


def apply(scene: Scene) -> Wish | None:
    """An application for a post."""
    vacancy, firm = _vacancy(scene)
    open_ones = {e["vacancy_id"] for e in scene.account.tables["applications"].values()}
    if vacancy.id in open_ones:
        return None
    plan = Plan()
    reference = _of_firm(scene, plan, vacancy, firm)
    plan.call("jobs.apply", vacancy_id=reference, letter=LETTER)
    return plan.do(
        [Effect("applications", {"vacancy_id": vacancy.id, "status": "open"})],
        0,
        [vacancy.id],
        f"Apply for the post of {vacancy.post} at {firm.name} for me, with a letter of your own.",
        f"I want to be {vacancy.post} at {firm.name}: send them an application, word it as you "
        "like.",
    )


def withdraw(scene: Scene) -> Wish | None:
    """An application is taken back."""
    found = scene.entry("applications")
    if found is None:
        return None
    id, entry = found
    vacancy = scene.world.get(Vacancy, entry["vacancy_id"])
    firm = scene.world.get(Firm, vacancy.firm_id)
    plan = Plan()
    ids, wanted = scene.place("applications", id)
    listed = plan.pick("jobs.applications", ids, wanted, "application_id")
    details = plan.call("jobs.get", vacancy_id=listed.replace("application_id", "vacancy_id"))
    plan.call("firms.get", firm_id=f"{details}.employer_id")
    plan.call("jobs.withdraw", application_id=listed)
    return plan.do(
        [Effect("applications", changed(entry, status="withdrawn"), id)],
        0,
        [vacancy.id],
        f"Withdraw my application for the post of {vacancy.post} at {firm.name}.",
        f"I do not want to be {vacancy.post} at {firm.name} any more: take my application back.",
    )


def head_letter(scene: Scene) -> Wish | None:
    """A message to the head of a firm."""
    firm = scene.draw.choice(scene.world.firms)
    if firm.head_id == scene.account.holder_id:
        return None
    plan = Plan()
    portrait = plan.call("firms.get", firm_id=plan.firm(scene, firm))
    return letter_to(
        scene,
        plan,
        firm.head_id,
        f"{portrait}.head_id",
        f"Send the head of {firm.name} this message: {{body}}",
        f"Write to whoever leads {firm.name}, in these words: {{body}}",
    )


def head_contact(scene: Scene) -> Wish | None:
    """The head of a firm goes into the address book."""
    firm = scene.draw.choice(scene.world.firms)
    known = {entry["person_id"] for entry in scene.account.tables["contacts"].values()}
    if firm.head_id in known:
        return None
    plan = Plan()
    portrait = plan.call("firms.get", firm_id=plan.firm(scene, firm))
    plan.call("contacts.add", person_id=f"{portrait}.head_id")
    return plan.do(
        [Effect("contacts", {"person_id": firm.head_id})],
        0,
        [f"contact {firm.head_id}"],
        f"Save the head of {firm.name} in my address book.",
        f"My address book should have the person who leads {firm.name}.",
    )


MAKERS: tuple[Maker, ...] = (
    revenue,
    first_of_sector,
    salary,
    founder_home,
    headcount,
    apply,
    withdraw,
    head_letter,
    head_contact,
    diary_entry,
)
