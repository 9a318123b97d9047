"""Lets people see footage: sign-in, viewings, playlists, the HTTP API and the web UI."""
