"""Keys come from the environment and are shown nowhere; addresses carry no secrets."""

import pytest

from harness.errors import UserError
from models.remote.endpoint import Endpoint

KEY = "abcdef-0123456789-uvwxyz"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "MY_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_the_key_comes_from_the_named_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f"{KEY}\n")  # as `export MY_KEY=$(cat file)` may leave it
    endpoint = Endpoint(key_env="MY_KEY")
    assert endpoint.key() == KEY
    assert KEY not in repr(endpoint)


def test_openai_needs_a_key() -> None:
    with pytest.raises(UserError, match=r"no key for api\.openai\.com/v1: set .* OPENAI_API_KEY"):
        Endpoint().key()


def test_a_server_named_by_its_address_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Endpoint("http://localhost:8000/v1").key() == "none"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8000/v1")
    assert Endpoint().key() == "none"


def test_a_variable_that_is_named_must_be_set() -> None:
    with pytest.raises(UserError, match="set the environment variable MY_KEY"):
        Endpoint("http://localhost:8000/v1", "MY_KEY").key()


@pytest.mark.parametrize("broken", ["two words-here", "key\nkey", "schlüssel"])
def test_a_key_that_no_header_can_carry_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", broken)
    with pytest.raises(UserError, match="OPENAI_API_KEY holds no key") as refused:
        Endpoint().key()
    assert broken not in str(refused.value)


@pytest.mark.parametrize("value", ["sk-proj-123456", "", "MY KEY"])
def test_a_key_given_in_place_of_a_name_is_not_repeated(value: str) -> None:
    with pytest.raises(UserError, match="NAME of an environment variable") as refused:
        Endpoint(key_env=value)
    assert not value or value not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:hunter2@host/v1",
        "https://hunter2@host/v1",
        "https://host/v1?api-key=hunter2",
        "https://host/v1#hunter2",
        "ftp://hunter2/v1",
        "hunter2",
        "http://hunter2:port/v1",
        "http://[hunter2/v1",
    ],
)
def test_an_unsafe_address_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    with pytest.raises(UserError, match="base_url") as refused:
        Endpoint(url)
    assert "hunter2" not in str(refused.value)
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(UserError, match="OPENAI_BASE_URL") as refused:
        _ = Endpoint().url
    assert "hunter2" not in str(refused.value)


def test_an_address_that_is_given_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere/v1")
    assert Endpoint("https://here:8443/api/v1/").shown == "here:8443/api/v1"
    assert Endpoint().shown == "elsewhere/v1"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"wrong key {KEY}!", "wrong key [key]!"),
        ("wrong key abcdef-01... given", "wrong key [key] given"),  # cut short
        ("wrong key (..uvwxyz) given", "wrong key [key] given"),
        ("Incorrect key: ab**********yz.", "Incorrect key: [key]"),
        ("of another: sk-proj-AbC_123456", "of another: [key]"),
        ("Authorization: Bearer xyz was sent", "Authorization: [key] was sent"),
        ("two\nlines \x1b[31mred", "two lines ?[31mred"),
        ("nothing to hide: task-force, risky", "nothing to hide: task-force, risky"),
    ],
)
def test_what_servers_say_is_shown_in_one_line_without_keys(
    monkeypatch: pytest.MonkeyPatch, said: str, shown: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert Endpoint().scrubbed(said) == shown


def test_a_long_message_is_cut() -> None:
    assert Endpoint().scrubbed("x" * 5000) == "x" * 400 + "..."


@pytest.mark.parametrize(
    ("url", "openai"),
    [
        (None, True),
        ("https://eu.api.openai.com/v1", True),
        ("https://mine.openai.azure.com/openai/v1", True),
        ("http://localhost:8000/v1", False),
        ("https://notopenai.com/v1", False),
    ],
)
def test_tells_openai_from_other_servers(url: str | None, openai: bool) -> None:
    assert Endpoint(url).openai == openai


@pytest.mark.parametrize(
    ("url", "host"),
    [(None, "api.openai.com"), ("http://localhost:8000/v1", "localhost")],
)
def test_prices_go_by_the_host(url: str | None, host: str) -> None:
    assert Endpoint(url).host == host
