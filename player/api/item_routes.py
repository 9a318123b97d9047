"""The routes of the item list; part of the one route table in `player.api.routes`."""

from __future__ import annotations

from player.api import item_shapes as s
from player.api import items
from player.api.case_shapes import MadeAnswer
from player.api.item_list_shapes import ItemsAnswer
from player.api.route import Guard, Route

_SESSION = Guard("session")
_PROPOSE = Guard("site", "items.propose")

ITEM_ROUTES: tuple[Route, ...] = (
    Route("GET", "/items", "The item list in force", _SESSION, items.in_force, ItemsAnswer),
    Route("GET", "/items/history", "Lists that were in force, and proposals", _SESSION, items.history, s.HistoryAnswer),
    Route("GET", "/items/lists/{digest}", "One list, its text and its changes", _SESSION, items.one, s.ListAnswer),
    Route(
        "POST",
        "/items/draft",
        "Change values in a list's text, and check it",
        _PROPOSE,
        items.draft,
        s.DraftAnswer,
        body=s.DraftBody,
    ),
    Route(
        "POST",
        "/items/proposals",
        "Propose another list",
        _PROPOSE,
        items.propose_list,
        MadeAnswer,
        body=s.ProposalBody,
        status=201,
    ),
    Route(
        "POST",
        "/items/proposals/{proposal}/decision",
        "Approve or reject a proposed list",
        Guard("site", "items.approve"),
        items.decide_list,
        body=s.ItemsDecisionBody,
    ),
)
