"""A music service to be called without one: catalogue, library, playlists and player, simulated."""

from tasks.worlds.spotify.world import SpotifyWorld

__all__ = ["SpotifyWorld"]
