"""Wishes about persons."""

from __future__ import annotations

from tasks.worlds.starter.assignments.common import MATTERS, letter_to, several
from tasks.worlds.starter.assignments.wish import Effect, Maker, Plan, Scene, Wish
from tasks.worlds.starter.executable.account import Entry
from tasks.worlds.starter.records import Firm, Person, Town


def birthplace(scene: Scene) -> Wish:
    """Where somebody was born."""
    person = scene.other_person()
    plan = Plan()
    found = plan.call("people.get", person_id=plan.person(scene, person))
    return plan.ask(
        f"{found}.birthplace",
        scene.world[person.birthplace_id].label,
        f"In which town was {person.label} born?",
        f"What is the birthplace of {person.label}?",
    )


def spouse_trade(scene: Scene) -> Wish | None:
    """What somebody's husband or wife does."""
    person = scene.other_person()
    if person.spouse_id is None:
        return None
    plan = Plan()
    family = plan.call("people.family", person_id=plan.person(scene, person))
    found = plan.call("people.get", person_id=f"{family}.spouse_id")
    return plan.ask(
        f"{found}.occupation",
        scene.world.get(Person, person.spouse_id).occupation,
        f"What is the occupation of the person married to {person.label}?",
        f"What does the husband or wife of {person.label} do for a living?",
    )


def office(scene: Scene) -> Wish | None:
    """Where somebody's firm has its head office."""
    person = scene.other_person()
    if person.employer_id is None:
        return None
    firm = scene.world.get(Firm, person.employer_id)
    plan = Plan()
    employer = plan.call("people.employer", person_id=plan.person(scene, person))
    portrait = plan.call("firms.get", firm_id=f"{employer}.employer_id")
    return plan.ask(
        f"{portrait}.seat_town",
        scene.world[firm.seat_id].label,
        f"In which town does the firm have its head office that employs {person.label}?",
        f"{person.label} works for a firm. Where is its head office?",
    )


def chief(scene: Scene) -> Wish | None:
    """What the spouse of somebody's chief likes to do."""
    person = scene.other_person()
    if person.employer_id is None:
        return None
    head = scene.world.get(Person, scene.world.get(Firm, person.employer_id).head_id)
    if head.spouse_id is None:
        return None
    plan = Plan()
    employer = plan.call("people.employer", person_id=plan.person(scene, person))
    portrait = plan.call("firms.get", firm_id=f"{employer}.employer_id")
    family = plan.call("people.family", person_id=f"{portrait}.head_id")
    pastime = plan.call("people.pastimes", person_id=f"{family}.spouse_id")
    return plan.ask(
        f"{pastime}.pastime",
        scene.world.get(Person, head.spouse_id).pastime,
        f"Somebody leads the firm that employs {person.label}, and is married. What does that "
        "husband or wife like to do in free hours?",
        f"Find the firm for which {person.label} works, then the person who leads it, then whom "
        "that person is married to. What is the pastime of the latter?",
    )


def home_mayor(scene: Scene) -> Wish:
    """Who governs where somebody lives."""
    person = scene.other_person()
    town = scene.world.get(Town, person.home_id)
    plan = Plan()
    found = plan.call("people.get", person_id=plan.person(scene, person))
    mayor = plan.call("towns.mayor", town=f"{found}.home")
    return plan.ask(
        f"{mayor}.name",
        scene.world[town.mayor_id].label,
        f"What is the name of the mayor of the town where {person.label} lives?",
        f"Who governs the town in which {person.label} is at home?",
    )


def workmates(scene: Scene) -> Wish | None:
    """How many colleagues several people have."""

    def add(plan: Plan, person: Person) -> str:
        return f"{plan.call('people.colleagues', person_id=plan.person(scene, person))}.count"

    employed = [person for person in scene.world.people if person.employer_id]
    return several(
        scene,
        employed,
        2,
        add,
        lambda p: sum(o.employer_id == p.employer_id for o in employed) - 1,
        "How many colleagues does each of {things} have, by the register? Give me the sum.",
        "Count the people who work for the same firm as each of {things}, and add the counts up.",
    )


def pay(scene: Scene) -> Wish:
    """Money is sent to somebody."""
    person, amount = scene.other_person(), scene.draw.integer(5, 300)
    plan = Plan()
    plan.call("wallet.transfer", person_id=plan.person(scene, person), amount=amount)
    return plan.do(
        [Effect("transfers", {"person_id": person.id, "amount": amount})],
        amount,
        [f"pay {person.id}"],
        f"Transfer {amount} crowns to {person.label}.",
        f"I owe {person.label} {amount} crowns: pay them from my account.",
    )


def save(scene: Scene) -> Wish | None:
    """Somebody goes into the address book."""
    person = scene.other_person()
    known = {entry["person_id"] for entry in scene.account.tables["contacts"].values()}
    if person.id in known:
        return None
    plan = Plan()
    plan.call("contacts.add", person_id=plan.person(scene, person))
    return plan.do(
        [Effect("contacts", {"person_id": person.id})],
        0,
        [f"contact {person.id}"],
        f"Save {person.label} in my address book.",
        f"I want to have {person.label} among my contacts.",
    )


def drop(scene: Scene) -> Wish | None:
    """Somebody leaves the address book."""
    found = scene.entry("contacts")
    if found is None:
        return None
    id, entry = found
    plan = Plan()
    ids, wanted = scene.place("contacts", id)
    listed = plan.pick("contacts.list", ids, wanted, "contact_id")
    plan.call("contacts.remove", contact_id=listed)
    name = scene.world[entry["person_id"]].label
    return plan.do(
        [Effect("contacts", None, id)],
        0,
        [f"contact {entry['person_id']}"],
        f"Delete {name} from my address book.",
        f"I have no more use for {name} among my contacts: take the entry out.",
    )


def write(scene: Scene) -> Wish:
    """A message to somebody."""
    person = scene.other_person()
    plan = Plan()
    return letter_to(
        scene,
        plan,
        person.id,
        plan.person(scene, person),
        f"Send {person.label} this message: {{body}}",
        f"Write to {person.label}, in these words: {{body}}",
    )


def _mail(scene: Scene, plan: Plan) -> tuple[str, Entry, str, str]:
    """A message of the inbox: id, content, its sender's name, and the reference to it."""
    found = scene.entry("messages")
    assert found is not None  # every inbox has messages
    id, entry = found
    inbox = scene.account.tables["messages"].items()
    newest = sorted(inbox, key=lambda pair: (pair[1]["day"], pair[0]), reverse=True)
    ids = [other for other, _ in newest]
    name = scene.world[entry["person_id"]].label
    return id, entry, name, plan.pick("messages.inbox", ids, id, "message_id")


def answer(scene: Scene) -> Wish:
    """A message is answered."""
    plan = Plan()
    id, entry, name, reference = _mail(scene, plan)
    body = scene.draw.choice(MATTERS)
    plan.call("messages.reply", message_id=reference, body=body)
    sent = {"person_id": entry["person_id"], "body": body, "answers": id, "sent": True}
    return plan.do(
        [Effect("messages", sent | {"day": scene.world.today.isoformat()})],
        0,
        ["inbox"],
        f'Reply to the message that {name} sent me, in these words: "{body}"',
        f'{name} has written to me. Answer that message with: "{body}"',
    )


def pass_on(scene: Scene) -> Wish:
    """A message is forwarded."""
    plan, person = Plan(), scene.other_person()
    id, entry, name, reference = _mail(scene, plan)
    plan.call("messages.forward", message_id=reference, person_id=plan.person(scene, person))
    sent = {"person_id": person.id, "body": entry["body"], "forwards": id, "sent": True}
    return plan.do(
        [Effect("messages", sent | {"day": scene.world.today.isoformat()})],
        0,
        ["inbox"],
        f"Forward the message that {name} sent me to {person.label}.",
        f"{person.label} should see what {name} wrote to me: pass the message on.",
    )


def delete(scene: Scene) -> Wish:
    """A message is deleted."""
    plan = Plan()
    id, _, name, reference = _mail(scene, plan)
    plan.call("messages.delete", message_id=reference)
    return plan.do(
        [Effect("messages", None, id)],
        0,
        ["inbox"],
        f"Delete the message that came from {name}.",
        f"Throw away what {name} wrote to me.",
    )


MAKERS: tuple[Maker, ...] = (
    birthplace,
    spouse_trade,
    office,
    chief,
    home_mayor,
    workmates,
    pay,
    save,
    drop,
    write,
    answer,
    pass_on,
    delete,
)
