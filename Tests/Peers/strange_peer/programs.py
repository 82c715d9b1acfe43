"""The executables that are tried, while they run."""

import json
import signal
import socket
import ssl
import subprocess
import threading
import time

from sides import PATIENCE


class Program:
    """A process that writes events to stdout (docs/events.md)."""

    def __init__(self, path, arguments):
        self.changed = threading.Condition()
        self.events, self.errors = [], []
        self.has_ended = self.is_asked = False
        self.process = subprocess.Popen(
            [path, "--json", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.threads = [threading.Thread(target=self.follow, args=pair, daemon=True)
                        for pair in ((self.process.stdout, True), (self.process.stderr, False))]
        for thread in self.threads:
            thread.start()

    def follow(self, stream, is_events):
        for line in stream:
            with self.changed:
                if is_events and line.startswith("{"):
                    self.events.append(json.loads(line))
                else:
                    self.errors.append(line.rstrip())
                self.changed.notify_all()
        if is_events:
            with self.changed:
                self.has_ended = True
                self.changed.notify_all()

    def event(self, name, seconds=PATIENCE, **members):
        """The first event of this name with these members, or None."""
        def found():
            for event in self.events:
                if event["event"] == name and all(
                        event.get(key) == value for key, value in members.items()):
                    return event
            return None

        with self.changed:
            self.changed.wait_for(lambda: found() or self.has_ended, seconds)
            return found()

    def named(self, name, **members):
        with self.changed:
            return [event for event in self.events if event["event"] == name and all(
                event.get(key) == value for key, value in members.items())]

    def ask_to_end(self):
        """Once: a second signal would not wait for anything."""
        if not self.is_asked:
            self.is_asked = True
            self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds=PATIENCE * 2):
        """The exit status; None for a program that had to be killed."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        for thread in self.threads:
            thread.join(PATIENCE)
        return status


def address(endpoint):
    """Where a tcp or tls endpoint is."""
    host, port = endpoint.split("://")[1].rsplit(":", 1)
    return host.strip("[]"), int(port)


class Wires:
    """Connections, dialled or taken, with the files of this end for TLS."""

    def __init__(self, trust=None, certificate=None, key=None, protocols=("pouch/1",)):
        self.trust, self.certificate, self.key, self.protocols = trust, certificate, key, protocols

    def context(self, is_server):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if is_server else ssl.PROTOCOL_TLS_CLIENT)
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        made.check_hostname = False
        made.load_verify_locations(self.trust)
        made.load_cert_chain(self.certificate, self.key)
        made.verify_mode = ssl.CERT_REQUIRED
        if self.protocols:
            made.set_alpn_protocols(list(self.protocols))
        return made

    def dial(self, endpoint, source=None):
        """- source: the host to come from, where this is no Unix socket."""
        if endpoint.startswith("unix:"):
            stream = socket.socket(socket.AF_UNIX)
            stream.settimeout(PATIENCE)
            stream.connect(unix_address(endpoint))
            return stream
        stream = socket.create_connection(
            address(endpoint), PATIENCE, source and (source, 0))
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if endpoint.startswith("tls:"):
            stream = self.context(False).wrap_socket(stream, suppress_ragged_eofs=False)
        return stream

    def listen(self, endpoint="tcp://127.0.0.1:0"):
        """A socket to take connections from, and where it is."""
        if endpoint.startswith("unix:"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(unix_address(endpoint))
            listener.listen()
        else:
            host, port = address(endpoint)
            listener = socket.create_server((host, port))
            endpoint = f"{endpoint.split(':')[0]}://{host}:{listener.getsockname()[1]}"
        listener.settimeout(PATIENCE)
        self.is_tls = endpoint.startswith("tls:")
        return listener, endpoint

    def take(self, listener):
        stream, _ = listener.accept()
        stream.settimeout(PATIENCE)
        if stream.family != socket.AF_UNIX:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.is_tls:
            stream = self.context(True).wrap_socket(
                stream, server_side=True, suppress_ragged_eofs=False)
        return stream


def wires_with(directory, is_listener, protocols=("pouch/1",)):
    """With certificates as pouch-certs makes them."""
    own = f"{directory}/{'receiver' if is_listener else 'sender'}"
    return Wires(f"{directory}/ca.pem", own + ".pem", own + ".key", protocols)


def unix_address(endpoint):
    path = endpoint[len("unix:"):]
    if path.startswith("@"):
        return "\0" + path[1:]
    return path[2:] if path.startswith("//") else path


def own_name(stream):
    """This end as the other one calls it."""
    host, port = stream.getsockname()[:2]
    return f"{host}:{port}"


def wait_until(condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()
