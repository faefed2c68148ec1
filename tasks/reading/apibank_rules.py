"""When API-Bank takes a call for right, API by API, as far as that needs no execution.

Upstream executes the call and hands what it was given, what it returned and the exception it raised
to a check of the API's own (`check_api_call_correctness` in apis/*.py and lv3_apis/*.py, commit
483554e). Written down here is which of the call's arguments decide. A call of equal arguments
returns what the right one returns, so a check of arguments and result alike comes down to the
arguments. Where a check leaves an argument out that changes the result, or is content with a
similar one that the API looks up as it stands, there are two ways: the first settles that the
result is the same, and a value that passes only the second is left to execution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

Way: TypeAlias = str | tuple[str, str]
"""Names of `harness.measures.comparisons`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How the calls of one API are compared.

    Attributes:
        fields: parameter -> way; a parameter that is not here must be equal.
        optional: parameters that may be left out.
        renamed: parameters that go by another name in the labels than in the documentation.
        unwinnable: why upstream's evaluator finds the right call wrong; "" where it does not.
    """

    fields: Mapping[str, Way] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    unwinnable: str = ""

    @property
    def needs_execution(self) -> bool:
        """Whether there are calls that only executing them could judge."""
        return any(not isinstance(way, str) for way in self.fields.values())


_TOKEN = ("equal", "any")  # only whether the API accepts it counts
_ATTENDEES = "upstream reads a list of attendees as the text before its first quotation mark"
_PARAMETER = "the label says device_id where upstream's API has name"

DIALOGUES: Mapping[str, Rule] = MappingProxyType(
    {
        "AddAgenda": Rule({"token": _TOKEN, "content": "words"}),
        "AddAlarm": Rule(),
        "AddMeeting": Rule({"meeting_topic": "words"}, unwinnable=_ATTENDEES),
        "AddReminder": Rule({"token": _TOKEN, "content": "words-lower"}),
        "AppointmentRegistration": Rule(
            {"patient_name": "strip", "date": "date", "doctor_name": "strip"}
        ),
        "BookHotel": Rule(),
        "Calculator": Rule({"formula": "spaceless"}),
        "CancelRegistration": Rule({"appointment_id": "strip"}),
        "CancelTimedSwitch": Rule(
            {"name": "lower", "time": "time"},
            renamed={"device_id": "name"},
            unwinnable=_PARAMETER,
        ),
        "DeleteAccount": Rule(),
        "DeleteAgenda": Rule({"token": _TOKEN, "content": ("equal", "any"), "location": "any"}),
        "DeleteAlarm": Rule(),
        "DeleteMeeting": Rule(
            {
                "token": _TOKEN,
                "meeting_topic": ("equal", "any"),
                "end_time": "any",
                "location": "any",
                "attendees": "any",
            },
            unwinnable="upstream's check asks for an argument (time) that no such call has",
        ),
        "DeleteReminder": Rule({"token": _TOKEN, "content": ("equal", "filled")}),
        "DeleteScene": Rule({"name": "lower"}),
        "Dictionary": Rule({"keyword": ("equal", "any")}),
        "DocumentQA": Rule({"url": "strip", "question": "strip"}),
        "EmergencyKnowledge": Rule({"symptom": "lower"}),
        "ForgotPassword": Rule(optional=("username", "email", "verification_code", "new_password")),
        "GetToday": Rule(),
        "GetUserToken": Rule(),
        "ImageCaption": Rule(),
        "ModifyAgenda": Rule({"token": _TOKEN, "content": ("equal", "words")}),
        "ModifyAlarm": Rule(),
        "ModifyMeeting": Rule({"meeting_topic": ("equal", "words")}, unwinnable=_ATTENDEES),
        "ModifyPassword": Rule(),
        "ModifyRegistration": Rule(
            {
                "appointment_id": "strip",
                "new_appointment_date": "date",
                "new_appointment_doctor": "strip",
            },
            optional=("new_appointment_date", "new_appointment_doctor"),
        ),
        "ModifyReminder": Rule({"token": _TOKEN, "content": ("equal", "words-lower")}),
        "OpenBankAccount": Rule(),
        "PlayMusic": Rule({"music_name": "lower"}),
        "QueryAgenda": Rule({"token": _TOKEN, "content": ("equal", "words")}),
        "QueryAlarm": Rule(),
        "QueryBalance": Rule({"token": ("equal", "strip")}),
        "QueryHealthData": Rule({"user_id": "upper", "start_time": "time", "end_time": "time"}),
        "QueryHistoryToday": Rule({"date": "day"}),
        "QueryMeeting": Rule({"meeting_topic": ("equal", "words")}, unwinnable=_ATTENDEES),
        "QueryRegistration": Rule({"patient_name": "strip", "date": "date"}),
        "QueryReminder": Rule({"token": _TOKEN, "content": ("equal", "words-lower")}),
        "QueryScene": Rule(
            {"name": "lower"},
            unwinnable="upstream's database spells the devices of a scene otherwise than the label",
        ),
        "QueryStock": Rule({"stock_code": "upper", "date": "date"}),
        "RecordHealthData": Rule(
            {"user_id": "upper", "time": "time", "health_data": "any"},
            unwinnable="upstream's API refuses health data in the form in which calls are read",
        ),
        "RegisterUser": Rule(),
        "SearchEngine": Rule({"keyword": ("equal", "any")}),
        "SendEmail": Rule({"receiver": ("equal", "lower"), "subject": "strip", "content": "strip"}),
        "SpeechRecognition": Rule(),
        "SymptomSearch": Rule({"symptom": "lower"}),
        "TimedSwitch": Rule(
            {"name": "lower", "time": "time"},
            renamed={"device_id": "name"},
            unwinnable=_PARAMETER,
        ),
        "ToolSearcher": Rule({"keywords": ("lower", "any")}),
        "Translate": Rule(
            {"src_lang": ("lower", "any"), "tgt_lang": ("lower", "any")},
            optional=("src_lang", "tgt_lang"),
        ),
        "Wiki": Rule({"keyword": ("equal", "any")}),
    }
)
"""Levels 1 and 2."""

_MANGLED = "upstream reads a list as the text before its first quotation mark"

SCENARIOS: Mapping[str, Rule] = MappingProxyType(
    {
        "AccountInfo": Rule(),
        "AddMeeting": Rule({"meeting_topic": "words"}, unwinnable=_MANGLED),
        "Calculator": Rule({"formula": "spaceless"}),
        "ClothingRecommendation": Rule(),
        "EmailReminder": Rule({"content": "filled"}),
        "FlightSearch": Rule(),
        "Geocoding": Rule(),
        "GetOccupationSalary": Rule(),
        "GetWeatherForCoordinates": Rule(),
        "HotelAvailability": Rule(),
        "LikeCount": Rule(),
        "MovieRecommendations": Rule(unwinnable=_MANGLED),
        "NearbyRestaurants": Rule(),
        "OrganizationMembers": Rule(),
        "PersonalInfoUpdate": Rule(),
        "QueryMeeting": Rule(),
        "TaxCalculator": Rule(),
        # Upstream splits the keywords at capitals before it searches.
        "ToolSearcher": Rule({"keywords": ("capitals", "any")}),
        "TravelStatus": Rule(),
        "UserMoviePreferences": Rule(),
        "UserPosts": Rule(),
        "UserWatchedMovies": Rule(),
    }
)
"""Level 3."""

FRESH_DATABASE = "upstream executes the call without those before it, which it builds on"
ON_A_FRESH_DATABASE = frozenset(
    {
        "ForgotPassword-ModifyPassword-GetUserToken-level-2-1#2",
        "ForgotPassword-RegisterUser-DeleteAccount-GetUserToken-level-2-1#2",
        "ForgotPassword-RegisterUser-DeleteAccount-GetUserToken-level-2-1#4",
        "ForgotPassword-RegisterUser-DeleteAccount-GetUserToken-level-2-1#8",
        "ForgotPassword-level-1-1#2",
        "ModifyPassword-ForgotPassword-DeleteAccount-GetUserToken-level-2-3#2",
        "ModifyPassword-ForgotPassword-DeleteAccount-GetUserToken-level-2-3#4",
        "RecordHealthData-AppointmentRegistration-QueryRegistration-level-2-2#4",
    }
)
"""Problems of level 1 whose right call upstream's evaluator finds wrong for that reason."""
