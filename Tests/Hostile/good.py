"""The good clients, and the tries that they tell of."""

import json
import math
import subprocess
import sys
import threading

from peers import HERE


class GoodClient:
    def __init__(self, manner, role, endpoint, certs, arrivals=None):
        """- arrivals: where objects arrive that nobody acknowledges, by the time of their sending."""
        self.arrivals = arrivals
        self.tries = {}
        """When each began, and what came of it: milliseconds, or why it failed."""
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "good_client.py"), manner, role, endpoint, certs],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            with self.lock:
                # What fails behind its answer has failed.
                if "error" in told or told["at"] not in self.tries:
                    self.tries[told["at"]] = told.get("error", told.get("ms"))

    def between(self, begin, end):
        with self.lock:
            return Tries([self._outcome(at, came) for at, came in self.tries.items()
                          if begin <= at < end])

    def _outcome(self, at, came):
        if came is not None:
            return came
        arrival = self.arrivals.get(at)
        return "it did not arrive" if arrival is None else (arrival - at) * 1000

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(5)


class Tries:
    """The tries of a stretch of time."""

    def __init__(self, outcomes):
        self.times = sorted(came for came in outcomes if not isinstance(came, str))
        self.failures = [came for came in outcomes if isinstance(came, str)]

    @property
    def count(self):
        return len(self.times) + len(self.failures)

    def percentile(self, share):
        """The nearest rank; None without a time."""
        if not self.times:
            return None
        return self.times[math.ceil(share * len(self.times)) - 1]
