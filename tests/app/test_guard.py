"""Who may come in: the guard asked directly, and the participants' page over real sockets."""

import asyncio
import http.client
import json
import re
import socket
import threading
import time
from contextlib import suppress
from urllib.parse import urlencode

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from websockets.sync.client import connect

from empowersim.app import patience, server
from empowersim.app.guard import AT_ONCE, MOST_BODY, Guard, _whole
from empowersim.app.patience import Patience
from empowersim.app.room import phone
from empowersim.app.room.betting import MOST_PARTICIPANTS, ROOM, Question, Room
from empowersim.app.room.tries import MOST_ADDRESSES, Allowance, PerAddress, Tries

KERNEL = "01234567-89ab-cdef-0123-456789abcdef"
ASKED = '{"header": {"msg_type": "comm_msg"}, "channel": "shell", "content": {"comm_id": "a-1"}}'
"""What passes for a message of a kernel."""
CHANNELS = f"/jupyter/api/kernels/{KERNEL}/channels"
CLOSE = f"/_solara/api/close/{KERNEL}"
PHONE = "192.168.1.77"
KEY = "a-long-key"
PIN_TRIES = 10**6
WORKSHOP = 2 * 3600


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


async def inner(scope, receive, send):
    """The app behind the guard: reads all, and tells which headers it got."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    while (await receive()).get("more_body"):
        pass
    names = ",".join(name.decode() for name, _ in scope["headers"])
    await PlainTextResponse("through " + names)(scope, receive, send)


class Answer:
    def __init__(self, sent):
        self.sent = sent
        self.status = sent[0].get("status") if sent else None
        self.headers = {
            name.decode(): value.decode()
            for name, value in (sent[0].get("headers", []) if sent else [])
        }
        self.body = b"".join(each.get("body", b"") for each in sent).decode()

    @property
    def through(self):
        return self.body.startswith("through") or self.sent[0]["type"] == "websocket.accept"


def ask(guard, path="/", method="GET", client="127.0.0.1", host="localhost:8765", **more):
    kind, body = more.pop("kind", "http"), more.pop("body", b"")
    headers = {"host": host} | {name.replace("_", "-"): value for name, value in more.items()}
    path, _, query = path.partition("?")
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value],
        "client": (client, 50000),
        "server": ("192.168.1.5" if client == PHONE else "127.0.0.1", 8765),
        "scheme": "http" if kind == "http" else "ws",
        "root_path": "",
    }
    sent = []
    parts = [body[i : i + 4096] for i in range(0, len(body), 4096)] or [b""]

    async def receive():
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    asyncio.run(guard(scope, receive, send))
    return Answer(sent)


def guard(sessions=(), most=40, key=None, app=inner):
    return Guard(app, lambda: dict.fromkeys(sessions, "own"), most, key)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "localhost:8765@evil.example", "", "a b"),
        *("192.168.1.5:8765", "localhost:99999999", "localhost/", "[::1", "127.0.0.1.nip.io"),
    ],
)
def test_a_foreign_host_is_refused(host):
    assert ask(guard(), host=host).status == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8765", "127.0.0.1:8765", "[::1]:8765"])
def test_own_hosts(host):
    assert ask(guard(), host=host).through


def test_from_the_network_the_address_that_was_reached_is_a_host_and_no_other():
    shared = guard(key=KEY)
    assert ask(shared, "/join", client=PHONE, host="192.168.1.5:8765").through
    assert ask(shared, "/join", client=PHONE, host="192.168.1.6:8765").status == 421
    assert ask(shared, "/join", client=PHONE, host=f"{socket.gethostname()}:8765").through


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost:3000", "null", "", "localhost:8765"]
)
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/join", "http"),
        (f"{CLOSE}?session_id=1", "http"),
        (f"{CHANNELS}?session_id=1", "websocket"),
    ],
)
def test_a_foreign_origin_is_refused(path, kind, origin):
    answer = ask(guard(), path, "POST", kind=kind, origin=origin)
    refused = {"type": "websocket.close", "code": 1008, "reason": ""}
    assert answer.status == 403 if kind == "http" else answer.sent == [refused]
    assert ask(guard(), path, "POST", kind=kind, origin="http://localhost:8765").through


@pytest.mark.parametrize(
    "path",
    [
        *("/resourcez", "/readyz", "/resourcez/", f"/_solara/api/evict/{KERNEL}"),
        *("/jupyter/api/kernels/x", f"/jupyter/api/kernels/{KERNEL}", "/static", "/static/"),
        *(
            "/static/../../etc/passwd",
            "/static/..\\..\\etc",
            "/page-files/a/../../b",
            "//etc/passwd",
        ),
        *("/static/.hidden", "/join/../lab", "/lab/\0", "/../etc/passwd", "/LAB", "/wp-login.php"),
        *("/join/state/more", "/static//etc/passwd", CHANNELS, CLOSE),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_page_does_not_need_is_not_there(path, method):
    assert ask(guard(), path, method, origin="http://localhost:8765").status == 404


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/lab", "/organisation", "/join", "/join/phone.css", "/static/assets/style.css?v=1"),
        "/page-files/@widgetti/solara-vuetify-app@10.1.1/dist/1ab7bbddcdbde1b6f274.woff2",
        "/jupyter/nbextensions/jupyter-vuetify/nodeps.js?5a13",
    ],
)
def test_what_the_page_needs_is_there(path):
    assert ask(guard(), path).through
    assert ask(guard(), path, "DELETE").status == 405


def test_headers_of_a_proxy_do_not_reach_the_page():
    told = ask(guard(), script_name="/x", x_script_name="/x", forwarded="a", x_forwarded_host="b")
    assert told.body == "through host"


def test_every_answer_has_the_security_headers():
    for answer in (ask(guard()), ask(guard(), "/join"), ask(guard(), "/nowhere.php")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    for path in ("/join", "/join/state", "/nowhere.php"):
        assert "unsafe" not in ask(guard(), path).headers["content-security-policy"]


def test_an_oversize_body_is_refused():
    def post(size):
        app = Starlette(routes=phone.routes())
        body = b"pin=" + b"1" * size
        return ask(guard(app=app), "/join", "POST", origin="http://localhost:8765", body=body)

    assert post(phone.MOST_FORM).status == 413
    assert post(2 * MOST_BODY).status == 413
    for length in (str(MOST_BODY + 1), "9" * 30, "-1", "many"):
        closing = {"origin": "http://localhost:8765", "content_length": length}
        assert ask(guard(), f"{CLOSE}?session_id=1", "POST", **closing).status == 413


def test_the_network_reaches_the_participants_page_alone():
    shared = guard(key=KEY)
    there = {"client": PHONE, "host": "192.168.1.5:8765"}
    own = "http://192.168.1.5:8765"
    assert ask(shared, "/join/state", **there).through
    assert ask(shared, "/join/bet", "POST", origin=own, **there).through
    for path in ("/", "/lab"):
        sent_away = ask(shared, path, **there)
        assert (sent_away.status, sent_away.headers["location"]) == (303, "/join")
    assert ask(shared, "/static/assets/style.css", **there).status == 403
    closing = ask(shared, f"{CLOSE}?session_id=1", "POST", origin=own, **there)
    assert closing.status == 403
    opened = ask(shared, f"{CHANNELS}?session_id=1", kind="websocket", origin=own, **there)
    assert opened.sent[0]["type"] == "websocket.close"
    for wrong in ("", "a", KEY + "x", "é"):
        assert ask(shared, f"/?key={wrong}", **there).headers["location"] == "/join"
        cookie = f"empowersim-presenter={wrong}"
        assert ask(shared, "/lab", cookie=cookie, **there).headers["location"] == "/join"
    assert ask(guard(), "/join", client=PHONE, host="localhost").status == 403


def test_the_presenters_link_opens_all_and_leaves_the_key_out_of_the_address():
    shared = guard(key=KEY)
    there = {"client": PHONE, "host": "192.168.1.5:8765"}
    entered = ask(shared, f"/lab?key={KEY}", **there)
    assert (entered.status, entered.headers["location"]) == (303, "/lab")
    assert "HttpOnly" in entered.headers["set-cookie"]
    cookie = entered.headers["set-cookie"].partition(";")[0]
    assert ask(shared, "/lab", cookie=cookie, **there).through
    own = "http://192.168.1.5:8765"
    channels = f"{CHANNELS}?session_id=1"
    assert ask(shared, channels, kind="websocket", origin=own, cookie=cookie, **there).through


def test_a_flood_from_one_address_is_held_up_and_no_one_else_is():
    shared = guard(key=KEY)
    there = {"client": PHONE, "host": "192.168.1.5:8765"}
    answers = [ask(shared, "/join", **there) for _ in range(AT_ONCE + 100)]
    held_up = [each for each in answers if each.status == 429]
    assert len(held_up) > 50
    assert held_up[0].headers["retry-after"] == "2"
    # What else stands on the same connection is not answered.
    assert held_up[0].headers["connection"] == "close"
    assert ask(shared, "/").through


def test_a_full_house_says_so_in_the_browsers_language():
    full = guard(["a", "b"], most=2)
    refused = ask(full, "/lab", accept_language="fr-FR,fr;q=0.9")
    assert refused.status == 503
    assert "Toutes les places sont prises" in refused.body
    assert "2 onglets" in refused.body.replace("\N{NO-BREAK SPACE}", " ")
    assert "All seats are taken" in ask(full, "/").body
    assert ask(full, "/join").through
    assert ask(full, "/static/assets/style.css").through


def test_a_full_house_takes_no_new_session_and_keeps_the_old_ones():
    def connects(sessions):
        path = f"{CHANNELS}?session_id=1"
        full = guard(sessions, most=2)
        cookie = "solara-session-id=own"
        return ask(
            full, path, kind="websocket", origin="http://localhost:8765", cookie=cookie
        ).through

    assert connects(["a"])
    assert not connects(["a", "b"])
    assert connects(["a", KERNEL])


@pytest.mark.parametrize(
    ("cookie", "through"),
    [("solara-session-id=own", True), ("solara-session-id=guess", False), ("", False)],
)
def test_a_session_is_taken_up_by_its_own_browser_only(cookie, through):
    path, websocket = f"{CHANNELS}?session_id=1", {"kind": "websocket", "cookie": cookie}
    origin = "http://localhost:8765"
    assert ask(guard([KERNEL]), path, origin=origin, **websocket).through == through
    assert ask(guard(), path, origin=origin, **websocket).through


def test_sessions_that_are_about_to_begin_count_too():
    rush = guard([], most=1)

    async def holds(scope, receive, send):
        other = CHANNELS.replace("0123", "9999")
        # Asked from within: the first session has not begun, and yet the house is full.
        found.append(await asyncio.to_thread(ask, rush, f"{other}?session_id=1", **websocket))

    found, websocket = [], {"kind": "websocket", "origin": "http://localhost:8765"}
    rush._app = holds
    ask(rush, f"{CHANNELS}?session_id=1", **websocket)
    assert found[0].sent[0]["type"] == "websocket.close"
    rush._app = inner
    assert ask(rush, f"{CHANNELS}?session_id=1", **websocket).through


# How often a PIN may be tried.


def guesses(addresses, seconds=WORKSHOP, step=1):
    """Wrong tries that so many addresses get through when each tries as often as it may."""
    clock = Clock()
    tries, made = Tries(clock), 0
    for clock.now in range(0, seconds, step):
        for address in addresses:
            while not tries.pause(address):
                tries.wrong(address)
                made += 1
    return made


def test_one_address_guesses_hardly_ever_in_a_workshop():
    assert guesses(["one"]) == 21


def test_a_thousand_addresses_guess_no_better_than_a_few():
    made = guesses([f"address {i}" for i in range(1000)], step=10)
    assert 770 <= made <= 60 + WORKSHOP / 60 * 6
    assert made / PIN_TRIES < 1 / 1280


def test_a_pause_grows_and_is_forgotten():
    clock = Clock()
    tries, pauses = Tries(clock), []
    for _ in range(12):
        tries.wrong("one")
        pauses.append(tries.pause("one"))
        clock.now += pauses[-1]
    assert pauses == [0, 0, 0, 0, 10, 20, 40, 80, 160, 320, 600, 600]
    assert tries.pause("other") == 0
    clock.now += 3601
    tries.wrong("one")
    assert tries.pause("one") == 0


def test_an_allowance_fills_up_again():
    clock = Clock()
    allowed = Allowance(2, 0.5, clock)
    assert [allowed.take() for _ in range(3)] == [True, True, False]
    assert allowed.pause() == 2
    clock.now = 2
    assert [allowed.take() for _ in range(2)] == [True, False]


def test_addresses_do_not_pile_up():
    clock = Clock()
    each = PerAddress(2, 1, clock)
    for clock.now in range(3 * MOST_ADDRESSES):
        assert each.take(str(clock.now))
    assert len(each._of) <= MOST_ADDRESSES


# The participants' page, over real sockets.


async def echo(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


@pytest.fixture(scope="module")
def port():
    listening = server.listen(_free_port())
    large = Route("/join/large", lambda _request: Response(bytes(20_000_000)))
    talk = WebSocketRoute(f"/jupyter/api/kernels/{KERNEL}/channels", echo)
    app = Guard(Starlette(routes=[*phone.routes(), large, talk]), dict, 40)
    config = uvicorn.Config(app, log_level="error", access_log=False, http=Patience)
    served = uvicorn.Server(config)
    thread = threading.Thread(target=served.run, kwargs={"sockets": [listening]})
    thread.start()
    while not served.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    served.should_exit = True
    thread.join(10)
    listening.close()


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def call(port, monkeypatch):
    monkeypatch.setattr(phone, "TRIES", Tries())
    for name, value in vars(Room()).items():
        monkeypatch.setattr(ROOM, name, value)

    def call(path, form=None, cookie="", **headers):
        connection = http.client.HTTPConnection("localhost", port, timeout=10)
        body = urlencode(form) if isinstance(form, dict) else form
        if form is not None:
            headers = {"Origin": f"http://localhost:{port}"} | headers
        headers = headers | ({"Cookie": cookie} if cookie else {})
        connection.request("GET" if form is None else "POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    return call


def join(call, **headers):
    entered, _ = call("/join", {"pin": ROOM.pin}, **headers)
    assert (entered.status, entered.getheader("location")) == (303, "/join")
    return entered.getheader("set-cookie")


QUESTION = Question("one", "How many <b>?", "Combien ?")


def test_a_round_by_phone_without_any_script(call):
    set_cookie = join(call)
    assert "HttpOnly" in set_cookie
    assert "SameSite=strict" in set_cookie
    cookie = set_cookie.partition(";")[0]
    assert "You are in." in call("/join", cookie=cookie)[1]
    ROOM.open(QUESTION)
    page = call("/join", cookie=cookie)[1]
    assert "How many &lt;b&gt;?" in page
    french = call("/join", cookie=cookie, **{"Accept-Language": "fr"})[1]
    assert "Combien\N{NARROW NO-BREAK SPACE}?" in french
    sent, _ = call("/join/bet", {"question": "one", "value": "40"}, cookie)
    assert sent.status == 303
    assert ROOM.bets() == [0.4]
    assert "Your bet is in: 40" in call("/join", cookie=cookie)[1]
    ROOM.reveal(0.1)
    page = call("/join", cookie=cookie)[1]
    assert len(re.findall("<circle", page)) == 1
    assert "outcome 10" in page


def view(call, cookie):
    """All that the page's script is told."""
    told = json.loads(call("/join/state", cookie=cookie)[1])
    assert [*told] == ["view"]
    return told["view"]


def test_the_script_is_told_of_what_its_phone_has_to_show_and_of_no_other_bet(call):
    cookie, other = join(call).partition(";")[0], ROOM.join()
    seen = [view(call, cookie)]
    for act in (
        lambda: ROOM.open(QUESTION),
        lambda: call("/join/bet", {"question": "one", "value": "40"}, cookie),
        ROOM.close,
        lambda: ROOM.reveal(0.5),
        ROOM.put_away,
    ):
        act()
        seen.append(view(call, cookie))
    assert seen[0] == seen[-1]
    assert len(set(seen)) == len(seen) - 1
    ROOM.open(QUESTION)
    for each in range(MOST_PARTICIPANTS - 2):
        ROOM.bet(ROOM.join(), each / MOST_PARTICIPANTS)
    before = view(call, cookie)
    ROOM.bet(other, 0.123)
    assert view(call, cookie) == before
    ROOM.reveal(0.5)
    assert len(view(call, cookie)) < 40


def test_joining_twice_is_being_one_participant_with_one_bet(call):
    cookie = join(call).partition(";")[0]
    ROOM.open(QUESTION)
    for value in ("40", "60"):
        assert join(call, cookie=cookie).partition(";")[0] == cookie
        call("/join/bet", {"question": "one", "value": value}, cookie)
    assert ROOM.participants() == 1
    assert ROOM.bets() == [0.6]


def test_the_language_is_the_browsers_or_the_chosen_one(call):
    assert "Rejoindre la salle" in call("/join", **{"Accept-Language": "fr-CH, en"})[1]
    chosen, page = call("/join?lang=fr")
    assert '<html lang="fr">' in page
    cookie = chosen.getheader("set-cookie").partition(";")[0]
    assert '<html lang="fr">' in call("/join", cookie=cookie)[1]
    assert '<html lang="en">' in call("/join?lang=xx")[1]


def test_the_pin_may_stand_in_the_link(call):
    assert 'value="123456"' in call("/join?pin=123456")[1]
    assert "<script>alert" not in call('/join?pin="><script>alert(1)</script>'.replace(" ", "+"))[1]


def test_without_joining_there_is_nothing_to_see_or_to_do(call):
    ROOM.open(QUESTION)
    for cookie in ("", "empowersim-participant=guess", "empowersim-participant="):
        assert call("/join/state", cookie=cookie)[0].status == 401
        assert "How many" not in call("/join", cookie=cookie)[1]
        form = {"question": "one", "value": "40"}
        answer, _ = call("/join/bet", form, cookie, Accept="application/json")
        assert answer.status == 401
    assert ROOM.bets() == []


@pytest.mark.parametrize(
    ("form", "status"),
    [
        *[
            ({"question": "one", "value": value}, 422)
            for value in ("-1", "101", "nan", "inf", "", "4O")
        ],
        ({"question": "two", "value": "40"}, 409),
        *[(body, 422) for body in (b'{"value": 40}', b"\xff\xfe", b"&=&=&=&=&=&=&", b"")],
        (b"value=" + b"1" * 2000, 413),
    ],
)
def test_a_bet_that_is_none_is_refused(call, form, status):
    cookie = join(call).partition(";")[0]
    ROOM.open(QUESTION)
    answer, _ = call("/join/bet", form, cookie, Accept="application/json")
    assert answer.status == status
    assert ROOM.bets() == []


def test_wrong_pins_make_one_wait_and_the_right_one_does_not_help_meanwhile(call):
    statuses = [call("/join", {"pin": "12345x"})[0].status for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    waiting, page = call("/join", {"pin": ROOM.pin})
    assert waiting.status == 429
    assert 1 <= int(waiting.getheader("retry-after")) <= 10
    assert "Too many wrong PINs" in page
    assert ROOM.participants() == 0


def test_many_wrong_pins_at_once_are_counted_one_by_one(call):
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(call("/join", {"pin": "0"})[0].status))
        for _ in range(30)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(statuses) == [403] * 5 + [429] * 25


def test_a_full_room_says_so(call, monkeypatch):
    monkeypatch.setattr("empowersim.app.room.betting.MOST_PARTICIPANTS", 1)
    join(call)
    refused, page = call("/join", {"pin": ROOM.pin})
    assert refused.status == 503
    assert "The room is full" in page


REFUSED = b"POST /join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n"
TOO_SLOW = b"POST /join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nOrigin: %s\r\n\r\n"


@pytest.mark.parametrize("begun", [b"", b"GET /join HTTP/1.1\r\nHost: loc", REFUSED, TOO_SLOW])
def test_who_sends_byte_by_byte_is_sent_away(port, monkeypatch, begun):
    monkeypatch.setattr(patience, "ASK_WITHIN", 0.4)
    monkeypatch.setattr(phone, "FORM_WITHIN", 0.4)
    with socket.create_connection(("localhost", port), timeout=10) as slow:
        slow.sendall(begun.replace(b"%s", b"http://localhost"))
        assert is_ended(slow, slow.sendall if begun else lambda _byte: None)


def test_who_does_not_read_is_sent_away(port, monkeypatch):
    monkeypatch.setattr(patience, "READ_WITHIN", 0.4)
    with socket.create_connection(("localhost", port), timeout=10) as deaf:
        deaf.sendall(b"GET /join/large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(1)
        with suppress(ConnectionResetError):
            assert sum(map(len, iter(lambda: deaf.recv(10**6), b""))) < 20_000_000


def test_who_reads_slowly_is_sent_all(port, monkeypatch):
    monkeypatch.setattr(patience, "READ_WITHIN", 2)
    monkeypatch.setattr(patience, "ASK_WITHIN", 0.4)
    connection = http.client.HTTPConnection("localhost", port, timeout=10)
    connection.request("GET", "/join/large")
    answer, size = connection.getresponse(), 0
    while part := answer.read(4_000_000):
        size += len(part)
        time.sleep(0.2)
    assert size == 20_000_000
    connection.close()


def test_a_websocket_may_be_silent(port, monkeypatch):
    monkeypatch.setattr(patience, "ASK_WITHIN", 0.2)
    path = f"/jupyter/api/kernels/{KERNEL}/channels?session_id=x"
    with connect(f"ws://localhost:{port}{path}", origin=f"http://localhost:{port}") as websocket:
        time.sleep(0.6)
        websocket.send(ASKED)
        assert websocket.recv(5) == ASKED


def is_ended(connection, send):
    """Whether the server ends a connection soon, however much of nothing is sent on it."""
    connection.settimeout(0.1)
    for _ in range(50):
        try:
            send(b"a")
            while connection.recv(10**6):
                pass
            return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def test_traversal_over_the_wire(port):
    for path in ("/join/../../etc/passwd", "/join/%2e%2e/lab", "/static/%2e%2e/%2e%2e/etc/passwd"):
        connection = http.client.HTTPConnection("localhost", port, timeout=10)
        connection.request("GET", path)
        assert connection.getresponse().status == 404
        connection.close()


def parts(*each):
    """A message in parts: how many, where each begins, and they."""
    begins = [4 + 4 * len(each) + sum(map(len, each[:k])) for k in range(len(each))]
    return b"".join(number.to_bytes(4) for number in (len(each), *begins)) + b"".join(each)


def asked(kind="comm_msg", channel="shell", header=None, comm_id="a-1", **content):
    header = header or {"msg_type": kind, "msg_id": "1"}
    content = {"comm_id": comm_id} | content
    return json.dumps({"header": header, "channel": channel, "content": content})


@pytest.mark.parametrize(
    ("data", "passes"),
    [
        (b"\x7f\xff\xff\xff.", False),
        (b"\xff\xff\xff\xff" + b"." * 100, False),
        (b"\0\0\0\0....", False),
        (b"\0\0\0\x02" + b"." * 8, False),
        (b"\0\0\0\x03" + b"." * 8, False),
        (b"\0", False),
        (b"", False),
        (b'\0\0\0\x01\0\0\0\x08{"a": 1}', False),
        (parts(ASKED.encode()), True),
        (parts(ASKED.encode(), b"\xffchart"), True),
        (parts(ASKED.encode()[:-1], b"}\xffchart"), False),
        (parts(ASKED.encode("utf-16")), False),
        (parts(ASKED.encode("utf-8-sig")), False),
        ("", False),
        ("{}", False),
        ("[1]", False),
        ('"header"', False),
        ('{"header": 3, "channel": "shell"}', False),
        ('{"header": {"msg_type": "comm_msg"}}', False),
        ('{"header": [], "channel": "shell", "content": {}}', False),
        ("[" * 100_000, False),
        ("9" * 5_000, False),
        (asked(), True),
        (asked(kind="comm_open", target_name="solara.control"), True),
        (asked(kind="comm_open"), False),
        (asked(kind="comm_open", target_name="\x1b[2J"), False),
        (asked(kind="comm_mess"), False),
        (asked(kind="execute_request", code="import os"), False),
        (asked(kind="kernel_info_request"), True),
        (asked(comm_id="\x1b]0;title\x07"), False),
        (asked(comm_id="a" * 65), False),
        (asked(comm_id=None), False),
        (asked(comm_id={}), False),
        (asked(channel=["shell"]), False),
        (asked(channel="\n"), False),
        (asked(data={"method": "update"}), True),
        (asked(data=[]), False),
        (asked(header={"msg_type": "comm_msg", "date": [[]]}), False),
        (asked(header={"msg_type": ["comm_msg"]}), False),
        (json.dumps(json.loads(ASKED) | {"content": ["comm_id"]}), False),
    ],
)
def test_what_is_no_message_of_a_kernel_ends_its_websocket(data, passes):
    async def received():
        text = isinstance(data, str)
        return {"type": "websocket.receive", ("text" if text else "bytes"): data}

    message = asyncio.run(_whole(received)())
    assert message["type"] == ("websocket.receive" if passes else "websocket.disconnect")
