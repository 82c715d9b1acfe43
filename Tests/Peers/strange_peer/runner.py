"""Plays the tables against the real executables."""

import concurrent.futures
import os
import shutil
import ssl
import subprocess
import tempfile
import threading

import violations_receiver
import violations_sender
from programs import Program, Wires, own_name, wires_with
from script import CLOSED, FINE, Either, case, data, entry, play
from sides import Side

KEY = b"a key that everybody knows, in a test"
TOGETHER = 6
"""Cases that are played side by side."""
BETWEEN = 12
"""A receiver has to serve a good sender after so many."""

GROUPS = {**violations_receiver.GROUPS, **violations_sender.GROUPS}


def is_receivers(group):
    return group in violations_receiver.GROUPS


GOOD = case("a good sender", "8", [data(1, entry(b"good"))], FINE, right=True, stores=(1,))


class Runner:
    def __init__(self, send, receive):
        self.send, self.receive = send, receive
        self.directory = tempfile.mkdtemp(prefix="strange-")
        self.key = os.path.join(self.directory, "key")
        with open(os.open(self.key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(KEY)
        self.lock, self.authority = threading.Lock(), None
        self.made = self.visits = 0

    def certificates(self):
        """An authority of this run's own, and what both sides need of it."""
        with self.lock:
            if self.authority is None:
                self.authority = os.path.join(self.directory, "certificates")
                program = os.path.join(os.path.dirname(self.send), "pouch-certs")
                subprocess.run([program, "create", "--output", self.authority, "--name", "localhost"],
                               check=True, capture_output=True)
            return self.authority

    def wires(self, item, is_listener):
        """How this side of a case connects, and the options of the program for it."""
        if item.protocols is None:
            return Wires(), []
        directory = self.certificates()
        other = os.path.join(directory, "sender" if is_listener else "receiver")
        return wires_with(directory, is_listener, item.protocols), [
            "--trust", f"{directory}/ca.pem", "--certificate", other + ".pem", "--key", other + ".key"]

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def fresh(self, name):
        with self.lock:
            self.made += 1
            return os.path.join(self.directory, f"{name}-{self.made}")

    def group(self, name, only=None):
        """The cases that differ, by name, with how."""
        cases = [item for item in GROUPS[name] if only is None or only in item.name]
        with concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:
            if not is_receivers(name):
                results = pool.map(self.against_sender, cases)
                return [(item.name, fault) for item, fault in zip(cases, results) if fault]
            faults = []
            alone = [item for item in cases if item.alone or item.listens is False]
            results = pool.map(self.against_own_receiver, alone)
            faults += [(item.name, fault) for item, fault in zip(alone, results) if fault]
            served = {}
            for item in cases:
                if item not in alone:
                    served.setdefault(item.options, []).append(item)
            for options, items in served.items():
                faults += self.against_one_receiver(pool, options, items)
            return faults

    # A receiver

    def start_receiver(self, options, endpoint=None, listen="tcp://127.0.0.1:0"):
        where = ["--from", endpoint] if endpoint else ["--listen", listen]
        output = [] if "--raw" in options else ["--output", self.fresh("received")]
        return Program(self.receive, where + output + self.filled(options))

    def filled(self, options):
        return [text.replace("{key}", self.key) for text in options]

    def against_one_receiver(self, pool, options, cases):
        receiver, faults = self.start_receiver(options), []
        try:
            listening = receiver.event("listening")
            if listening is None:
                return [(item.name, "the receiver does not start: " + " ".join(receiver.errors))
                        for item in cases]
            endpoint = listening["endpoint"]
            for at in range(0, len(cases), BETWEEN):
                part = cases[at:at + BETWEEN]
                results = pool.map(lambda item: self.visit(receiver, endpoint, item), part)
                faults += [(item.name, fault) for item, fault in zip(part, results) if fault]
                good = GOOD
                if "--require" in options:
                    good = case(**{**vars(GOOD), "pipeline": [("crc32c", {})]})
                fault = self.visit(receiver, endpoint, good)
                if fault:
                    faults.append((f"a good sender behind {part[-1].name}", fault))
        finally:
            receiver.ask_to_end()
            status = receiver.wait()
        # 2: some object never came whole.
        if status not in (0, 2):
            faults.append(("the end of the receiver", f"status {status}: {receiver.errors[-3:]}"))
        faults += [("the receiver's books", fault) for fault in book_faults(receiver)]
        return faults

    def visit(self, receiver, endpoint, item):
        """Plays a case as a sender that dials, from a host of its own: what the receiver tells of a
        peer is told by its address, and the port of a connection that has ended is soon another's."""
        with self.lock:
            self.visits += 1
            source = f"127.1.{self.visits >> 8}.{self.visits & 255}"
        with Wires().dial(endpoint, source) as stream:
            side = Side(stream, "sender", True, item.pipeline, KEY, item.level)
            fault = play(item, side)
            peer = own_name(stream)
        return fault or self.stored_fault(receiver, item, side, peer)

    def stored_fault(self, receiver, item, side, peer):
        """What the receiver says that it stored, where the case has something to say of that."""
        if (item.greets or side.close is not None) and receiver.event("connected", peer=peer):
            ended = receiver.event("disconnected", peer=peer)
            if ended is None:
                return "no event says that the connection ended"
            if ("error" in ended) != (side.close is None or side.reject is not None) \
                    and item.stores is not None:
                return f"the event {ended} of a connection with {side.seen()}"
        stored = [event["id"] for event in receiver.named("object", peer=peer)]
        refused = [event["id"] for event in receiver.named("rejected", peer=peer)]
        if item.stores is not None or isinstance(item.reaction, type(FINE)):
            wanted = item.stores
            if wanted is None:
                wanted = [n for n in range(1, side.highest_sent + 1)
                          if n not in item.reaction.refused and n not in item.reaction.unsettled
                          and n not in side.cancelled]
            if sorted(stored) != sorted(wanted):
                return f"stored {stored} instead of {list(wanted)}"
            if isinstance(item.reaction, type(FINE)) and side.level != "none" \
                    and sorted(refused) != sorted(item.reaction.refused):
                return f"refused {refused} instead of {sorted(item.reaction.refused)}"
        elif not isinstance(item.reaction, Either) or item.stored:
            if not set(stored) <= set(item.stored):
                return f"stored {stored}, and may not have stored more than {list(item.stored)}"
        return None

    def against_own_receiver(self, item):
        """Plays a case against a receiver that is started for it, whoever dials."""
        if item.listens is False:
            wires = Wires()
            listener, endpoint = wires.listen()
            with listener:
                receiver = self.start_receiver(item.options, endpoint)
                try:
                    with wires.take(listener) as stream:
                        listener.close()
                        side = Side(stream, "sender", False, item.pipeline, KEY, item.level)
                        side.program = receiver
                        fault = play(item, side)
                except OSError as error:
                    receiver.ask_to_end()
                    receiver.wait()
                    return f"the receiver does not come: {error} {receiver.errors}"
        else:
            wires, identity = self.wires(item, False)
            receiver = self.start_receiver(
                list(item.options) + identity,
                listen="tls://localhost:0" if identity else "tcp://127.0.0.1:0")
            listening = receiver.event("listening")
            if listening is None:
                return "the receiver does not start: " + " ".join(receiver.errors)
            try:
                with wires.dial(listening["endpoint"]) as stream:
                    side = Side(stream, "sender", True, item.pipeline, KEY, item.level)
                    side.program = receiver
                    fault = play(item, side)
            except (ssl.SSLError, ConnectionError) as error:
                fault = handshake_fault(item, error)
        if fault or item.exit is None:
            receiver.ask_to_end()
        status = receiver.wait()
        if fault:
            return fault
        if item.exit is not None and status != item.exit:
            return f"status {status} instead of {item.exit}: {receiver.errors[-3:]}"
        return "; ".join(book_faults(receiver, item.books)) or None

    # A sender

    def inputs(self, item):
        if isinstance(item.objects, int):
            path = self.fresh("lines")
            with open(path, "w", encoding="ascii") as file:
                file.writelines(f"line {number}\n" for number in range(item.objects))
            return ["--each-line", path]
        directory = self.fresh("files")
        os.mkdir(directory)
        paths = []
        for number, size in enumerate(item.objects, 1):
            paths.append(os.path.join(directory, f"{number}-{size}"))
            with open(paths[-1], "wb") as file:
                if size < 1 << 20:
                    file.write(content(size))
                else:
                    file.truncate(size)
        return paths

    def against_sender(self, item):
        wires, identity = self.wires(item, not item.listens)
        where = ["--listen", "tls://localhost:0" if identity else "tcp://127.0.0.1:0"]
        listener = None
        if not item.listens:
            listener, endpoint = wires.listen("tls://localhost:0" if identity else "tcp://127.0.0.1:0")
            where = ["--to", endpoint]
        sender = Program(self.send, where + identity + self.filled(item.options) + self.inputs(item))
        try:
            if listener is None:
                listening = sender.event("listening")
                if listening is None:
                    return "the sender does not start: " + " ".join(sender.errors)
                stream = wires.dial(listening["endpoint"])
            else:
                stream = wires.take(listener)
                listener.close()
            with stream:
                side = Side(stream, "receiver", bool(item.listens), (), KEY, item.level)
                side.program = sender
                fault = play(item, side)
            if item.listens and fault is None and item.exit is None and side.close is None:
                sender.ask_to_end()
        except (ssl.SSLError, ConnectionError) as error:
            side, fault = None, handshake_fault(item, error)
        except OSError as error:
            fault = f"{error}: {sender.errors[-3:]}"
        finally:
            if listener is not None:
                listener.close()
        if fault:
            sender.ask_to_end()
        status = sender.wait()
        if fault:
            return fault
        if status is None:
            return "the sender does not end"
        wanted = item.exit
        if wanted is None and isinstance(item.reaction, type(FINE)):
            wanted = 2 if side.nacks_sent else 0
        if wanted is not None and status != wanted:
            return f"status {status} instead of {wanted}: {sender.errors[-3:]}"
        return "; ".join(book_faults(sender, item.books)) or None


def handshake_fault(item, error):
    """A TLS handshake that fails is the end of a connection, without a word of the protocol."""
    return None if item.protocols is not None and item.reaction is CLOSED else f"{error}"


def content(size):
    return (b"0123456789abcdefghijklmnopqrstuvwxyz\n" * (size // 37 + 1))[:size]


def book_faults(program, wanted=None):
    """Whether a summary is there, adds up, and has the members that a case asks for."""
    summaries = program.named("summary")
    # Who has got nothing, and ends with an error, has nothing to sum up.
    has_begun = wanted and program.named("connected")
    if not summaries and not has_begun and program.named("error", fatal=True):
        return []
    if len(summaries) != 1:
        return [f"{len(summaries)} summaries: {program.errors[-3:]}"]
    summary = summaries[0]
    parts = ("stored", "refused", "incomplete") if "begun" in summary else (
        "acknowledged", "refused", "undelivered", "in-flight")
    faults = []
    if summary.get("begun", summary.get("accepted")) != sum(summary[part] for part in parts):
        faults.append(f"the books do not add up: {summary}")
    for key, value in (wanted or {}).items():
        if summary[key] != value:
            faults.append(f"{key} {summary[key]} instead of {value} in the books: {summary}")
    return faults
