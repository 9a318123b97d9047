"""At the door, before anybody is known: what is no HTTP, what never ends, and too many at once."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.clock import ManualClock
from player.api.connections import ConnectionLimits
from player.sign_in_gate import MAX_OF_ONE_ORIGIN
from tests.integration.player.site import Browser, Server, Store, add_people, opened
from tests.sites import PASSWORD

QUICK = ConnectionLimits(head_s=0.5, body_s=0.5, body_bytes_per_s=50_000, look_s=0.1, most=40)
BODY = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n"
SITE = b"GET /api/v1/site HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("site"), ManualClock(datetime(2026, 11, 24, 8, tzinfo=UTC))) as store:
        add_people(store)
        yield store


@pytest.fixture(scope="module")
def server(store: Store) -> Iterator[Server]:
    with Server(store, connections=QUICK) as running:
        yield running


def dial(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def heard(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    data = b""
    try:
        while piece := connection.recv(65_536):
            data += piece
    except ConnectionResetError:
        pass
    return data


def count(server: Server, why: str) -> float:
    assert server.services is not None
    return server.services.metrics.registry.get_sample_value("mediad_http_cut_total", {"why": why}) or 0


ODD = {
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a request line of one word": b"GET\r\n\r\n",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a method with brackets": b"G[E]T / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost x\r\n\r\n",
    "a header with a null": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n",
    "a header that is too long": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 20_000 + b"\r\n\r\n",
    "too many headers": b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(300)) + b"\r\n",
    "a path that is too long": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "two lengths": b"POST /api/v1/session HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "a length below nought": b"POST /api/v1/session HTTP/1.1\r\nContent-Length: -3\r\n\r\n",
    "a length and chunks": (
        b"POST /api/v1/session HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "a chunk of no length": (
        b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"
    ),
    "a body that cannot be unpacked": (
        b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: 8\r\n\r\nnot gzip"
    ),
    "an expectation that nobody has": b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: cake\r\n\r\n",
    "an expectation of nothing": b"GET /api/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: cake\r\n\r\n",
    "an unknown path": b"GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "a wrong method": b"TRACE /api/v1/site HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "a wrong method of a page": b"PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "a body that is too large": (
        b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: 300000\r\n\r\n" + b" " * 300_000
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_request_is_answered_in_our_words(server: Server, name: str) -> None:
    with dial(server) as connection:
        connection.sendall(ODD[name])
        answer = heard(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    headers = {line.partition(b":")[0].lower(): line.partition(b":")[2].strip() for line in head.split(b"\r\n")[1:]}
    assert 400 <= status < 500, head
    error = json.loads(body)["error"]
    assert error["code"] in ("invalid", "not-found", "method-not-allowed", "too-large") and error["message"]
    assert headers[b"content-type"] == b"application/json; charset=utf-8"
    assert headers[b"server"] == b"mediad" and headers[b"cache-control"] == b"no-store"
    assert (
        headers[b"x-content-type-options"] == b"nosniff"
        and b"default-src 'none'" in headers[b"content-security-policy"]
    )
    for word in (b"aiohttp", b"python", b"traceback"):
        assert word not in answer.lower()


def test_a_broken_request_closes_its_connection_and_says_so(server: Server) -> None:
    with dial(server) as connection:
        connection.sendall(b"nonsense\r\n\r\n" + SITE)
        answer = heard(connection)
    # To HTTP 1.0, as far as anybody knows: there a connection ends with its answer, unless it says otherwise.
    assert answer.startswith(b"HTTP/1.0 400 ") and answer.count(b"HTTP/1") == 1 and b"keep-alive" not in answer


def test_a_head_that_never_ends_is_cut_and_others_are_served_meanwhile(server: Server) -> None:
    before = count(server, "slow")
    slow = [dial(server) for _ in range(20)]
    ended = threading.Event()

    def trickle() -> None:
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        while not ended.wait(0.05):
            for connection in slow:
                try:
                    connection.sendall(b"X-A: b\r\n")
                except OSError:
                    continue

    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(trickle)
        began_s = time.monotonic()
        while count(server, "slow") < before + len(slow):
            assert Browser(server.port).get("/api/v1/site").status == 200
            assert time.monotonic() - began_s < 30
        ended.set()
        work.result(20)
    for connection in slow:
        connection.close()


def test_a_body_that_never_ends_is_cut(server: Server) -> None:
    before = count(server, "slow")
    head = (
        b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n"
    )
    with dial(server) as connection:
        connection.sendall(head)
        began_s = time.monotonic()
        while count(server, "slow") == before:
            assert time.monotonic() - began_s < 30
            try:
                connection.sendall(b" ")
            except OSError:
                break
            time.sleep(0.02)
        assert heard(connection) == b""
    assert count(server, "slow") == before + 1


def test_a_connection_that_waits_between_requests_is_not_slow(server: Server) -> None:
    before = count(server, "slow")
    with dial(server) as connection:
        for _ in range(3):
            connection.sendall(SITE)
            assert b" 200 " in connection.recv(65_536)
            time.sleep(0.4)
        # As one that has been looked at often enough to be cut, if it were.
        with dial(server) as silent:
            assert heard(silent) == b"" and count(server, "slow") == before + 1
        connection.sendall(SITE)
        assert b" 200 " in connection.recv(65_536)


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\n", BODY], ids=["silent", "head", "body"])
def test_when_all_places_are_taken_who_has_waited_longest_makes_room(store: Store, begun: bytes) -> None:
    with (
        ExitStack() as crowd,
        Server(store, connections=replace(QUICK, head_s=60, body_s=60)) as server,
        dial(server) as kept,
    ):
        for n in range(3 * QUICK.most):
            crowd.enter_context(dial(server)).sendall(begun)
            assert Browser(server.port).get("/api/v1/site").status == 200
            if n % 10 == 9:
                kept.sendall(SITE)
                assert b" 200 " in kept.recv(65_536), "who asks now and then stays"
        assert count(server, "room") > QUICK.most


def test_a_flood_of_sign_ins_is_turned_away_at_once_and_nobody_else_waits(store: Store, tmp_path: Path) -> None:
    with Server(store) as server:

        def guess(n: int) -> tuple[int, float]:
            began_s = time.monotonic()
            body = {"account": f"nobody-{n % 7}", "password": "a wrong password"}
            answer = Browser(server.port).post("/api/v1/session", body)
            if answer.status == 429:
                assert int(answer.headers["Retry-After"]) >= 1
            return answer.status, time.monotonic() - began_s

        with ThreadPoolExecutor(60) as pool:
            flood = pool.map(guess, range(120))
            for _ in range(20):
                assert Browser(server.port).get("/api/v1/site").status == 200
            statuses = Counter(status for status, _ in flood)
        assert set(statuses) == {401, 429} and statuses[429] > statuses[401] >= MAX_OF_ONE_ORIGIN
        signed_in = Browser(server.port).post("/api/v1/session", {"account": "legal", "password": PASSWORD})
        assert signed_in.status in (200, 429), "from the flood's own address it is throttled"
