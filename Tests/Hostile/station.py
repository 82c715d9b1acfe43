"""Runs one station: the program that is tried, the good clients, and the loads in turns."""

import dataclasses
import json
import subprocess
import sys
import time

import causes
from good import GoodClient
from peers import HERE
from program import Program

BASELINE_SECONDS = 30
SETTLING_SECONDS = 30
MEMORY_LIMIT = 16 << 10
SHARE_OF_FRESH = 0.01
LEAST_SHARE = 0.8
"""Of its rate, that a load has to reach to count."""
DROPPED = "could not be written"
RESULT_SECONDS = 5


@dataclasses.dataclass
class Row:
    """One line of the table."""

    phase: str
    transport: str
    seconds: float
    done: dict
    load_cpu: float
    own_cpu: float
    held: object
    fresh: object
    peak: int
    resident: int
    """After it, beside what it was before the first load."""
    descriptors: int
    settled: float
    """How long it took until memory and descriptors were back."""
    lines: int
    faults: list


@dataclasses.dataclass
class Baseline:
    held: object
    fresh: object


class Run:
    def __init__(self, station, binaries, certs, place, seconds):
        self.station, self.certs, self.place, self.seconds = station, certs, place, seconds
        self.filled = {"certs": certs, "place": place, "objects": f"{place}/objects"}
        self.program = Program(self._command(binaries), self.is_length10)
        self.held, self.baselines, self.rows = {}, {}, []
        self.endpoints = dict(zip(station.transports, self.program.listening(len(station.transports))))

    @property
    def is_length10(self):
        return "length10" in self.station.options

    def _command(self, binaries):
        role = self.station.role
        endpoints = {"tcp": "tcp://127.0.0.1:0", "tls": "tls://127.0.0.1:0",
                     "unix": f"unix://{self.place}/socket"}
        command = [f"{binaries}/pouch-{'receive' if role == 'receiver' else 'send'}"]
        for transport in self.station.transports:
            command += ["--listen", endpoints[transport]]
        if "tls" in self.station.transports:
            # A listener has the certificate of a listener, whatever its role.
            command += ["--trust", f"{self.certs}/ca.pem", "--certificate",
                        f"{self.certs}/receiver.pem", "--key", f"{self.certs}/receiver.key"]
        return command + [option.format(**self.filled) for option in self.station.options]

    # Good clients

    def client(self, manner, transport):
        role = "length10" if self.is_length10 else (
            "sender" if self.station.role == "receiver" else "receiver")
        return GoodClient(
            manner, role, self.endpoints[transport], self.certs, self.program.arrivals)

    def hold(self):
        for transport in self.station.transports:
            self.held[transport] = self.client("held", transport)

    # Without load

    def measure_baseline(self, transport, seconds=BASELINE_SECONDS):
        fresh = self.client("fresh", transport)
        time.sleep(1)
        begin = time.monotonic()
        time.sleep(seconds)
        end = time.monotonic()
        fresh.end()
        self.baselines[transport] = Baseline(
            self.held[transport].between(begin, end), fresh.between(begin, end))

    def start(self):
        """What is resident and open once the first connections have come and gone."""
        time.sleep(1)
        self.resident = self.program.seen.resident
        self.descriptors = self.program.seen.descriptors

    # With load

    def run(self, phase):
        seconds = max(self.seconds, phase.least_seconds)
        seen, said = self.program.seen, len(self.program.lines)
        fresh = self.client("fresh", phase.transport)
        loads = [Load(name, self.endpoints[phase.transport], seconds, self.certs)
                 for name in phase.loads]
        time.sleep(0.5)
        if not phase.reads_stderr:
            self.program.is_read.clear()
        seen.forget_peak()
        cpu, begin = seen.processor_seconds, time.monotonic()
        for load in loads:
            load.begin()
        for load in loads:
            load.wait()
        end = time.monotonic()
        cpu = seen.processor_seconds - cpu
        fresh.end()
        settled = self.settle(end)
        peak = seen.peak
        self.program.is_read.set()
        time.sleep(0.5)
        lines = self.program.lines[said:]
        held = {transport: client.between(begin, end) for transport, client in self.held.items()}
        others = [text for transport, tries in held.items() if transport != phase.transport
                  for text in tries.failures]
        row = Row(
            phase.name, phase.transport, end - begin, merged(load.done for load in loads),
            sum(load.cpu for load in loads), cpu, held[phase.transport],
            fresh.between(begin, end), peak, seen.resident - self.resident,
            seen.descriptors - self.descriptors, settled, len(causes.warnings(lines)), [])
        short = [f"the load {load.name} reached {load.share:.0%} of its rate"
                 for load in loads if load.share < LEAST_SHARE]
        row.faults = short + self.judge(row, lines) + [f"held elsewhere: {text}" for text in others[:3]]
        self.rows.append(row)
        return row

    def settle(self, end):
        """Waits until memory and descriptors are what they were: returns how long that took."""
        seen = self.program.seen
        while (waited := time.monotonic() - end) < SETTLING_SECONDS:
            if self.program.has_ended:
                raise SystemExit(f"it has ended: {self.program.lines[-5:]}")
            if (waited > 1 and seen.descriptors <= self.descriptors
                    and seen.resident - self.resident <= MEMORY_LIMIT):
                break
            time.sleep(0.25)
        return waited

    def judge(self, row, lines):
        base, faults = self.baselines[row.transport], []
        if row.held.failures or not row.held.times:
            faults.append(f"held: {(row.held.failures or ['nothing came'])[0]}")
        if not row.fresh.times or len(row.fresh.failures) > SHARE_OF_FRESH * row.fresh.count:
            faults.append(f"fresh: {(row.fresh.failures or ['nothing came'])[0]}")
        for name, with_load, without in (
                ("held", row.held, base.held), ("fresh", row.fresh, base.fresh)):
            slow, usual = with_load.percentile(0.99), without.percentile(0.99)
            if slow is not None and usual is not None and slow >= 2 * usual:
                faults.append(f"{name} p99 {slow / usual:.1f} times")
        if row.resident > MEMORY_LIMIT:
            faults.append(f"{row.resident / 1024:.0f} MiB stay")
        if row.descriptors > 0:
            faults.append(f"{row.descriptors} descriptors stay")
        if self.station.shows_all:
            if not any(DROPPED in line.message for line in lines):
                faults.append("no line says what was dropped")
        else:
            faults += [f"too often: {line.message[:150]}" for line in self.repeated(lines)[:3]]
        return faults

    def repeated(self, lines):
        """Those of the new lines that come too soon behind an older one of their cause."""
        return [line for line in causes.too_often(self.program.lines) if line in lines]

    def end(self):
        for client in self.held.values():
            client.end()
        return self.program.end()


class Load:
    """A load in a process of its own, which waits for its turn."""

    def __init__(self, name, endpoint, seconds, certs):
        self.name = name
        self.seconds = seconds
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "load.py"), name, endpoint, str(seconds), certs],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def begin(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def wait(self):
        try:
            told, _ = self.process.communicate(timeout=self.seconds + 60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            told = ""
        if not told:
            raise SystemExit(f"the load {self.name} has failed")
        result = json.loads(told)
        self.done, self.cpu, self.share = result["done"], result["cpu"], result["share"]


def merged(counts):
    total = {}
    for each in counts:
        for name, count in each.items():
            total[name] = total.get(name, 0) + count
    return total
