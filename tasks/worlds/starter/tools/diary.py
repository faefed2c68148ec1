"""Tools for keeping track of time: diary and reminders."""

from __future__ import annotations

from tasks.worlds.starter.tools.tool import Domain, Edition, Function

DIARY = Domain(
    "diary",
    "appointment",
    "appointments",
    (
        Function("now", "Tells today's date and the time.", "", "day time"),
        Function(
            "agenda",
            "Lists the account holder's {many} on one day.",
            "day",
            "appointment_id title time",
        ),
        Function("add", "Enters {a} in the diary.", "title day time?", "appointment_id"),
        Function(
            "move",
            "Moves {a} to another day or hour.",
            "appointment_id day time?",
            "status",
        ),
        Function("remove", "Deletes {a} from the diary.", "appointment_id", "status"),
    ),
    (
        Edition("rota", "shift", "shifts", "Duty rosters of firms only.", "now"),
        Edition("lessons", "lesson", "lessons", "School timetables only.", "now"),
        Edition("garden_year", "garden task", "garden tasks", "Sowing and pruning only.", "now"),
    ),
)
REMINDERS = Domain(
    "reminders",
    "reminder",
    "reminders",
    (
        Function(
            "set",
            "Sets {a} that rings at a day and hour.",
            "title day time",
            "reminder_id",
        ),
        Function(
            "list", "Lists the {many} that have not rung yet.", "page?", "reminder_id title day"
        ),
        Function("cancel", "Switches {a} off.", "reminder_id", "status"),
    ),
    (
        Edition("pills", "pill reminder", "pill reminders", "For nurses on duty only."),
        Edition("servicing", "service reminder", "service reminders", "Machines and lifts only."),
    ),
)
