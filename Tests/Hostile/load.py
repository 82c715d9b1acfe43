"""One load, as a process of its own: load.py NAME ENDPOINT SECONDS [CERTS]

It prints one JSON object: what it has done, and how much processor time that took."""

import inspect
import json
import os
import resource
import sys

import loads_object
import loads_port
import loads_session
import loads_tls
import pace
from wires import Target, raise_descriptor_limit

MODULES = (loads_port, loads_session, loads_object, loads_tls)


def find(name):
    for module in MODULES:
        if hasattr(module, name):
            return getattr(module, name)
    raise SystemExit(f"no load is called {name!r}")


def processor_seconds():
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def step_back():
    """Others go first: on a machine of its own the load would take no time of theirs."""
    os.nice(10)


def main(name, endpoint, seconds, certs=None):
    load = find(name)
    step_back()
    raise_descriptor_limit()
    target = Target(endpoint, certs)
    given = {"certs": certs} if "certs" in inspect.signature(load).parameters else {}
    print("ready", flush=True)
    if not sys.stdin.readline():
        return
    done = load(target, float(seconds), **given)
    share = pace.share()
    print(json.dumps({"done": done, "cpu": processor_seconds(), "share": share}))


if __name__ == "__main__":
    main(*sys.argv[1:])
