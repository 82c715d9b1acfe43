"""What cbor2 makes of CBOR, for differential tests. Lines of hexadecimal in and out.

    cbor_peer.py recode              each line of input decoded, and encoded again
    cbor_peer.py generate SEED N     N random objects, encoded
    cbor_peer.py compare SEED N      the lines of input decoded and compared with those objects
"""

import math
import random
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal
from uuid import UUID

import cbor2


def scalar(source):
    kind = source.randrange(12)
    if kind == 0:
        return source.getrandbits(source.randrange(1, 64))
    if kind == 1:
        return -source.getrandbits(source.randrange(1, 64))
    if kind == 2:
        return source.choice([1, -1]) * source.getrandbits(source.randrange(64, 200))
    if kind == 3:
        return source.uniform(-1e9, 1e9)
    if kind == 4:
        return source.randrange(-4000, 4000) / 2 ** source.randrange(12)
    if kind == 5:
        return source.choice([math.inf, -math.inf, 0.0, -0.0, math.nan, 5e-324, 1e308])
    if kind == 6:
        alphabet = 'aZ0"\\\n\u00fc\u6c34\U00010151'
        return "".join(source.choice(alphabet) for _ in range(source.randrange(40)))
    if kind == 7:
        return source.randbytes(source.randrange(300))
    if kind == 8:
        return source.choice([None, True, False, cbor2.undefined])
    if kind == 9:
        return cbor2.CBORSimpleValue(source.choice([0, 19, 32, 255]))
    if kind == 10:
        return Decimal(source.randrange(-(10**20), 10**20)).scaleb(source.randrange(-30, 30))
    return source.choice([
        UUID(bytes=source.randbytes(16)),
        datetime.fromtimestamp(source.randrange(2**31), timezone.utc),
    ])


def thing(source, depth=4):
    kind = source.randrange(10)
    if depth == 0 or kind < 6:
        return scalar(source)
    if kind < 8:
        return [thing(source, depth - 1) for _ in range(source.randrange(30))]
    if kind == 8:
        keys = ["k%d" % source.randrange(50), source.randrange(-100, 100), source.randbytes(3)]
        return {source.choice(keys): thing(source, depth - 1) for _ in range(source.randrange(30))}
    return cbor2.CBORTag(source.randrange(70000, 2**64), thing(source, depth - 1))


def objects(seed, count):
    source = random.Random(seed)
    return [thing(source) for _ in range(count)]


def same(left, right):
    if isinstance(left, float) and isinstance(right, float):
        if math.isnan(left) or math.isnan(right):
            return math.isnan(left) and math.isnan(right)
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        # Inside of a tag cbor2 makes immutable objects.
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, cbor2.CBORTag) and isinstance(right, cbor2.CBORTag):
        return left.tag == right.tag and same(left.value, right.value)
    return type(left) is type(right) and left == right


def main():
    mode, *numbers = sys.argv[1:]
    if mode == "recode":
        for line in sys.stdin:
            print(cbor2.dumps(cbor2.loads(bytes.fromhex(line))).hex())
        return
    expected = objects(int(numbers[0]), int(numbers[1]))
    if mode == "generate":
        for index, value in enumerate(expected):
            print(cbor2.dumps(value, canonical=index % 2 == 1).hex())
    else:
        lines = sys.stdin.read().split()
        assert len(lines) == len(expected), "%d lines for %d objects" % (len(lines), len(expected))
        for line, value in zip(lines, expected):
            found = cbor2.loads(bytes.fromhex(line))
            if not same(found, value):
                print("%.200s is not %.200r" % (line, value))


main()
