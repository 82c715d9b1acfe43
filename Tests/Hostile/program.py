"""The executable that is tried, while it runs, and what it says on stderr."""

import dataclasses
import datetime
import fcntl
import json
import re
import subprocess
import threading
import time

from process import Process

F_SETPIPE_SZ = 1031


GOOD = "good "
"""How an object begins that a good client has sent where nobody acknowledges; the time follows."""


@dataclasses.dataclass(frozen=True)
class Line:
    time: float
    """When it was said, however late it is read: in seconds since 1970."""
    level: str
    message: str

    @staticmethod
    def parse(text):
        said = json.loads(text)
        time = datetime.datetime.fromisoformat(said["time"].replace("Z", "+00:00")).timestamp()
        return Line(time, said["level"], said["message"])


class Program:
    def __init__(self, command, awaits_objects=False):
        self.command = command
        self.arrivals = {}
        """When the objects of good clients were read from stdout, by the time at which they were sent."""
        self.lines = []
        self.is_read = threading.Event()
        self.is_read.set()
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [*command, "--log-format", "json"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            stdout=subprocess.PIPE if awaits_objects else subprocess.DEVNULL)
        self.seen = Process(self.process.pid)
        fcntl.fcntl(self.process.stderr, F_SETPIPE_SZ, 4096)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if awaits_objects:
            threading.Thread(target=self._watch_objects, daemon=True).start()

    def _watch_objects(self):
        for line in self.process.stdout:
            if line.startswith(b'"' + GOOD.encode()):
                self.arrivals[float(json.loads(line)[len(GOOD):])] = time.monotonic()

    def _read(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(Line.parse(line))
                self.changed.notify_all()
            self.is_read.wait()

    def listening(self, count):
        """The endpoints, once all of them are bound."""
        def found():
            matches = (re.match(r"listening on (\S+)", line.message) for line in self.lines)
            return [match[1] for match in matches if match]

        with self.changed:
            self.changed.wait_for(lambda: len(found()) >= count, 20)
            if len(found()) < count:
                raise SystemExit(f"{self.command[0]} does not listen: {self.lines}")
            return found()

    @property
    def has_ended(self):
        return self.process.poll() is not None

    def end(self):
        """Asks it to end, and waits for that; returns the exit status, or None where it had to be killed."""
        self.is_read.set()
        if not self.has_ended:
            self.process.terminate()
        try:
            status = self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        self.reader.join(5)
        return status
