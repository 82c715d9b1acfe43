"""The command line: `pouch_peer.py send`, `receive`, `selftest`."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from typing import Any, Dict, Iterator, List, NoReturn, Tuple

from .connection import Connection, Report
from .errors import InputError, Misbehaved, PeerError, UsageError
from .faults import PREFACES, STALLS, Faults, Position
from .frames import FORMATS
from .handshake import ACKNOWLEDGE, Offer
from .receiver import Ledger, Receiver, prepare_output
from .sender import Sender
from .sources import AttachedSource, FileSource, Source, StandardInput, parse_generate
from .stages import parse_pipeline
from .transport import Endpoint, Listener, Stream, TLSFiles, dial

BOMB_LIMIT = 256 * 1024 * 1024

EVENTS = """
One JSON object a line on stdout, `event` first: listening {endpoint}, connected {role, pipeline,
acknowledge, window, peer}, object {id, name, size, sha256, format, chunks, attachments, attributes},
acknowledged {id, level}, refused {id, code, text}, skipped, cancelled, duplicate, credit, pong,
ignored, failed (one of several connections), misbehaved {fault, verdict, reject}, closed.
Exit codes are those of the executables: 2 some object refused or undelivered, 64 usage, 65 bad
data, 66 no input, 69 no peer or a cut, 73 no output, 75 timeout, 76 protocol, 77 TLS or identity.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def _pair(separator: str) -> Any:
    def parse(text: str) -> Tuple[str, str]:
        first, found, second = text.partition(separator)
        if not found:
            raise argparse.ArgumentTypeError(f"A{separator}B, not {text!r}")
        return first, second

    return parse


def _window(text: str) -> Tuple[int, int]:
    objects, size = _pair(",")(text)
    return int(objects), int(size)


def _numbers(text: str) -> List[int]:
    return [int(word) for word in text.split(",")]


def _eight_bytes(text: str) -> bytes:
    data = bytes.fromhex(text)
    if len(data) != 8:
        raise argparse.ArgumentTypeError("8 bytes in hexadecimal")
    return data


def _frame(text: str) -> Dict[str, Any]:
    """`kind=99,flags=2,first=0,count=0,body=0011`."""
    fields: Dict[str, Any] = {}
    for word in text.split(","):
        key, value = _pair("=")(word)
        if key not in ("kind", "flags", "first", "count", "body"):
            raise argparse.ArgumentTypeError(f"a frame has no {key!r}")
        fields[key] = bytes.fromhex(value) if key == "body" else int(value)
    if "kind" not in fields:
        raise argparse.ArgumentTypeError("a frame needs kind=")
    return fields


def build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pouch_peer.py",
        description="A Pouch peer in plain Python, for tests.",
        epilog=EVENTS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    send = commands.add_parser("send", help="send files, standard input (-) or generated objects")
    receive = commands.add_parser("receive", help="receive objects")
    selftest = commands.add_parser("selftest", help="the peer against itself")
    selftest.add_argument("-v", "--verbose", action="store_true", help="name every test")
    selftest.add_argument("filter", nargs="?", default="", help="only tests with this in their name")
    for command in (send, receive):
        _add_common(command)
    _add_send(send)
    _add_receive(receive)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--connect", metavar="ENDPOINT", type=Endpoint.parse)
    where.add_argument("--listen", metavar="ENDPOINT", type=Endpoint.parse)
    add = parser.add_argument
    add("--connections", type=int, default=1, help="how many to serve, one after the other (1)")
    add("--pipeline", help="send: announce it; receive: accept no other (deflate:1,crc32c)")
    add("--hmac-key", metavar="FILE", help="the shared key: all bytes of the file")
    add("--timeout", type=float, default=60, help="seconds without a byte until giving up (60)")
    add("--handshake-timeout", type=float, default=5, help="seconds (5)")
    add("--frame", type=int, default=1 << 20, help="largest frame body accepted (1 MiB)")
    add("--object-limit", type=int, default=0, help="largest object accepted (0: any)")
    add("--heartbeat", type=int, default=0, help="milliseconds of silence until PING (0: never)")
    add("--ping", metavar="HEX", type=_eight_bytes, help="send a PING with these 8 bytes")
    add("--rich-grease", action="store_true", help="a tag in the value of the unknown key")

    tls = parser.add_argument_group("TLS")
    tls.add_argument("--trust", metavar="PEM", help="require a peer certificate of this CA")
    tls.add_argument("--certificate", metavar="PEM")
    tls.add_argument("--key", metavar="PEM")
    tls.add_argument("--server-name", help="instead of the endpoint's host")
    tls.add_argument("--alpn", action="append", help="instead of pouch/1; empty: none")

    faults = parser.add_argument_group(
        "misbehaviour", "POSITION is [stream+|data+|wire+]BYTE[.BIT]: of all bytes sent (the "
        "default), behind the handshake, or on the socket below TLS"
    )
    add = faults.add_argument
    add("--flip", metavar="POSITION", type=Position.parse, action="append", default=[])
    add("--cut-after", metavar="POSITION", type=Position.parse, help="close without warning")
    add("--slow-bytes", action="store_true", help="one byte a write, for 64 KiB")
    add("--wrong-preface", choices=sorted(PREFACES) + ["minor"], help="minor: must be accepted")
    add("--stall", choices=STALLS, help="stop behind this and wait for the end")
    add("--oversize-hello", action="store_true")
    add("--oversize-frame", action="store_true")
    add("--second-hello", action="store_true")
    add("--duplicate-key", action="store_true", help="in HELLO or WELCOME")
    add("--same-role", action="store_true", help="claim the other side's role")
    add("--unknown-stage", metavar="NAME", nargs="?", const="zstandard")
    add("--unknown-parameter", metavar="NAME", help="announced with the first stage")
    add("--no-stages", action="store_true", help="send frames without their stages")
    add("--bomb", metavar="SIZE", type=int, default=0, help="a frame of zeros through deflate")
    add("--inject", metavar="kind=K,flags=F,first=I,count=N,body=HEX", type=_frame,
        action="append", default=[], help="a frame right behind the handshake")  # fmt: skip
    add("--no-close", action="store_true", help="end the stream in the place of CLOSE")


def _add_send(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("paths", metavar="FILE", nargs="*", help="files; - is standard input")
    add("--generate", metavar="COUNTxSIZE", help="that many objects of that many bytes")
    add("--name", help="of the object read from standard input")
    add("--acknowledge", choices=ACKNOWLEDGE, default="processed")
    add("--format", choices=FORMATS, default="raw")
    add("--chunk", type=int, default=256 * 1024, help="larger objects travel in such chunks")
    add("--stream", action="store_true", help="chunks, size not announced, last chunk empty")
    add("--interleave", type=int, default=1, help="chunked objects at once (1)")
    add("--batch", type=int, default=256, help="most objects in a frame (256)")
    add("--ack-requested", action="store_true")
    add("--session", metavar="HEX", type=bytes.fromhex, help="16 bytes; to resume a numbering")
    add("--digest", action="store_true", help="with the SHA-256 of each object")
    add("--type", help="content type")
    add("--header", metavar="NAME=VALUE", type=_pair("="), action="append", default=[])
    add("--deadline", type=int, help="milliseconds since 1970")
    add("--trace", help="traceparent")
    add("--attach", metavar="FILE", action="append", default=[], help="to each object")
    add("--cancel", metavar="ID,…", type=_numbers, default=[], help="behind the first chunk")

    faults = parser.add_argument_group("misbehaviour of a sender")
    add = faults.add_argument
    add("--gap", action="store_true", help="leave out an id")
    add("--replay", choices=("object", "frame"), help="the first again: encoded anew, or as it went")
    add("--wrong-offset", type=int, default=0, help="added to every offset")
    add("--wrong-size", type=int, default=0, help="added to every size")
    add("--wrong-digest", action="store_true", help="with --digest")
    add("--wrong-attachments", metavar="LENGTH,…", type=_numbers, help="in the place of the true ones")
    add("--trailing-bytes", type=int, default=0, help="behind the entries of a frame")
    add("--ignore-window", action="store_true")


def _add_receive(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--output", metavar="DIR", help="write objects there, under their names; attachments: NAME.1, …")
    add("--count", type=int, help="close after that many objects")
    add("--window", metavar="OBJECTS,BYTES", type=_window, default=(1024, 8 << 20))
    add("--credit", metavar="OBJECTS,BYTES", type=_window, help="another window behind the handshake")
    add("--ack-every", type=int, default=1, help="objects in an ACK, unless one is due (1)")
    add("--refuse", metavar="ID,…", type=_numbers, default=[], help="answer NACK")
    add("--refuse-code", default="refused")
    parser.set_defaults(deliver=None)  # what takes each object in memory, for `client`


def check_options(options: argparse.Namespace) -> None:
    """What argparse cannot check; and what was read from files."""
    options.key_bytes = None
    if options.hmac_key:
        try:
            with open(options.hmac_key, "rb") as file:
                options.key_bytes = file.read()
        except OSError as error:
            raise InputError(f"{options.hmac_key}: {error.strerror}") from None
    announced = None if options.pipeline is None else parse_pipeline(options.pipeline)
    known = {"deflate", "crc32c", "sha-256", "hmac-sha-256"}
    for name, _ in announced or []:
        if name not in known:
            raise UsageError(f"no stage {name!r}; --unknown-stage announces one")
        if name == "hmac-sha-256" and options.key_bytes is None:
            raise UsageError("hmac-sha-256 needs --hmac-key")
    if options.command == "send":
        if bool(options.paths) == bool(options.generate):
            raise UsageError("either files or --generate")
        if options.session is not None and len(options.session) != 16:
            raise UsageError("--session has 16 bytes")
        if options.stream and options.attach:
            raise UsageError("what has attachments says its size, and --stream does not")
        options.announced = announced or []
        options.require_pipeline = None
        options.credit = None
    else:
        options.announced = []
        options.require_pipeline = announced
    if not 0 <= options.bomb <= BOMB_LIMIT:
        raise UsageError(f"--bomb is at most {BOMB_LIMIT}")


def make_offer(options: argparse.Namespace) -> Offer:
    offer = Offer(
        role="sender" if options.command == "send" else "receiver",
        frame=options.frame,
        object=options.object_limit,
        heartbeat=options.heartbeat,
    )
    if options.command == "send":
        offer.session = options.session or secrets.token_bytes(16)
        offer.pipeline = options.announced
        offer.acknowledge = options.acknowledge
        offer.formats = [options.format]
    else:
        offer.window = options.window
    return offer


def make_sources(options: argparse.Namespace) -> List[Source]:
    if options.generate:
        sources = parse_generate(options.generate)
    else:
        sources = [
            StandardInput(options.name) if path == "-" else FileSource(path)
            for path in options.paths
        ]
    if options.attach:
        attached: List[Source] = [FileSource(path) for path in options.attach]
        return [AttachedSource(source, attached) for source in sources]
    return sources


def open_streams(options: argparse.Namespace, report: Report) -> Iterator[Tuple[Stream, bool]]:
    """The connections to serve, and whether this end dialled. TLS is not started yet."""

    def stream(sock: Any) -> Stream:
        return Stream(sock, options.timeout, Faults(options.flip, options.cut_after, options.slow_bytes))

    if options.connect:
        for _ in range(options.connections):
            yield stream(dial(options.connect, options.timeout)), True
        return
    listener = Listener(options.listen)
    try:
        report("listening", endpoint=str(listener.endpoint))
        for _ in range(options.connections):
            yield stream(listener.accept(options.timeout)), False
    finally:
        listener.close()


def serve(
    stream: Stream,
    initiator: bool,
    options: argparse.Namespace,
    report: Report,
    ledger: Ledger,
    sources: List[Source],
) -> int:
    """One connection from its first byte to its last."""
    connection = Connection(stream, make_offer(options), initiator, options, report)
    try:
        endpoint = options.connect or options.listen
        if endpoint is not None and endpoint.scheme == "tls":
            start_tls(stream, initiator, options, endpoint)
        if options.command == "send":
            return Sender(connection, sources, options, report).run()
        return Receiver(connection, ledger, options, report).run()
    except Misbehaved as fault:
        report("stopped", fault=str(fault))
        return 0
    except PeerError as error:
        connection.fail(error)
        raise
    finally:
        stream.close()


def start_tls(
    stream: Stream, initiator: bool, options: argparse.Namespace, endpoint: Endpoint
) -> None:
    files = TLSFiles(options.trust, options.certificate, options.key, options.server_name)
    if options.alpn is not None:
        files.alpn = tuple(filter(None, options.alpn))
    deadline = time.monotonic() + options.handshake_timeout
    stream.start_tls(files, not initiator, endpoint.host, deadline)


def run(options: argparse.Namespace, report: Report) -> int:
    """`send` or `receive`; the exit code, unless an error says more."""
    check_options(options)
    ledger = Ledger()
    code = 0
    if options.command == "receive":
        prepare_output(options.output)
    sources = make_sources(options) if options.command == "send" else []
    for number, (stream, initiator) in enumerate(open_streams(options, report), 1):
        try:
            code = max(code, serve(stream, initiator, options, report, ledger, sources))
        except PeerError as error:
            if number == options.connections:
                raise
            report("failed", error=str(error), exit=error.exit_code)
        if options.command == "receive" and options.count is not None:
            if ledger.objects >= options.count:
                break
    return code


def print_event(event: str, **fields: Any) -> None:
    print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)


def main(arguments: List[str]) -> int:
    try:
        options = build_parser().parse_args(arguments)
        if options.command == "selftest":
            from .selftest import run_selftest

            return run_selftest(options.filter, options.verbose)
        return run(options, print_event)
    except PeerError as error:
        print(f"pouch_peer.py: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return 130
