"""The encoded frames that the page exported (data.safetensors): nothing is imported or binned again."""

import numpy as np
import torch

from random_numbers import uniform
from tensor_file import read_tensors


class Frames:
    """Samples of the data set.

    bits [samples, steps, planes, words] (int32 with the bits of uint32): event frames, packed; bit b of a frame is
        (y * width + x) * channels + c, plane p is worth 2^p.
    pixels [samples, height, width, channels] (uint8): images; the network reads pixel / 255.
    labels [samples]; split [samples]: 0 train, 1 test.
    """

    def __init__(self, path):
        tensors, metadata = read_tensors(path)
        self.labels = np.array(tensors["labels"])
        self.split = np.array(tensors["split"])
        self.bits = tensors.get("bits")
        self.pixels = tensors.get("pixels")
        self.shape = tuple(int(side) for side in metadata["shape"].split("x"))
        self.fingerprint = metadata.get("fingerprint", "")

    def samples(self, split):
        return [int(i) for i in np.nonzero(self.split == split)[0]]

    def batch(self, samples, device, augmentation=None):
        """Events: [steps, samples, C, H, W]. Images: [samples, C, H, W]. float32."""
        frames = [self._displaced(self._sample(sample), sample, augmentation) for sample in samples]
        stacked = np.stack(frames, axis=0 if self.pixels is not None else 1)
        return torch.from_numpy(np.ascontiguousarray(stacked)).to(device)

    def _sample(self, sample):
        channels, height, width = self.shape
        if self.pixels is not None:
            return np.transpose(self.pixels[sample].astype(np.float32) / np.float32(255), (2, 0, 1))
        words = np.ascontiguousarray(self.bits[sample])
        bits = np.unpackbits(words.view(np.uint8), axis=-1, bitorder="little")
        bits = bits[..., : channels * height * width].astype(np.float32)
        worth = np.float32(2) ** np.arange(bits.shape[1], dtype=np.float32)
        counts = (bits * worth[None, :, None]).sum(axis=1)
        return counts.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)

    def _displaced(self, frames, sample, augmentation):
        """The page's random shift and mirror: a function of seed, epoch and sample."""
        if augmentation is None:
            return frames
        spec = augmentation["spec"]
        if spec["maxShift"] == 0 and not spec["flip"]:
            return frames
        draws = uniform(augmentation["seed"], "augmentation", augmentation["epoch"], 3 * sample + np.arange(3))
        span = 2 * spec["maxShift"] + 1
        dx, dy = (int(np.floor(draw * span)) - spec["maxShift"] for draw in draws[:2].astype(np.float64))
        if spec["flip"] and draws[2] < 0.5:
            frames = frames[..., ::-1]
        height, width = frames.shape[-2:]
        moved = np.zeros_like(frames)
        target = (slice(max(0, dy), min(height, height + dy)), slice(max(0, dx), min(width, width + dx)))
        source = (slice(max(0, -dy), min(height, height - dy)), slice(max(0, -dx), min(width, width - dx)))
        moved[(..., *target)] = frames[(..., *source)]
        return moved
