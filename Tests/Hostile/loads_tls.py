"""Loads that TLS alone has: certificates that are refused, and keys that change all the time."""

import os
import subprocess
import time

from crowd import Counts, visits
from session import hello, ready
from wires import BROKEN, Target

NOTHING = subprocess.DEVNULL


def refused_certificates(target, seconds, certs):
    """40 a second: from another authority, and none at all."""
    endpoint = str(target.endpoint)
    others = Target(endpoint, f"{certs}/others"), Target(endpoint, certs, name=None)
    # It is the listener that is to refuse.
    for other in others:
        other.context.check_hostname = False
        other.context.verify_mode = 0

    def visit(counts):
        turn = counts["connections"]
        counts["connections"] += 1
        stream = others[turn % 2].dial()
        # With TLS 1.3 the refusal comes behind this side's part of the handshake.
        with stream:
            stream.sendall(hello("sender"))
            stream.recv(100)
            counts["taken"] += 1
    return visits(target, seconds, 40, visit)


class OpenSSL:
    """`openssl s_client`, which obeys letters that stand first in what it reads."""

    def __init__(self, target, certs, *options):
        self.process = subprocess.Popen(
            ["openssl", "s_client", "-quiet", "-no_ign_eof", "-connect",
             f"{target.endpoint.host}:{target.endpoint.port}", "-alpn", "pouch/1",
             "-CAfile", f"{certs}/ca.pem", "-cert", f"{certs}/sender.pem",
             "-key", f"{certs}/sender.key", *options],
            stdin=subprocess.PIPE, stdout=NOTHING, stderr=NOTHING)  # fmt: skip
        os.set_blocking(self.process.stdin.fileno(), False)

    def say(self, words):
        """Whether it still listens."""
        try:
            os.write(self.process.stdin.fileno(), words)
        except BlockingIOError:
            pass
        except OSError:
            return False
        return self.process.poll() is None

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def commands(target, seconds, certs, letter, name, *options, rate):
    """Four connections that go through the handshake, and then obey one letter again and again. One
    that was ended is made again, ten a second at most."""
    counts, open_ones = Counts(), [None] * 4
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for place, one in enumerate(open_ones):
            if one is None:
                one = open_ones[place] = OpenSSL(target, certs, *options)
                counts["connections"] += 1
                time.sleep(0.1)
                one.say(hello("sender") + ready("sender"))
                time.sleep(0.02)
            if one.say(letter + b"\n"):
                counts[name] += 1
            else:
                counts["ended by it"] += 1
                one.end()
                open_ones[place] = None
        time.sleep(1 / rate)
    for one in open_ones:
        if one is not None:
            one.end()
    return counts


def key_updates(target, seconds, certs):
    """Asks for new keys of both sides, up to 2,000 times a second together."""
    return commands(target, seconds, certs, b"K", "updates", "-tls1_3", rate=500)


def renegotiations(target, seconds, certs):
    return commands(target, seconds, certs, b"R", "attempts", "-tls1_2", rate=20)
