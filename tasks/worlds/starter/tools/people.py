"""Tools about people: persons, contacts, messages."""

from __future__ import annotations

from tasks.worlds.starter.tools.tool import Domain, Edition, Function

PEOPLE = Domain(
    "people",
    "person",
    "persons",
    (
        Function(
            "search",
            "Finds {many} by name, occupation or home town.",
            "name? occupation? town? page?",
            "person_id name",
        ),
        Function(
            "get",
            "Returns the record of {a}: birth, home and occupation.",
            "person_id",
            "born birthplace home occupation",
        ),
        Function(
            "family",
            "Names husband or wife, parent and children of {a}.",
            "person_id",
            "spouse_id parent_id child_ids",
        ),
        Function("employer", "Tells for which firm {a} works.", "person_id", "employer_id name"),
        Function(
            "colleagues",
            "Lists the {many} who work for the same firm as one.",
            "person_id page?",
            "person_id name",
        ),
        Function(
            "birthdays",
            "Lists the {many} born on one day of the year.",
            "day page?",
            "person_id name",
        ),
        Function("pastimes", "Tells what {a} likes to do in free hours.", "person_id", "pastime"),
    ),
    (
        Edition("ancestors", "ancestor", "ancestors", "Parish books up to 1900; nobody living."),
        Edition("characters", "fictional character", "fictional characters", "From novels."),
        Edition("pets", "pet", "pets", "Registered animals.", "employer colleagues"),
        Edition("envoys", "foreign envoy", "foreign envoys", "Embassy staff only."),
    ),
)
CONTACTS = Domain(
    "contacts",
    "contact",
    "contacts",
    (
        Function(
            "add",
            "Saves {a} in the address book.",
            "person_id note?",
            "contact_id",
        ),
        Function(
            "list",
            "Lists the {many} in the address book.",
            "page?",
            "contact_id person_id name",
        ),
        Function("remove", "Deletes {a} from the address book.", "contact_id", "status"),
    ),
    (
        Edition("suppliers", "supplier contact", "supplier contacts", "For purchasing offices."),
        Edition("press_list", "press contact", "press contacts", "For accredited reporters."),
        Edition("next_of_kin", "emergency contact", "emergency contacts", "Hospitals only."),
    ),
)
MESSAGES = Domain(
    "messages",
    "message",
    "messages",
    (
        Function("send", "Sends {a} to one person.", "person_id body", "message_id"),
        Function(
            "inbox",
            "Lists the {many} that have come in.",
            "page?",
            "message_id name day",
        ),
        Function("read", "Opens {a} and returns its text.", "message_id", "body"),
        Function("reply", "Answers {a}.", "message_id body", "message_id"),
        Function("forward", "Passes {a} on to another person.", "message_id person_id", "status"),
        Function("delete", "Deletes {a} for good.", "message_id", "status"),
    ),
    (
        Edition("memos", "office memo", "office memos", "Between desks of one ministry only."),
        Edition("circulars", "circular", "circulars", "To all subscribers at once.", "reply"),
        Edition("telegrams", "telegram", "telegrams", "The wire was shut down in 2029."),
        Edition("drills", "practice message", "practice messages", "Nothing is delivered."),
    ),
)
