"""The peer against itself: what must work. selftest_faults.py has what must not."""

from __future__ import annotations

import itertools
import os
import queue
import subprocess
import sys
import threading
import time
import traceback
from array import array
from typing import Callable, List, Optional

from . import client
from .receiver import Ledger
from .selftest_support import TESTS, TRANSPORTS, Workshop, contains, digest_of, equal, exchange, test

PIPELINES = (
    "",
    "deflate:1",
    "crc32c",
    "sha-256",
    "hmac-sha-256",
    "deflate:1,crc32c",
    "crc32c,deflate:9",
    "deflate,sha-256,hmac-sha-256,crc32c",
)
LEVELS = ("none", "received", "processed")


def _files() -> List[str]:
    workshop = Workshop.shared()
    pattern = bytes(range(256)) * 4
    data = {
        "empty": b"",
        "one": b"1",
        "text.txt": b"the quick brown fox\n" * 40,
        "exact": pattern[:1000],
        "long.bin": pattern * 12 + os.urandom(900),
        "random.bin": os.urandom(5001),
    }
    return [workshop.file(name, content) for name, content in data.items()]


def _happy(transport: str, sender_dials: bool, pipeline: str, level: str) -> None:
    workshop = Workshop.shared()
    files = _files()
    output = workshop.directory()
    common = ["--hmac-key", workshop.key] if "hmac" in pipeline else []
    send = ["--pipeline", pipeline, "--acknowledge", level, "--chunk", "1000", "--interleave", "2"]
    send += [*common, "--digest", *files]
    receive = [*common, "--output", output, "--pipeline", pipeline]
    sender, receiver = exchange(send, receive, transport, sender_dials)
    equal((sender.exit_code, receiver.exit_code), (0, 0), f"{sender.error}, {receiver.error}")
    equal(sorted(os.listdir(output)), sorted(os.path.basename(path) for path in files))
    for path in files:
        equal(digest_of(os.path.join(output, os.path.basename(path))), digest_of(path), path)
    objects = {event["name"]: event for event in receiver.all("object")}
    equal(objects["exact"]["chunks"], 1)
    equal(objects["long.bin"]["chunks"], 14)
    expected = 0 if level == "none" else len(files)
    equal(len(sender.all("acknowledged")), expected, "acknowledged")
    equal(receiver.one("connected")["acknowledge"], level)
    equal(receiver.one("connected")["initiator"], not sender_dials)


def _register_happy() -> None:
    for transport, dials, pipeline in itertools.product(TRANSPORTS, (True, False), PIPELINES):
        who = "sender" if dials else "receiver"

        def body(transport: str = transport, dials: bool = dials, pipeline: str = pipeline) -> None:
            for level in LEVELS:
                _happy(transport, dials, pipeline, level)

        test(f"files cross over {transport}, the {who} dials, pipeline {pipeline or 'none'}")(body)


_register_happy()


@test("many small objects travel in few frames")
def _() -> None:
    for level in LEVELS:
        send = ["--generate", "3000x64", "--acknowledge", level, "--pipeline", "crc32c"]
        sender, receiver = exchange(send, [])
        equal((sender.exit_code, receiver.exit_code), (0, 0))
        equal(receiver.one("closed")["received"], 3000)
        assert receiver.one("closed")["frames"] < 100
        equal([event["id"] for event in receiver.all("object")], list(range(1, 3001)))


@test("the window holds")
def _() -> None:
    receive = ["--window", "4,100000", "--ack-every", "1000"]
    sender, _receiver = exchange(["--generate", "50x10"], receive)
    equal((sender.code, sender.one("closed")["most_in_flight"]), (0, 4))
    sender, _receiver = exchange(["--generate", "50x10"], ["--window", "100,25"])
    equal((sender.code, sender.one("closed")["most_in_flight"]), (0, 2))
    sender, _receiver = exchange(["--generate", "5x10"], ["--window", "0,0"])
    equal((sender.code, sender.one("closed")["most_in_flight"]), (0, 1))


@test("CREDIT replaces the window")
def _() -> None:
    receive = ["--window", "1,1", "--credit", "8,1000", "--ack-every", "8"]
    sender, _receiver = exchange(["--generate", "64x10", "--batch", "1"], receive)
    equal(sender.code, 0)
    equal(sender.one("credit")["window"], [8, 1000])
    assert sender.one("closed")["most_in_flight"] <= 8


@test("NACK refuses one object, whole or in chunks, and the others arrive")
def _() -> None:
    send = ["--generate", "3x5000", "--chunk", "100", "--interleave", "3"]
    sender, receiver = exchange(send, ["--refuse", "2", "--refuse-code", "storage"])
    equal((sender.code, receiver.code), (2, 2))
    equal(sender.one("refused")["code"], "storage")
    equal([event["id"] for event in receiver.all("object")], [1, 3])
    sender, receiver = exchange(["--generate", "3x5"], ["--refuse", "1,3"])
    equal([event["id"] for event in sender.all("refused")], [1, 3])
    equal([event["id"] for event in sender.all("acknowledged")], [2])


@test("an object above the receiver's limit is refused")
def _() -> None:
    workshop = Workshop.shared()
    files = [workshop.file("small", bytes(10)), workshop.file("big", bytes(2000))]
    for more in ([], ["--stream", "--chunk", "150"], ["--chunk", "150"]):
        sender, receiver = exchange([*more, *files], ["--object-limit", "1000"])
        equal(sender.one("refused")["code"], "too-large")
        equal([event["name"] for event in receiver.all("object")], ["small"])


@test("CANCEL drops an object, and nothing waits for it")
def _() -> None:
    send = ["--generate", "4x5000", "--chunk", "100", "--interleave", "4", "--cancel", "2,4"]
    sender, receiver = exchange(send, [])
    equal([event["id"] for event in receiver.all("object")], [1, 3])
    equal([event["id"] for event in receiver.all("cancelled")], [2, 4])
    equal((sender.code, receiver.code), (0, 0))


@test("PING is answered, in both directions")
def _() -> None:
    text = "0011223344556677"
    sender, receiver = exchange(["--generate", "1x1", "--ping", text], ["--ping", text])
    equal(sender.one("pong")["bytes"], text)
    equal(receiver.one("pong")["bytes"], text)


@test("a stream of unknown size, with an empty last chunk")
def _() -> None:
    send = ["--generate", "1x3000", "--chunk", "1000", "--stream", "--ack-requested"]
    _sender, receiver = exchange(send, [])
    found = receiver.one("object")
    equal((found["chunks"], found["size"], found["attributes"]), (4, 3000, {}))
    _sender, receiver = exchange(["--generate", "1x0", "--stream"], [])
    equal(receiver.one("object")["size"], 0)


@test("attachments stand behind their object, whole or in chunks")
def _() -> None:
    workshop = Workshop.shared()
    attached = [workshop.file(name, data) for name, data in _ATTACHMENTS.items()]
    options = [word for path in attached for word in ("--attach", path)]
    own = workshop.file("own", b"the object itself " * 60)
    for more in ([], ["--chunk", "700"], ["--chunk", "1"], ["--pipeline", "deflate:1,crc32c"]):
        output = workshop.directory()
        send = [*more, "--digest", *options, own]
        sender, receiver = exchange(send, ["--output", output])
        equal((sender.exit_code, receiver.exit_code), (0, 0), f"{sender.error} {receiver.error}")
        sizes = [part["size"] for part in receiver.one("object")["attachments"]]
        equal(sizes, [len(data) for data in _ATTACHMENTS.values()])
        for number, path in enumerate([own, *attached]):
            name = os.path.join(output, f"own.{number}" if number else "own")
            equal(digest_of(name), digest_of(path), name)


_ATTACHMENTS = {"large": os.urandom(3001), "empty": b"", "small": b"1"}


@test("the calls for programs: objects in memory, in both directions")
def _() -> None:
    numbers = array("f", [1, 2.5, -3])
    for receiver_listens in (True, False):
        found: List[client.Received] = []
        endpoints: "queue.Queue[str]" = queue.Queue()

        def take(endpoint: str, listen: Optional[Callable[[str], None]]) -> None:
            found.extend(client.receive(endpoint, listen=listen))

        def give(endpoint: str, listen: Optional[Callable[[str], None]]) -> None:
            attachments = [numbers, b"", memoryview(b"abcd")[::2]]
            client.send(endpoint, b"own", attachments, "json", "n", listen)

        first, second = (take, give) if receiver_listens else (give, take)
        listener = threading.Thread(target=first, args=("tcp://127.0.0.1:0", endpoints.put))
        listener.start()
        second(endpoints.get(timeout=20), None)
        listener.join(20)
        equal(len(found), 1)
        equal((found[0].payload, found[0].attachments), (b"own", [numbers.tobytes(), b"", b"ac"]))
        equal((found[0].format, found[0].attributes["name"]), ("json", "n"))


@test("attachments that do not add up refuse their object alone")
def _() -> None:
    for lengths in ("6", "5,1", f"{2**64 - 1}", f"{2**64 - 1},6", ",".join("0" * 1025)):
        for more in ([], ["--chunk", "2"]):
            send = ["--generate", "2x5", "--wrong-attachments", lengths, *more]
            sender, receiver = exchange(send, [])
            equal((sender.code, receiver.code), (2, 2), repr(receiver.error))
            equal([event["code"] for event in sender.all("refused")], ["format", "format"])
            equal(receiver.all("object"), [])
    send = ["--generate", "1x5", "--wrong-attachments", "5", "--stream", "--chunk", "2"]
    sender, _receiver = exchange(send, [])
    contains(sender.one("refused")["text"], "size")
    _sender, receiver = exchange(["--generate", "1x5", "--wrong-attachments", "2,3,0"], [])
    found = receiver.one("object")
    equal([part["size"] for part in found["attachments"]], [2, 3, 0])
    equal(found["size"], 5)


@test("attributes and formats")
def _() -> None:
    path = Workshop.shared().file("value.json", b'{"a": 1}')
    send = ["--format", "json", "--type", "application/json", "--header", "a=b", "--header", "c=ü"]
    send += ["--deadline", "1900000000000", "--trace", "00-0-0-01", path]
    _sender, receiver = exchange(send, [])
    found = receiver.one("object")
    equal(found["format"], "json")
    equal(found["attributes"]["headers"], {"a": "b", "c": "ü"})
    equal(found["attributes"]["deadline"], 1900000000000)


@test("a receiver that has enough closes first")
def _() -> None:
    for dials in (True, False):
        sender, receiver = exchange(
            ["--generate", "100x10", "--batch", "3"], ["--count", "5", "--window", "3,1000"], "tcp", dials
        )
        equal(receiver.one("closed")["received"], 6)
        equal((sender.code, receiver.code), (2, 0))
        equal(sender.one("closed")["code"], "done")


@test("a session goes on where the receiver stopped")
def _() -> None:
    ledger = Ledger()
    send = ["--generate", "8x10", "--batch", "1", "--session", "ab" * 16]
    _sender, receiver = exchange(send, ["--count", "3", "--window", "1,10"], ledger=ledger)
    equal(ledger.settled, {b"\xab" * 16: 3})
    sender, receiver = exchange(send, [], ledger=ledger)
    equal([event["id"] for event in sender.all("skipped")], [1, 2, 3])
    equal([event["id"] for event in receiver.all("object")], [4, 5, 6, 7, 8])
    equal(sender.code, 0)


@test("large frames both ways do not wait for each other")
def _() -> None:
    for transport in ("tcp", "tls", "unix"):
        send = ["--generate", "6x3000000", "--chunk", "1000000", "--interleave", "2"]
        sender, receiver = exchange([*send, "--pipeline", "deflate:1"], [], transport)
        equal((sender.exit_code, receiver.exit_code), (0, 0), f"{sender.error} {receiver.error}")


@test("one byte a write")
def _() -> None:
    for transport in TRANSPORTS:
        send = ["--generate", "20x100", "--chunk", "40", "--slow-bytes", "--pipeline", "crc32c"]
        sender, receiver = exchange(send, ["--slow-bytes"], transport)
        equal((sender.exit_code, receiver.exit_code), (0, 0), f"{sender.error} {receiver.error}")


@test("the command line: processes, lines, exit codes")
def _() -> None:
    launcher = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "pouch_peer.py")
    base = [sys.executable, launcher]
    receive = subprocess.Popen(
        [*base, "receive", "--listen", "tcp://127.0.0.1:0", "--timeout", "20"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert receive.stdout is not None
    endpoint = receive.stdout.readline().split('"endpoint": "')[1].split('"')[0]
    command = [*base, "send", "--connect", endpoint, "-", "--name", "stdin", "--timeout", "20"]
    send = subprocess.run(command, input=b"some bytes", capture_output=True)
    output = receive.communicate()[0]
    equal((send.returncode, receive.returncode), (0, 0), send.stderr.decode())
    contains(output, '"name": "stdin", "size": 10')
    for arguments, code in (
        (["send", "--connect", endpoint, "--generate", "1x1"], 69),
        (["send", "--connect", "unix:@x", "/does/not/exist"], 66),
        (["send", "--connect", "nonsense", "x"], 64),
        (["receive"], 64),
        (["send", "--connect", "unix:@x", "--generate", "1x1", "--pipeline", "lz4"], 64),
    ):
        result = subprocess.run([*base, *arguments], capture_output=True, text=True)
        equal(result.returncode, code, " ".join(arguments) + result.stderr)
        equal(result.stderr.count("\n"), 1, result.stderr)


def run_selftest(text: str, verbose: bool) -> int:
    from . import selftest_arrays, selftest_faults, selftest_vectors  # noqa: F401  (they register their tests)

    failures = 0
    started = time.monotonic()
    chosen = [(name, function) for name, function in TESTS if text in name]
    try:
        for name, function in chosen:
            before = time.monotonic()
            try:
                function()
            except Exception:  # a failed test must not stop the others
                failures += 1
                print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)
            else:
                if verbose:
                    print(f"passed {name} ({time.monotonic() - before:.2f} s)", flush=True)
    finally:
        Workshop.remove_shared()
    spent = time.monotonic() - started
    print(f"{len(chosen) - failures} of {len(chosen)} self-tests passed in {spent:.1f} s")
    return 1 if failures or not chosen else 0
