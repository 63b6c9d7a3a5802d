"""The counter-based generator of the page: Threefry-2x32 with 20 rounds.

A number is a function of (seed, purpose, stream, index), so that the order of samples, the displacement of images and the
dropout masks are the page's, whatever the number of processes.
"""

import numpy as np

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA
PURPOSES = {"shuffle": 2, "dropout": 4, "augmentation": 7}
SEQUENTIAL_LANE = 4


def threefry(key0, key1, counter0, counter1):
    """Two output words (uint32 arrays) for every pair of counters."""
    with np.errstate(over="ignore"):
        keys = [np.uint32(key0 & 0xFFFFFFFF), np.uint32(key1 & 0xFFFFFFFF)]
        keys.append(np.uint32(PARITY) ^ keys[0] ^ keys[1])
        x0 = np.asarray(counter0, dtype=np.uint32) + keys[0]
        x1 = np.asarray(counter1, dtype=np.uint32) + keys[1]
        for group in range(5):
            for rotation in ROTATIONS[group % 2]:
                x0 = x0 + x1
                x1 = ((x1 << np.uint32(rotation)) | (x1 >> np.uint32(32 - rotation))) ^ x0
            x0 = x0 + keys[(group + 1) % 3]
            x1 = x1 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x0, x1


def uniform(seed, purpose, stream, indices):
    """Uniform numbers in [0, 1) with 24 bits, one per index."""
    indices = np.atleast_1d(np.asarray(indices, dtype=np.uint64)).astype(np.uint32)
    streams = np.full_like(indices, stream & 0xFFFFFFFF)
    words, _ = threefry(seed, PURPOSES[purpose], indices, streams)
    return (words >> np.uint32(8)).astype(np.float32) / np.float32(1 << 24)


class SequentialWords:
    """The words of one sequence, read in order."""

    def __init__(self, seed, purpose, stream):
        self.seed = seed
        self.key1 = PURPOSES[purpose] + 256 * SEQUENTIAL_LANE
        self.stream = stream & 0xFFFFFFFF
        self.words = np.empty(0, dtype=np.uint32)
        self.position = 0

    def next(self):
        if self.position == len(self.words):
            first = len(self.words) // 2
            counters = np.arange(first, first + 4096, dtype=np.uint32)
            pair = threefry(self.seed, self.key1, counters, np.full_like(counters, self.stream))
            self.words = np.concatenate([self.words, np.stack(pair, axis=1).reshape(-1)])
        word = int(self.words[self.position])
        self.position += 1
        return word

    def integer(self, bound):
        """Uniform integer in [0, bound), without bias."""
        limit = (1 << 32) - (1 << 32) % bound
        word = self.next()
        while word >= limit:
            word = self.next()
        return word % bound


def shuffle(items, seed, stream):
    """Fisher-Yates in the order of the page's epochs (stream: the epoch)."""
    words = SequentialWords(seed, "shuffle", stream)
    shuffled = list(items)
    for last in range(len(shuffled) - 1, 0, -1):
        other = words.integer(last + 1)
        shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
    return shuffled
