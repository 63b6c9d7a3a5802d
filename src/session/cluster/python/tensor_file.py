"""safetensors files: u64 header length, JSON header, raw little-endian data. Needs no package besides NumPy."""

import hashlib
import json
import struct

import numpy as np

DTYPES = {"F32": "<f4", "I32": "<i4", "U8": "u1"}
NAMES = {"float32": "F32", "int32": "I32", "uint8": "U8"}


def read_tensors(path):
    """Tensors by name (NumPy arrays), and the metadata."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, stop = entry["data_offsets"]
        values = np.frombuffer(data[start:stop], dtype=DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors, metadata


def write_tensors(path, tensors, metadata):
    """Writes arrays of float32, int32 or uint8."""
    header = {"__metadata__": metadata}
    chunks = []
    position = 0
    for name, array in tensors.items():
        values = np.ascontiguousarray(array)
        header[name] = {
            "dtype": NAMES[values.dtype.name],
            "shape": list(values.shape),
            "data_offsets": [position, position + values.nbytes],
        }
        position += values.nbytes
        chunks.append(values.tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        file.writelines(chunks)


def digest_of(arrays):
    """sha256 (hex) over the values of all tensors in order, as the page computes it."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array, dtype="<f4").tobytes())
    return digest.hexdigest()
