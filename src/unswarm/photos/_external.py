"""Whether an ONNX file keeps weights in other files: those would lie outside its checksum.

The file is a Protocol Buffers message. This walks along the tensors and nothing else, before any
library that would follow the references sees the bytes. What it does not understand it refuses.
Formats: https://protobuf.dev/programming-guides/encoding/ and onnx.proto of the ONNX project.
"""

from __future__ import annotations

from collections.abc import Iterator

VARINT, EIGHT_BYTES, LENGTH, FOUR_BYTES = 0, 1, 2, 5
DEEPEST = 100  # nested messages that Protocol Buffers itself still reads

# message → number of the field → message inside, for all that can hold a tensor
INSIDE = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
EXTERNAL_DATA, DATA_LOCATION = 13, 14  # fields of a tensor

Field = tuple[int, memoryview | int]


def external(model: bytes) -> bool:
    """Whether any tensor of the model names data outside it.

    Raises:
        ValueError: the bytes are no ONNX model.
    """
    waiting = [("model", memoryview(model), 0)]
    while waiting:
        kind, message, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError("its messages are nested too deep")
        for number, value in _fields(message):
            if kind == "tensor" and _elsewhere(number, value):
                return True
            inner = INSIDE[kind].get(number)
            if inner and isinstance(value, memoryview):
                waiting.append((inner, value, depth + 1))
    return False


def _elsewhere(number: int, value: memoryview | int) -> bool:
    return number == EXTERNAL_DATA or (number == DATA_LOCATION and value != 0)


def _fields(message: memoryview) -> Iterator[Field]:
    """The fields of a message in order; those of fixed length come as 0, nobody asks for them."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        value: memoryview | int = 0
        if wire == VARINT:
            value, at = _varint(message, at)
        elif wire == LENGTH:
            length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
        elif wire in (EIGHT_BYTES, FOUR_BYTES):
            at += 8 if wire == EIGHT_BYTES else 4
        else:
            raise ValueError(f"it has a field of the unknown type {wire}")
        if at > len(message) or not 0 < number < 1 << 29:
            raise ValueError("it is cut short or damaged")
        yield number, value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits per byte, lowest first, and where it ends."""
    found = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return found, at
    raise ValueError("it is cut short or damaged")
