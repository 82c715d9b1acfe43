"""A second peer, written from docs/wire.md's diagrams, tables and traces alone.

    python3 strange_peer --vectors docs/wire-vectors.json
    python3 strange_peer --violations [GROUP] --send pouch-send --receive pouch-receive
    python3 strange_peer --list
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
    options = parser.parse_args()
    if options.vectors:
        return check_vectors(options.vectors)
    if options.list:
        return list_groups()
    if options.violations is not None:
        return play(options)
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
