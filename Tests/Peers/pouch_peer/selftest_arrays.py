"""Typed arrays, plain and NumPy's."""

from __future__ import annotations

import importlib.util
from array import array
from typing import Any

from . import cbor, typed_arrays
from .cbor import Tagged
from .selftest_support import equal, test

HAS_NUMPY = importlib.util.find_spec("numpy") is not None


@test("typed arrays: the bytes of RFC 8746, there and back")
def _() -> None:
    for code, numbers, text in (
        ("B", [0, 1, 255], "d840430001ff"),
        ("b", [-1, 1], "d84842ff01"),
        ("H", [1, 0x203], "d8454401000302"),
        ("h", [-2], "d84d42feff"),
        ("I", [0x1020304], "d8464404030201"),
        ("i", [-2], "d84e44feffffff"),
        ("Q", [1], "d847480100000000000000"),
        ("q", [-2], "d84f48feffffffffffffff"),
        ("f", [1, -2], "d855480000803f000000c0"),
        ("d", [1], "d85648000000000000f03f"),
        ("d", [], "d85640"),
    ):
        numbers = array(code, numbers)
        equal(typed_arrays.dumps(numbers).hex(), text)
        equal(typed_arrays.dumps(memoryview(numbers)).hex(), text)
        equal(typed_arrays.loads(bytes.fromhex(text)), numbers)
        big = bytearray(bytes.fromhex(text))
        if numbers.itemsize > 1:
            big[1] ^= 4
            big[3:] = numbers[::-1].tobytes()[::-1]
        equal(typed_arrays.loads(bytes(big)), numbers, big.hex())
    equal(typed_arrays.loads(bytes.fromhex("d84442ff00")), array("B", [255, 0]))
    equal(typed_arrays.loads(bytes.fromhex("d85444003c00c0")), array("f", [1, -2]))
    equal(typed_arrays.loads(bytes.fromhex("d850443c00c000")), array("f", [1, -2]))


@test("typed arrays: tensors keep their shape, in rows or columns")
def _() -> None:
    tensor = memoryview(array("h", range(6))).cast("B").cast("h", [2, 3])
    data = typed_arrays.dumps(tensor)
    equal(data.hex(), "d82882820203d84d4c000001000200030004000500")
    equal(typed_arrays.loads(data).tolist(), [[0, 1, 2], [3, 4, 5]])
    columns = cbor.encode(Tagged(1040, [[2, 3], Tagged(77, array("h", [0, 3, 1, 4, 2, 5]).tobytes())]))
    equal(typed_arrays.loads(columns).tolist(), [[0, 1, 2], [3, 4, 5]])
    cube = Tagged(1040, [[2, 2, 2], Tagged(64, bytes([0, 4, 2, 6, 1, 5, 3, 7]))])
    equal(typed_arrays.loads(cbor.encode(cube)).tolist(), [[[0, 1], [2, 3]], [[4, 5], [6, 7]]])
    ordinary = cbor.encode(Tagged(40, [[1, 2], [1, 2.5]]))
    equal(typed_arrays.loads(ordinary).tolist(), [[1.0, 2.5]])
    equal(typed_arrays.loads(cbor.encode(Tagged(40, [[0, 5], Tagged(64, b"")]))), array("B"))


@test("typed arrays: anywhere in a value, with keys of any type")
def _() -> None:
    value = {1: "hi", "list": [array("d", [1.5]), {"deep": array("B", [7])}], "raw": b"x", "none": None}
    equal(typed_arrays.loads(typed_arrays.dumps(value)), value)
    equal(typed_arrays.loads(typed_arrays.dumps(Tagged(32, "u"))), Tagged(32, "u"))


@test("typed arrays: what is none is refused")
def _() -> None:
    refused: Any = [
        "d84543010203", "d84600", "d84544", "d85740", "d84c40", "d828820201", "d82882820203820102",
        "d82882812083000000", "d828828103d8404100", "d8288282010282f60102",
        "d82882821b7fffffffffffffff1b7fffffffffffffffd84040", "a1810102",
    ]  # fmt: skip
    for text in refused:
        for numpy in {False, HAS_NUMPY}:
            try:
                value = typed_arrays.loads(bytes.fromhex(text), numpy)
            except (cbor.CBORError, TypeError):
                continue
            raise AssertionError(f"{text} was read as {value!r}")
    for strange in (memoryview(b"ab").cast("c"), array("u", "text")):
        try:
            typed_arrays.dumps(strange)
        except TypeError:
            continue
        raise AssertionError(f"{strange!r} was written")


if HAS_NUMPY:

    @test("typed arrays: NumPy's, of every kind, order and number of dimensions")
    def _() -> None:
        import numpy

        for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"):
            for order in "<>":
                flat = numpy.arange(24).astype(order + kind)
                for array_ in (flat, flat.reshape(2, 3, 4), flat.reshape(4, 6).T, flat[::3], flat[:0]):
                    found = typed_arrays.loads(typed_arrays.dumps({"a": array_}), numpy=True)["a"]
                    equal((found.shape, found.dtype), (array_.shape, array_.dtype.newbyteorder("<")))
                    assert (found == array_).all()
        plain = typed_arrays.dumps([array("d", [1, 2]), numpy.float32(0.5), numpy.int64(7)])
        equal(typed_arrays.loads(plain), [array("d", [1, 2]), 0.5, 7])
        columns = cbor.encode(Tagged(1040, [[2, 3], Tagged(64, bytes([0, 3, 1, 4, 2, 5]))]))
        equal(typed_arrays.loads(columns, numpy=True).tolist(), [[0, 1, 2], [3, 4, 5]])
        for strange in (numpy.array(["text"]), numpy.array([1j]), numpy.array([True]), numpy.array([{}])):
            try:
                typed_arrays.dumps(strange)
            except TypeError:
                continue
            raise AssertionError(f"{strange!r} was written")
