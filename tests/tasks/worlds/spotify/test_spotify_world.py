"""The simulated music service: answers in its document's shape, state a session, errors as told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.loop import run, together
from harness.records import Observation, Problem, ToolCall
from tasks.reading.openapi import read_operations
from tasks.worlds.rest import RestSession
from tasks.worlds.spotify import SpotifyWorld
from tasks.worlds.spotify.finding import read_search, words_of
from tasks.worlds.spotify.generate import generate
from tasks.worlds.spotify.operations import OPERATIONS
from tasks.worlds.spotify.shape import shaped

UNCHANGED = {"world": "simulated"}


@pytest.fixture
def world(data: Path) -> SpotifyWorld:
    document = json.loads((data / "tooluse/restbench/spotify_oas.json").read_text())
    return SpotifyWorld(read_operations(document, "spotify_oas.json", "spotify"))


def opened(world: SpotifyWorld, problem: str = "other") -> RestSession:
    return run(world.open(Problem(problem, ())))


def told(session: RestSession, operation: str, /, **arguments: Any) -> Observation:
    return run(session.call(ToolCall(operation, arguments)))


def given(session: RestSession, operation: str, /, **arguments: Any) -> Any:
    observed = told(session, operation, **arguments)
    assert not observed.failed, observed.content
    return json.loads(observed.content) if observed.content else None


def error(session: RestSession, operation: str, /, **arguments: Any) -> tuple[int, str]:
    observed = told(session, operation, **arguments)
    assert observed.failed
    body = json.loads(observed.content)["error"]
    return body["status"], body["message"]


@pytest.mark.realdata
def test_every_operation_of_the_document_is_carried_out(data: Path) -> None:
    document = json.loads((data / "tooluse/restbench/spotify_oas.json").read_text())
    names = {tool.name for tool in read_operations(document, "spotify_oas.json")}
    methods = [name.partition(" ")[0] for name in names]
    assert names == OPERATIONS.keys()
    assert {m: methods.count(m) for m in methods} == {"GET": 23, "PUT": 8, "POST": 5, "DELETE": 4}


@pytest.mark.realdata
def test_answers_have_the_fields_that_the_document_requires(
    data: Path, world: SpotifyWorld
) -> None:
    """Held against the document by an independent validator."""
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads((data / "tooluse/restbench/spotify_oas.json").read_text())
    session = opened(world)
    artist = given(session, "GET /search", q="Coldplay", type=["artist"])["artists"]["items"][0]
    album = given(session, "GET /artists/{id}/albums", id=artist["id"])["items"][0]["id"]
    track = given(session, "GET /albums/{id}/tracks", id=album)["items"][0]["id"]
    playlist = given(session, "GET /me/playlists")["items"][0]["id"]
    wanted: dict[str, dict[str, Any]] = {
        "GET /search": {"q": "the", "type": "album,artist,track,playlist,show,episode"},
        "GET /me/following": {"type": "artist"},
        "GET /me/top/{type}": {"type": "tracks"},
        "GET /recommendations": {"seed_artists": artist["id"]},
        "GET /playlists/{playlist_id}": {"playlist_id": playlist},
        "GET /playlists/{playlist_id}/tracks": {"playlist_id": playlist},
    }
    ids = {"albums": album, "artists": artist["id"], "tracks": track}
    checked = 0
    for tool in read_operations(document, "spotify_oas.json"):
        if not tool.name.startswith("GET") or tool.returns is None:
            continue
        arguments = wanted.get(tool.name, {})
        if "{id}" in tool.name:
            arguments = {"id": ids[tool.name.split("/")[1]]}
        found = given(session, tool.name, **arguments)
        schema = _nullable(dict(tool.returns))
        problems = list(jsonschema.Draft202012Validator(schema).iter_errors(found))
        assert not problems, (tool.name, problems[0].message[:200], list(problems[0].path))
        checked += 1
    assert checked == 23
    assert session.state == UNCHANGED


def _nullable(schema: Any) -> Any:
    """The schema without alternatives, in which a field may be null, as the service's may."""
    if isinstance(schema, list):
        return [_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _nullable(value) for key, value in schema.items() if key != "oneOf"}
    if isinstance(told.get("type"), str):
        told["type"] = [told["type"], "null"]
    return {key: value for key, value in told.items() if key not in ("enum", "nullable")}


@pytest.mark.realdata
def test_facts_agree_across_operations(world: SpotifyWorld) -> None:
    session = opened(world)
    for album in generate(1).albums.values():
        whole = given(session, "GET /albums/{id}", id=album.id)
        songs = given(session, "GET /albums/{id}/tracks", id=album.id)["items"]
        assert [song["id"] for song in whole["tracks"]["items"]] == [song["id"] for song in songs]
        assert whole["total_tracks"] == len(songs)
        for artist in whole["artists"]:
            assert artist == given(session, "GET /artists/{id}", id=artist["id"])
        of_artist = given(
            session, "GET /artists/{id}/albums", id=whole["artists"][0]["id"], limit=50
        )
        assert album.id in [one["id"] for one in of_artist["items"]]
        track = given(session, "GET /tracks/{id}", id=songs[0]["id"])
        assert (track["album"]["id"], track["name"]) == (album.id, songs[0]["name"])
    playing = given(session, "GET /me/player/currently-playing")["item"]
    assert playing["id"] == given(session, "GET /me/player/queue")["currently_playing"]["id"]


@pytest.mark.realdata
def test_what_is_written_is_read_again_and_only_in_that_session(world: SpotifyWorld) -> None:
    one, other = opened(world), opened(world)
    swift = given(one, "GET /search", q="Taylor Swift", type=["artist"])["artists"]["items"][0]
    assert told(one, "PUT /me/following", type="artist", ids=swift["id"]).content == ""
    followed = given(one, "GET /me/following", type="artist")["artists"]["items"]
    assert swift["id"] in [artist["id"] for artist in followed]
    assert one.state == {"following": {"added": [swift["id"]]}, "world": "simulated"}
    assert other.state == run(one.again()).state == UNCHANGED
    given(one, "DELETE /me/following", type="artist", ids=[swift["id"]])
    assert one.state == UNCHANGED


@pytest.mark.realdata
def test_a_playlist_lives_from_its_making_on(world: SpotifyWorld) -> None:
    session = opened(world)
    me = given(session, "GET /me")["id"]
    made = given(session, "POST /users/{user_id}/playlists", user_id=me, name="Walks")
    hits = given(session, "GET /search", q="quiet", type=["track"], limit=3)["tracks"]["items"]
    uris = [hit["uri"] for hit in hits]
    path = {"playlist_id": made["id"]}
    given(session, "POST /playlists/{playlist_id}/tracks", **path, uris=",".join(uris[:2]))
    given(session, "POST /playlists/{playlist_id}/tracks", **path, uris=uris[2:], position=0)
    items = given(session, "GET /playlists/{playlist_id}/tracks", **path)["items"]
    assert [item["track"]["uri"] for item in items] == [uris[2], uris[0], uris[1]]
    gone = [{"uri": uris[0]}]
    given(session, "DELETE /playlists/{playlist_id}/tracks", **path, tracks=gone)
    given(session, "PUT /playlists/{playlist_id}", **path, name="Long walks", description="far")
    assert given(session, "GET /me/playlists")["items"][0]["name"] == "Long walks"
    assert session.state == {
        "playlists": {"new": [{"name": "Long walks", "tracks": sorted(uris[1:])}]},
        "world": "simulated",
    }


@pytest.mark.realdata
def test_the_player_plays_queues_skips_and_goes_back(world: SpotifyWorld) -> None:
    session = opened(world)
    before = given(session, "GET /me/player/queue")
    queued = [item["uri"] for item in before["queue"]]
    given(session, "POST /me/player/next")
    assert given(session, "GET /me/player")["item"]["uri"] == queued[0]
    given(session, "POST /me/player/previous")
    now = given(session, "GET /me/player")["item"]["uri"]
    assert now == before["currently_playing"]["uri"]
    given(session, "PUT /me/player/pause")
    assert error(session, "PUT /me/player/pause")[0] == 403
    rock = given(session, "GET /me/playlists")["items"][1]
    given(session, "PUT /me/player/play", context_uri=rock["uri"], offset={"position": 1})
    items = given(session, "GET /playlists/{playlist_id}/tracks", playlist_id=rock["id"])["items"]
    state = given(session, "GET /me/player")
    assert state["item"]["uri"] == items[1]["track"]["uri"]
    assert (state["is_playing"], state["context"]["uri"]) == (True, rock["uri"])
    given(session, "PUT /me/player/volume", volume_percent="7")
    devices = given(session, "GET /me/player/devices")["devices"]
    assert [d["volume_percent"] for d in devices if d["is_active"]] == [7]


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("operation", "arguments", "status"),
    [
        ("GET /tracks/{id}", {"id": "nobody"}, 404),
        ("GET /tracks/{id}", {"id": "no-id!"}, 400),
        ("GET /tracks/{id}", {}, 400),
        ("GET /search", {"q": " ", "type": ["track"]}, 400),
        ("GET /search", {"q": "x", "type": ["song"]}, 400),
        ("GET /search", {"q": "x", "type": {"a": 1}}, 400),
        ("GET /me/albums", {"limit": 51}, 400),
        ("GET /me/albums", {"limit": "many"}, 400),
        ("GET /me/albums", {"offset": -1}, 400),
        ("GET /me/top/{type}", {"type": "albums"}, 400),
        ("PUT /me/tracks", {"ids": []}, 400),
        ("PUT /me/tracks", {"ids": [1]}, 400),
        ("PUT /me/tracks", {"ids": ["x"] * 51}, 400),
        ("PUT /me/following", {"type": "label", "ids": "x"}, 400),
        ("PUT /me/player/volume", {"volume_percent": 101}, 400),
        ("PUT /me/player/volume", {"volume_percent": True}, 400),
        ("PUT /me/player/repeat", {"state": "twice"}, 400),
        ("PUT /me/player/play", {"context_uri": "spotify:track:x"}, 400),
        ("PUT /me/player/play", {"uris": []}, 400),
        ("PUT /me/player/play", {"uris": ["spotify:album:x"]}, 400),
        ("POST /me/player/queue", {"uri": "spotify:track:x"}, 404),
        ("POST /users/{user_id}/playlists", {"user_id": "somebody", "name": "x"}, 403),
        ("POST /users/{user_id}/playlists", {"user_id": "robin.hale", "name": " "}, 400),
        ("DELETE /playlists/{playlist_id}/tracks", {"playlist_id": "x", "tracks": []}, 404),
        ("GET /recommendations", {}, 400),
        ("GET /shows/{id}", {"id": "x"}, 404),
    ],
)
def test_a_mistake_is_told_as_the_service_tells_it(
    world: SpotifyWorld, operation: str, arguments: dict[str, Any], status: int
) -> None:
    session = opened(world)
    found, message = error(session, operation, **arguments)
    assert found == status
    assert message
    assert session.state == UNCHANGED


@pytest.mark.realdata
def test_a_playlist_of_somebody_else_is_not_changed(world: SpotifyWorld) -> None:
    session = opened(world)
    other = given(session, "GET /me/playlists")["items"][-1]
    assert other["owner"]["id"] != given(session, "GET /me")["id"]
    path = {"playlist_id": other["id"]}
    assert error(session, "PUT /playlists/{playlist_id}", **path, name="Mine")[0] == 403


@pytest.mark.realdata
def test_pages_join_up_to_the_whole(world: SpotifyWorld) -> None:
    session = opened(world)
    whole = given(session, "GET /me/tracks", limit=50)
    pages = [given(session, "GET /me/tracks", limit=4, offset=offset) for offset in (0, 4)]
    assert [item for page in pages for item in page["items"]] == whole["items"]
    assert [page["next"] is None for page in pages] == [False, True]
    assert [page["previous"] is None for page in pages] == [True, False]
    assert {page["total"] for page in pages} == {len(whole["items"])}
    first = given(session, "GET /me/following", type="artist", limit=1)["artists"]
    behind = given(
        session, "GET /me/following", type="artist", after=first["cursors"]["after"], limit=50
    )
    assert len(behind["artists"]["items"]) == first["total"] - 1


@pytest.mark.realdata
def test_sessions_side_by_side_answer_as_each_alone(world: SpotifyWorld) -> None:
    async def attempt(volume: int) -> tuple[list[str], Any]:
        session = await world.open(Problem("other", ()))
        calls = [
            ToolCall("PUT /me/player/volume", {"volume_percent": volume}),
            ToolCall("POST /me/player/next"),
            ToolCall("GET /me/player"),
        ]
        return [(await session.call(call)).content for call in calls], session.state

    alone = [run(attempt(volume)) for volume in (10, 20, 30)]
    side_by_side = run(together([attempt(volume) for volume in (10, 20, 30)]))
    assert list(side_by_side) == alone
    assert [state["player"]["volume"] for _, state in alone] == [10, 20, 30]


@pytest.mark.realdata
def test_other_seeds_are_other_worlds_of_the_same_kind(data: Path) -> None:
    document = json.loads((data / "tooluse/restbench/spotify_oas.json").read_text())
    operations = read_operations(document, "spotify_oas.json")
    asked = {"q": "Mojito", "type": ["album"]}
    found = [
        given(opened(SpotifyWorld(operations, seed)), "GET /search", **asked)["albums"]["items"][0]
        for seed in (1, 1, 2)
    ]
    assert found[0] == found[1]
    assert [album["name"] for album in found] == ["Mojito"] * 3
    assert found[0]["id"] != found[2]["id"]


def test_the_newest_album_of_an_artist_is_one() -> None:
    world = generate(1)
    for albums in world.albums_of.values():
        days = [album.released for album in albums]
        assert len(set(days)) == len(days)
        assert days == sorted(days, reverse=True)


def test_a_search_is_read_into_words_and_filters() -> None:
    assert words_of("The Beatle's") == words_of("the Beatles") == ("the", "beatles")
    wanted = read_search('love artist:"Lana Del Rey" year:2000-2012')
    assert wanted.words == ("love",)
    assert wanted.filters == {"artist": "Lana Del Rey", "year": "2000-2012"}
    assert read_search("genre:alt-rock").filters == {"genre": "alt-rock"}
    assert read_search("note:this").words == ("note", "this")


def test_a_field_without_a_fact_gets_the_documents_example() -> None:
    song = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "mood": {"type": "string"}},
    }
    song["properties"]["mood"]["example"] = "calm "  # type: ignore[index]
    page = {"type": "object", "properties": {"items": {"type": "array", "items": song}}}
    schema = {"allOf": [{"properties": {"songs": page}}, {"properties": {"others": page}}]}
    told = shaped(schema, {"songs": {"items": [{"name": "Dune", "heard": 3}]}})
    assert told == {"songs": {"items": [{"name": "Dune", "mood": "calm", "heard": 3}]}}
