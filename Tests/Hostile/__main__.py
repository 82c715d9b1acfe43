"""A load of everything bad that a stranger can do, in turns, while a good client goes on.

    python3 Tests/Hostile BINARIES [--seconds 12] [--only TEXT …] [--write PAGE]

BINARIES is where pouch-receive, pouch-send and pouch-certs are, built for release. Prints a table for
each program that was tried (docs/security-tests.md), and ends with 1 when a demand was missed.
"""

import argparse
import pathlib
import secrets
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import causes  # noqa: E402
import page  # noqa: E402
import table  # noqa: E402
from phases import STATIONS  # noqa: E402
from station import Run  # noqa: E402
from wires import raise_descriptor_limit  # noqa: E402

OBJECTS = 20_000


def make_certificates(binaries, directory):
    """What both sides need, and in `others` what another authority has issued."""
    for place in (directory, directory / "others"):
        subprocess.run(
            [f"{binaries}/pouch-certs", "create", "--output", place, "--name", "localhost",
             "--name", "127.0.0.1"], check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)  # fmt: skip
    key = directory / "hmac.key"
    key.touch(0o600)
    key.write_bytes(secrets.token_bytes(32))


def make_objects(path):
    """What a sender that listens gives to everybody: lines of a kilobyte."""
    with path.open("w") as file:
        for number in range(OBJECTS):
            file.write('{"number": %d, "text": "%s"}\n' % (number, "x" * 1000))


def chosen(station, only):
    def fits(phase):
        whole = f"{station.name}: {phase.name} {phase.transport} {' '.join(phase.loads)}"
        return not only or any(word in whole for word in only)
    return [phase for phase in station.phases if fits(phase)]


def run(station, phases, options, certs, place):
    place.mkdir()
    make_objects(place / "objects")
    trial = Run(station, options.binaries, str(certs), str(place), options.seconds)
    try:
        trial.hold()
        for transport in station.transports:
            if any(phase.transport == transport for phase in phases):
                trial.measure_baseline(transport, options.baseline)
        trial.start()
        for phase in phases:
            row = trial.run(phase)
            print(table.line(table.cells(row)), file=sys.stderr, flush=True)
    finally:
        status = trial.end()
    if options.lines:
        for said in causes.warnings(trial.program.lines):
            print(f"{said.time:.1f} {said.level} {said.message[:300]}", file=sys.stderr)
    print(f"{station.name}: it ended with {status}", file=sys.stderr)
    return trial


def main():
    parser = argparse.ArgumentParser(prog="python3 Tests/Hostile", description=__doc__.split("\n")[0])
    parser.add_argument("binaries")
    parser.add_argument("--seconds", type=float, default=12, help="of each phase, at least")
    parser.add_argument("--baseline", type=float, default=30, help="seconds without load")
    parser.add_argument("--only", nargs="*", default=[], help="phases or stations with one of these words")
    parser.add_argument("--lines", action="store_true", help="show what the programs have said")
    parser.add_argument("--write", help="the page that the tables are written into")
    options = parser.parse_args()
    # Whatever ends it, what it has started ends too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    raise_descriptor_limit()
    trials = []
    began = time.time()
    with tempfile.TemporaryDirectory(prefix="hostile-") as scratch:
        certs = pathlib.Path(scratch) / "certs"
        make_certificates(options.binaries, certs)
        for number, station in enumerate(STATIONS):
            phases = chosen(station, options.only)
            if phases:
                place = pathlib.Path(scratch) / str(number)
                trials.append(run(station, phases, options, certs, place))
    tables = "\n".join(table.table(trial) for trial in trials)
    print(tables)
    missed = sum(bool(row.faults) for trial in trials for row in trial.rows)
    count = sum(len(trial.rows) for trial in trials)
    print(f"{count - missed} of {count} phases met every demand.")
    if options.write:
        page.write(options.write, tables, began, options)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
