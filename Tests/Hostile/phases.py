"""What is done to whom: each station is one program that is tried, and its phases come in turns."""

import dataclasses

TRANSPORTS = ("tcp", "tls", "unix")


@dataclasses.dataclass(frozen=True)
class Phase:
    name: str
    transport: str
    loads: tuple
    """Functions of the modules loads_*, at the same time."""
    least_seconds: float = 0
    reads_stderr: bool = True


@dataclasses.dataclass(frozen=True)
class Station:
    name: str
    """As it stands above its table."""
    role: str
    """Of what is tried."""
    options: tuple
    """Of the executable; {place}, {certs} and {objects} are filled in."""
    transports: tuple
    phases: tuple
    shows_all: bool = False
    """It runs with -v, so that lines are many, and some of them are dropped."""


def everywhere(name, *loads, transports=TRANSPORTS, **more):
    return [Phase(name, transport, loads, **more) for transport in transports]


def over(transport, name, *loads, **more):
    return Phase(name, transport, loads, **more)


# Both kinds of a listener
AT_THE_PORT = [
    over("tcp", "silence, 3,000/s from anywhere and 1,000/s from here", "silent_from_anywhere",
         "silent_from_here"),
    over("tls", "half hellos of TLS, 3,000/s and 1,000/s", "half_hellos_from_anywhere",
         "half_hellos_from_here"),
    over("unix", "silence, 1,000/s", "silent_from_here"),
    *everywhere("opened and reset, 1,000/s", "resets"),
    over("tls", "certificates that are refused, 40/s", "refused_certificates"),
]

LINES = Station(
    "receiver", "receiver",
    ("--lines", "--accept", "cbor", "--accept", "json", "--accept", "pickle", "--set", "pipeline.hmac-key={certs}/hmac.key",
     "--set", "tls.policy=compatible-2026"),
    TRANSPORTS,
    (
        *everywhere("garbage, 300/s, stderr not read", "garbage", reads_stderr=False),
        over("tls", "garbage behind a TLS handshake, 30/s", "secured_garbage"),
        *AT_THE_PORT,
        over("tcp", "100 idle senders of a part", "idle_senders", least_seconds=40),
        *everywhere("sessions that come to nothing", "sessions"),
        over("tcp", "PING, PONG not read, 4 MiB/s", "pings"),
        over("tls", "PING, PONG not read, 4 MiB/s", "pings"),
        over("tcp", "CANCEL, 100,000/s", "cancels"),
        over("tls", "new keys, up to 2,000/s", "key_updates"),
        over("tls", "TLS 1.2, to be negotiated again", "renegotiations"),
        over("tcp", "100 that write a byte a second", "slow_writers"),
        over("tls", "100 that write a byte a second", "slow_writers"),
        over("tcp", "50 that read no answer", "slow_readers"),
        over("unix", "forged HMACs, 100/s", "forged_tags"),
        over("tcp", "CBOR that unfolds", "cbor_bombs"),
        over("tcp", "pickles that unfold", "pickle_bombs"),
    ))  # fmt: skip

UNREAD = Station(
    "receiver with -v, stderr not read", "receiver", ("-v", "--lines"), ("tcp",),
    (over("tcp", "garbage, 300/s, stderr not read", "garbage", reads_stderr=False),),
    shows_all=True)

OUTPUT = Station(
    "receiver with --output", "receiver", ("--output", "{place}/inbox"), ("tcp",),
    (over("tcp", "16 senders of 64 files that end nowhere", "incomplete_files"),))

LENGTH10 = Station(
    "receiver with length10", "receiver", ("--framing", "length10", "--lines"), ("tcp",),
    (over("tcp", "headers too large, 300/s", "large_headers"),
     over("tcp", "pickles that unfold", "framed_pickle_bombs")))

BROADCAST = Station(
    "sender that listens", "sender",
    ("--broadcast", "--format", "json", "--each-line", "{objects}"), TRANSPORTS,
    (
        *everywhere("garbage, 300/s, stderr not read", "garbage", reads_stderr=False),
        *AT_THE_PORT,
        *everywhere("sessions that come to nothing", "sessions_of_receivers"),
        over("tcp", "50 receivers that read nothing", "receivers_that_stop"),
        over("tls", "50 receivers that read nothing", "receivers_that_stop"),
        over("tcp", "50 receivers that read a byte a second", "receivers_that_dribble"),
        over("tcp", "PING, PONG not read, 4 MiB/s", "pings_of_receivers"),
        over("tcp", "ACK and NACK of what was never sent, 50/s", "answers_to_nothing"),
        over("tcp", "refusals, 2,000/s", "refusals"),
        over("tcp", "900 receivers that stay", "full_table", least_seconds=20),
    ))  # fmt: skip

STATIONS = (LINES, UNREAD, OUTPUT, LENGTH10, BROADCAST)
