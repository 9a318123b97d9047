"""Signing in: sessions end, guesses are throttled, other sites' requests are refused, changes of rights count."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import argon2
import pytest
import structlog
from sqlalchemy import Connection, event

from evidence.catalog import schema
from evidence.clock import ManualClock
from evidence.entries import AccountChanged, SessionOpened, ViewingClosed
from evidence.errors import Conflict, Invalid, NotFound, Unauthenticated
from player.accounts import Accounts
from player.sessions import SessionLimits, Sessions
from tests.integration.player.conftest import Sealed
from tests.integration.player.site import OFFICER, PASSWORD, Browser, Response, Server, Store, add_people, opened

WRONG = "wrong password"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))


@pytest.fixture
def people(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with opened(tmp_path, clock) as store:
        add_people(store)
        yield store


def _sign_in(server: Server, account: str, password: str = PASSWORD) -> Browser:
    browser = Browser(server.port)
    browser.post("/api/v1/session", {"account": account, "password": password})
    return browser


def _still_in(browser: Browser) -> bool:
    return browser.get("/api/v1/session").status == 200


def test_the_cookie_and_what_is_stored(people: Store) -> None:
    with Server(people) as server:
        answer = Browser(server.port).post("/api/v1/session", {"account": "legal", "password": PASSWORD})
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
        token = cookie.partition("=")[2].partition(";")[0]
        [row] = people.rows(schema.sessions)
        assert token not in str(row) and len(token) >= 43
        [entry] = people.entries(SessionOpened)
        assert (entry.account, row["token_hash"][:16]) == ("legal", entry.session)
        assert PASSWORD not in str(people.entries()) + str(people.rows(schema.accounts))


def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(people: Store, clock: ManualClock) -> None:
    with Server(people) as server:
        browser = _sign_in(server, "legal")
        for _ in range(51):
            clock.advance(timedelta(minutes=14))
            assert _still_in(browser)
            people.writer.write(lambda _connection: None)  # behind the note that the session was used
        # 11 h 54 min after signing in, always used within the half hour.
        clock.advance(timedelta(minutes=7))
        assert not _still_in(browser)
        idle = _sign_in(server, "legal")
        clock.advance(timedelta(minutes=31))
        assert not _still_in(idle)


def test_a_page_left_open_keeps_no_session_alive(people: Store, clock: ManualClock) -> None:
    with Server(people) as server:
        browser = _sign_in(server, "legal")
        # What every page asks again and again, with nobody in front of it.
        for _ in range(4):
            clock.advance(timedelta(minutes=8))
            status = browser.get("/api/v1/attention").status
            people.writer.write(lambda _connection: None)  # behind the note that the session was used, if there is one
        assert status == 401
        assert not _still_in(browser)


def test_a_screen_at_the_dock_stays_signed_in_and_nobody_else_by_its_name(people: Store, clock: ManualClock) -> None:
    limits = SessionLimits(screens=frozenset((OFFICER, "legal")))
    with Server(people, limits=limits) as server:
        screen, legal = _sign_in(server, OFFICER), _sign_in(server, "legal")
        clock.advance(timedelta(days=2))
        _sign_in(server, "oversight")  # which tidies away what was not used
        assert screen.get("/api/v1/bays").status == 200
        assert not _still_in(legal), "who may see footage is no screen"
        clock.advance(timedelta(days=28))
        assert not _still_in(screen)


def test_signing_out_ends_the_session_and_its_viewings(server: Server, sealed: Sealed, store: Store) -> None:
    browser = server.browser(OFFICER)
    browser.open(sealed.own)
    cookie = browser.cookie
    assert browser.delete("/api/v1/session").status == 204
    assert browser.cookie == 'mediad_session=""'
    browser.cookie = cookie
    assert not _still_in(browser)
    assert [entry.reason for entry in store.entries(ViewingClosed)] == ["signed-out"]


def test_a_session_holds_so_many_viewings_however_fast_it_asks(server: Server, sealed: Sealed) -> None:
    legal = server.browser("legal")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _n: legal.open(sealed.own), range(48)))
    assert Counter(each.status for each in answers) == {201: 32, 409: 16}
    open_ = next(each.json["id"] for each in answers if each.status == 201)
    assert legal.post(f"/api/v1/viewings/{open_}/close").status == 204
    assert [legal.open(sealed.own).status for _ in range(2)] == [201, 409], "room for one more, and no more"


def test_guesses_at_an_account_are_throttled(people: Store, clock: ManualClock) -> None:
    with Server(people) as server:
        browser = Browser(server.port)

        def guess(account: str, password: str = WRONG) -> int:
            return browser.post("/api/v1/session", {"account": account, "password": password}).status

        assert [guess("legal") for _ in range(6)] == [401] * 5 + [429]
        # Even the right password waits; other accounts do not.
        assert guess("legal", PASSWORD) == 429
        assert guess("oversight", PASSWORD) == 200
        throttled = browser.post("/api/v1/session", {"account": "legal", "password": PASSWORD})
        assert 890 <= int(throttled.headers["Retry-After"]) <= 901
        clock.advance(timedelta(minutes=15, seconds=1))
        assert guess("legal", PASSWORD) == 200
        assert people.rows(schema.sign_in_failures) == []


def test_guesses_from_an_address_are_throttled_across_accounts(people: Store) -> None:
    limits = SessionLimits(failures_per_address=4)
    with Server(people, limits=limits, trusted_proxies=("127.0.0.1",)) as server:

        def guess(account: str, address: str) -> int:
            body = {"account": account, "password": WRONG}
            return Browser(server.port).post("/api/v1/session", body, X_Forwarded_For=address).status

        assert [guess(f"nobody-{n}", "10.1.1.1") for n in range(5)] == [401] * 4 + [429]
        assert guess("nobody-9", "10.1.1.2") == 401
        # What the client itself wrote before the proxy's word is not believed.
        assert guess("nobody-9", "10.9.9.9, 10.1.1.1") == 429


def test_a_proxy_that_adds_its_word_as_a_line_of_its_own_is_believed_and_the_client_is_not(people: Store) -> None:
    limits = SessionLimits(failures_per_address=4)
    with Server(people, limits=limits, trusted_proxies=("127.0.0.1",)) as server:

        def guess(n: int) -> int:
            body = json.dumps({"account": f"nobody-{n}", "password": WRONG}).encode()
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.putrequest("POST", "/api/v1/session")
            for name, value in (
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(body))),
                ("X-Forwarded-For", f"10.7.7.{n}"),  # the client's own
                ("X-Forwarded-For", "10.1.1.1"),
            ):
                connection.putheader(name, value)
            connection.endheaders(body)
            with contextlib.closing(connection):
                return connection.getresponse().status

        assert [guess(n) for n in range(5)] == [401] * 4 + [429]


def test_another_spelling_of_a_name_and_the_neighbours_of_an_address_are_no_way_past(people: Store) -> None:
    people.accounts.create("Jos\u00e9", "José", ("legal",), None, PASSWORD, by="test")
    limits = SessionLimits(failures_per_account=3, failures_per_address=4)
    with Server(people, limits=limits, trusted_proxies=("127.0.0.1",)) as server:

        def guess(account: str, address: str) -> int:
            body = {"account": account, "password": WRONG}
            return Browser(server.port).post("/api/v1/session", body, X_Forwarded_For=address).status

        spellings = ("Jos\u00e9", "Jose\u0301") * 2
        assert [guess(each, f"10.2.2.{n}") for n, each in enumerate(spellings)] == [401] * 3 + [429]
        # One subscriber has all of these; the next network is somebody else's.
        neighbours = [f"2001:db8:1:2::{n:x}" for n in range(1, 6)]
        assert [guess(f"nobody-{n}", each) for n, each in enumerate(neighbours)] == [401] * 4 + [429]
        assert guess("nobody-9", "2001:db8:1:3::1") == 401


def test_a_refused_sign_in_is_a_log_record_without_what_may_be_a_password(people: Store) -> None:
    with Server(people) as server, structlog.testing.capture_logs() as records:
        for account in ("legal", "my secret password"):
            Browser(server.port).post("/api/v1/session", {"account": account, "password": WRONG})
    found = [(each["account"], each["address"]) for each in records if each.get("action") == "session.refused"]
    assert found == [("legal", "127.0.0.1"), ("unknown", "127.0.0.1")]
    assert "secret" not in str(records) and WRONG not in str(records)


def test_signing_out_counts_while_the_session_is_being_looked_up(people: Store) -> None:
    """What was read before the sign-out must not be believed after it."""
    sessions = Sessions(people.engine, people.writer, people.ledger, people.accounts, people.clock)
    token, session = sessions.open("legal", PASSWORD, "10.0.0.1")
    asking, done = threading.get_ident(), []

    def meanwhile(connection: Connection) -> None:
        # The row was read, and is not believed yet.
        if threading.get_ident() == asking and not done:
            done.append(True)
            sessions.close(session)

    event.listen(people.engine, "commit", meanwhile)
    try:
        sessions.resolve(token)
    finally:
        event.remove(people.engine, "commit", meanwhile)
    assert done and sessions.believed(token) is None
    with pytest.raises(Unauthenticated):
        sessions.resolve(token)


def test_a_password_changed_while_the_old_one_is_looked_at_lets_nobody_in(people: Store) -> None:
    class Slow(argon2.PasswordHasher):
        """Somebody acts while this one reckons."""

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            found = super().verify(hash, password)
            people.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
            people.accounts.set_password("legal", "another long one", by="cli:root")
            return found

    slow = Accounts(people.engine, people.ledger, people.clock, Slow(time_cost=1, memory_cost=8, parallelism=1))
    sessions = Sessions(people.engine, people.writer, people.ledger, slow, people.clock)
    with pytest.raises(Unauthenticated):
        sessions.open("legal", PASSWORD, "10.0.0.1")
    assert people.rows(schema.sessions) == [] and people.entries(SessionOpened) == []


def test_success_forgives_only_its_own_address(people: Store) -> None:
    with Server(people, trusted_proxies=("127.0.0.1",)) as server:

        def try_it(password: str, address: str) -> int:
            body = {"account": "legal", "password": password}
            return Browser(server.port).post("/api/v1/session", body, X_Forwarded_For=address).status

        assert [try_it(WRONG, "10.6.6.6") for _ in range(4)] == [401] * 4
        assert try_it(PASSWORD, "10.1.1.1") == 200
        assert try_it(WRONG, "10.6.6.6") == 401
        assert try_it(WRONG, "10.6.6.6") == 429


def test_unsafe_requests_need_the_token_and_the_same_site(server: Server, sealed: Sealed) -> None:
    browser = server.browser(OFFICER)
    right, browser.csrf = browser.csrf, ""
    assert browser.open(sealed.own).status == 403
    browser.csrf = right[:-1] + "\u00e9"
    assert browser.open(sealed.own).status == 403
    browser.csrf = right
    foreign = {"scope": "library", "purpose": "case", "note": ""}
    assert browser.post("/api/v1/viewings", foreign, Sec_Fetch_Site="cross-site").status == 403
    assert browser.post("/api/v1/viewings", foreign, Sec_Fetch_Site="same-site").status == 403
    assert browser.post("/api/v1/viewings", foreign, Sec_Fetch_Site="same-origin").status == 201
    sign_in = {"account": OFFICER, "password": PASSWORD}
    assert Browser(server.port).post("/api/v1/session", sign_in, Sec_Fetch_Site="cross-site").status == 403
    other = server.browser("legal")
    other.csrf = right
    assert other.open(None).status == 403


def test_disabling_an_account_ends_its_sessions(people: Store, clock: ManualClock) -> None:
    with Server(people) as server:
        browser = _sign_in(server, "legal")
        assert _still_in(browser)
        people.accounts.set_enabled("legal", False, by="cli:root")
        clock.advance(timedelta(seconds=6))
        assert not _still_in(browser)
        refused = Browser(server.port).post("/api/v1/session", {"account": "legal", "password": PASSWORD})
        unknown = Browser(server.port).post("/api/v1/session", {"account": "nobody", "password": PASSWORD})
        assert refused.status == unknown.status == 401
        assert refused.body == unknown.body


def test_a_password_of_ones_own_ends_every_session_and_is_guessed_at_no_faster(people: Store) -> None:
    with Server(people) as server:
        here, elsewhere = _sign_in(server, "legal"), _sign_in(server, "legal")
        here.csrf = here.get("/api/v1/session").json["csrf"]
        viewing = here.open(None).json["id"]

        def change(old: str, new: str) -> Response:
            return here.post("/api/v1/session/password", {"old": old, "new": new})

        assert _still_in(elsewhere)
        assert (change(WRONG, "my own long one").status, change(PASSWORD, "short").status) == (403, 400)
        assert (change(PASSWORD, PASSWORD).status, change(PASSWORD, "Legal" * 2).status) == (409, 204)
        assert not _still_in(here) and not _still_in(elsewhere)
        assert [(entry.viewing, entry.reason) for entry in people.entries(ViewingClosed)] == [(viewing, "signed-out")]
        assert [entry.by for entry in people.entries(AccountChanged) if entry.account == "legal"] == ["test", "legal"]
        assert not _still_in(_sign_in(server, "legal"))
        here = _sign_in(server, "legal", "Legal" * 2)
        here.csrf = here.get("/api/v1/session").json["csrf"]
        assert [change(WRONG, "my own long one").status for _ in range(6)] == [403] * 5 + [429]


def test_accounts_change_with_an_entry_each(people: Store) -> None:
    accounts = people.accounts
    accounts.set_password("legal", "another long one", by="cli:root")
    accounts.change("legal", roles=("oversight", "legal"), unit="法制科", by="cli:root")
    with Server(people) as server:
        browser = _sign_in(server, "legal", "another long one")
        assert browser.get("/api/v1/session").json["roles"] == ["legal", "oversight"]
        assert not _still_in(_sign_in(server, "legal"))
    changed = [entry for entry in people.entries(AccountChanged) if entry.account == "legal"]
    assert [entry.by for entry in changed] == ["test", "cli:root", "cli:root"]
    assert changed[-1].roles == ("legal", "oversight") and changed[-1].unit == "法制科"
    assert [each.name for each in accounts.list()] == sorted(each.name for each in accounts.list())


def test_unusable_accounts_are_refused(people: Store) -> None:
    accounts, before = people.accounts, len(people.entries())
    for name, roles, password, error in (
        ("a b", ("legal",), PASSWORD, Invalid),
        ("", ("legal",), PASSWORD, Invalid),
        ("x", ("chief",), PASSWORD, Invalid),
        ("x", (), PASSWORD, Invalid),
        ("x", ("legal",), "short", Invalid),
        ("wang-xiaoming", ("legal",), "Wang-Xiaoming", Invalid),
        ("legal", ("legal",), PASSWORD, Conflict),
    ):
        with pytest.raises(error):
            accounts.create(name, "X", roles, None, password, by="test")
    with pytest.raises(NotFound):
        accounts.set_enabled("nobody", False, by="test")
    assert len(people.entries()) == before
    assert accounts.create("王伟", "王伟", ("officer",), "一大队", PASSWORD, by="test").name == "王伟"
