"""Arrays of numbers in CBOR, as one run of bytes each (RFC 8746), for plain Python and for NumPy.

    from pouch_peer import typed_arrays

    data = typed_arrays.dumps({"name": "weights", "values": array.array("f", [1, 2, 3])})
    value = typed_arrays.loads(data)               # "values" is an array.array
    value = typed_arrays.loads(data, numpy=True)   # "values" is a numpy.ndarray

In: `array.array`, `memoryview` and NumPy arrays of integers and floats, anywhere in dicts, lists and
tuples. One dimension becomes a typed array (tags 64 to 87), more become a tensor with its shape
(tag 40, and 1040 on the way in). The bytes are little-endian and are copied as a whole, never number
by number. Other values are those of `cbor`, with keys of any type that it has.

Out of plain Python, an `array.array`, or a `memoryview` with its shape for a tensor; half-precision
numbers, which `array` does not have, become single ones. Nothing but the standard library is needed;
NumPy is imported when it is asked for.
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import Any, List, Tuple

from .cbor import CBORError, Tagged, decode, encode

ROW_MAJOR, COLUMN_MAJOR = 40, 1040
CLAMPED = 68  # bytes that saturate instead of wrapping; bytes all the same

_FLOAT, _SIGNED, _LITTLE = 0x10, 0x08, 0x04
_INTEGERS = {(code in "bhilq", array(code).itemsize): code for code in "qQlLiIhHbB"}
_FLOATS = {2: "e", 4: "f", 8: "d"}


def dumps(value: Any) -> bytes:
    """The CBOR of a value with arrays in it."""
    return encode(_tagged_inside(value))


def loads(data: bytes, numpy: bool = False) -> Any:
    """The value, with `array.array` and `memoryview`, or with NumPy arrays, in the place of tags.

    NumPy arrays share the memory that was decoded; copy one to change it. Raises CBORError.
    """
    return _arrays_inside(decode(data, any_key=True), numpy)


def to_tagged(numbers: Any) -> Tagged:
    """What stands for an array in CBOR."""
    if isinstance(numbers, array):
        numbers = memoryview(numbers)
    if not isinstance(numbers, memoryview):  # a NumPy array, which the memoryview need not be able to say
        return _with_shape(
            _tag(numbers.dtype.kind, numbers.dtype.itemsize),
            numbers.astype(numbers.dtype.newbyteorder("<"), copy=False).tobytes(),
            numbers.shape,
        )
    kind = {**dict.fromkeys("bhilq", "i"), **dict.fromkeys("BHILQ", "u"), **dict.fromkeys("efd", "f")}
    tag = _tag(kind.get(numbers.format.lstrip("@="), "?"), numbers.itemsize)
    return _with_shape(tag, _little(numbers.tobytes(), numbers.itemsize), numbers.shape)


def from_tagged(tagged: Tagged, numpy: bool = False) -> Any:
    """The array that a tag stands for."""
    if tagged.tag in (ROW_MAJOR, COLUMN_MAJOR):
        shape, numbers = _shape_and_numbers(tagged)
        if numpy:
            order = "C" if tagged.tag == ROW_MAJOR else "F"
            return _numpy_array(numbers).reshape(shape, order=order)
        flat = _plain_array(numbers)
        if tagged.tag == COLUMN_MAJOR:
            flat = _row_major(flat, shape)
        return memoryview(flat).cast("B").cast(flat.typecode, shape) if shape and len(flat) else flat
    return _numpy_array(tagged) if numpy else _plain_array(tagged)


# Tags


def _tag(kind: str, size: int) -> int:
    """RFC 8746, section 2.1: little-endian, and 64 and 72 for single bytes, which have no order."""
    if kind == "f" and size in _FLOATS:
        return 64 | _FLOAT | _LITTLE | (size.bit_length() - 2)
    if kind in "iu" and size in (1, 2, 4, 8):
        order = _LITTLE if size > 1 else 0
        return 64 | (_SIGNED if kind == "i" else 0) | order | (size.bit_length() - 1)
    raise TypeError(f"there is no typed array of kind {kind!r} and {size} bytes")


def _layout(tag: int) -> Tuple[str, int, bool]:
    """The kind (`i`, `u` or `f`) of a tag's numbers, their size, and whether they are big-endian."""
    if not 64 <= tag <= 87 or tag == 76 or tag in (83, 87):
        raise CBORError(f"tag {tag} is no typed array that this reads")
    if tag & _FLOAT:
        return "f", 2 << (tag & 3), not tag & _LITTLE
    size = 1 << (tag & 3)
    return ("i" if tag & _SIGNED else "u"), size, size > 1 and not tag & _LITTLE


def _with_shape(tag: int, data: bytes, shape: Tuple[int, ...]) -> Tagged:
    flat = Tagged(tag, data)
    return flat if len(shape) == 1 else Tagged(ROW_MAJOR, [list(shape), flat])


def _shape_and_numbers(tagged: Tagged) -> Tuple[List[int], Tagged]:
    """What a tensor holds, checked: as many numbers as the shape says."""
    content = tagged.value
    if not isinstance(content, list) or len(content) != 2 or not isinstance(content[0], list):
        raise CBORError(f"tag {tagged.tag} holds a shape and an array")
    shape, numbers = content
    if not all(type(extent) is int and extent >= 0 for extent in shape):
        raise CBORError("the shape of a tensor is not made of unsigned integers")
    if isinstance(numbers, list):  # an ordinary array of numbers
        floats = any(isinstance(number, float) for number in numbers)
        numbers = to_tagged(array("d" if floats else "q", numbers))
    count = 1
    for extent in shape:
        count *= extent
    if not isinstance(numbers, Tagged) or len(_bytes_of(numbers)) != count * _layout(numbers.tag)[1]:
        raise CBORError(f"the shape {shape} is not of as many numbers as there are")
    return shape, numbers


def _bytes_of(tagged: Tagged) -> bytes:
    size = _layout(tagged.tag)[1]
    if not isinstance(tagged.value, bytes) or len(tagged.value) % size:
        raise CBORError(f"tag {tagged.tag} does not hold a string of {size}-byte numbers")
    return tagged.value


# Numbers


def _plain_array(tagged: Tagged) -> array:
    kind, size, big = _layout(tagged.tag)
    data = _bytes_of(tagged)
    if kind == "f" and size == 2:
        order = ">" if big else "<"
        return array("f", struct.unpack(f"{order}{len(data) // 2}e", data))
    numbers = array(_FLOATS[size] if kind == "f" else _INTEGERS[kind == "i", size], data)
    if big != (sys.byteorder == "big") and size > 1:
        numbers.byteswap()
    return numbers


def _numpy_array(tagged: Tagged) -> Any:
    import numpy

    kind, size, big = _layout(tagged.tag)
    return numpy.frombuffer(_bytes_of(tagged), dtype=f"{'>' if big else '<'}{kind}{size}")


def _little(data: bytes, size: int) -> bytes:
    if sys.byteorder == "little" or size == 1:
        return data
    numbers = array(_INTEGERS[False, size], data)
    numbers.byteswap()
    return numbers.tobytes()


def _row_major(numbers: array, shape: List[int]) -> array:
    """Numbers of which the first index runs fastest, put in the order of memory in Python."""
    strides, stride = [], 1
    for extent in shape:
        strides.append(stride)
        stride *= extent
    positions = [0] if len(numbers) else []
    for extent, stride in zip(shape, strides):
        positions = [start + stride * index for start in positions for index in range(extent)]
    return array(numbers.typecode, (numbers[position] for position in positions))


# Values with arrays in them


def _tagged_inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tagged_inside(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_tagged_inside(item) for item in value]
    if isinstance(value, Tagged):
        return Tagged(value.tag, _tagged_inside(value.value))
    if isinstance(value, (array, memoryview)):
        return to_tagged(value)
    if type(value).__module__.partition(".")[0] == "numpy":
        # A single NumPy number is a number.
        return to_tagged(value) if getattr(value, "shape", ()) else value.item()
    return value


def _arrays_inside(value: Any, numpy: bool) -> Any:
    if isinstance(value, dict):
        return {key: _arrays_inside(item, numpy) for key, item in value.items()}
    if isinstance(value, list):
        return [_arrays_inside(item, numpy) for item in value]
    if isinstance(value, Tagged):
        if 64 <= value.tag <= 87 or value.tag in (ROW_MAJOR, COLUMN_MAJOR):
            return from_tagged(value, numpy)
        return Tagged(value.tag, _arrays_inside(value.value, numpy))
    return value
