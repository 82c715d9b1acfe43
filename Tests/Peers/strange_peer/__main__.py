"""A second peer, written from docs/wire.md's diagrams, tables and traces alone.

    python3 strange_peer --vectors docs/wire-vectors.json
    python3 strange_peer --violations [GROUP] --send pouch-send --receive pouch-receive
    python3 strange_peer --list
    python3 strange_peer --flood ping --bytes 20971520 --to tcp://127.0.0.1:7447
"""

import argparse
import sys


def main():
    parser = argparse.ArgumentParser(
        prog="strange_peer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", metavar="FILE", help="check the vectors of the page")
    parser.add_argument("--list", action="store_true", help="the groups of violations, with counts")
    parser.add_argument("--violations", nargs="*", metavar="GROUP",
                        help="play these groups, or all, against the executables")
    parser.add_argument("--only", help="of these, the cases with this in their names")
    parser.add_argument("--send", help="the path of pouch-send")
    parser.add_argument("--receive", help="the path of pouch-receive")
    flood = parser.add_argument_group("a flood, by a peer that reads nothing")
    flood.add_argument("--flood", metavar="KIND", help="of these frames (flood.py names the kinds)")
    flood.add_argument("--bytes", type=int, default=20 << 20, help="so many bytes of them")
    flood.add_argument("--to", metavar="ENDPOINT", help="dial tcp://, tls:// or unix:")
    flood.add_argument("--listen", metavar="ENDPOINT", help="listen there, for one connection")
    flood.add_argument("--role", choices=("sender", "receiver"), default="sender",
                       help="for the kinds that both roles send")
    flood.add_argument("--level", choices=("none", "received", "processed"), default="processed")
    flood.add_argument("--trust", metavar="FILE")
    flood.add_argument("--certificate", metavar="FILE")
    flood.add_argument("--key", metavar="FILE")
    flood.add_argument("--patience", type=float, default=3.0,
                       help="seconds without a byte taken, until it counts as stalled")
    flood.add_argument("--hold", action="store_true",
                       help="keep the connection open, unread, until stdin ends")
    options = parser.parse_args()
    if options.vectors:
        return check_vectors(options.vectors)
    if options.list:
        return list_groups()
    if options.violations is not None:
        return play(options)
    if options.flood:
        import flood as floods

        if options.flood not in {**floods.KINDS, **floods.HANDSHAKE}:
            parser.error(f"no flood of {options.flood}")
        if bool(options.to) == bool(options.listen):
            parser.error("one of --to and --listen")
        return floods.run(options)
    parser.error("nothing to do")


def check_vectors(path):
    import vectors

    faults = vectors.check(path)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def list_groups():
    from runner import GROUPS

    for name, cases in GROUPS.items():
        wrong = sum(not item.right for item in cases)
        print(f"{name}: {wrong} violations, {len(cases) - wrong} that are right")
    every = [item for cases in GROUPS.values() for item in cases]
    wrong = sum(not item.right for item in every)
    print(f"together: {wrong} violations, {len(every) - wrong} that are right")
    return 0


def play(options):
    from runner import GROUPS, Runner

    runner, differ = Runner(options.send, options.receive), 0
    try:
        for group in options.violations or GROUPS:
            for name, fault in runner.group(group, options.only):
                differ += 1
                print(f"{group}: {name}: {fault}", flush=True)
    finally:
        runner.close()
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
