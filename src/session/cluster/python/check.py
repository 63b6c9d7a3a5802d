"""Compares the first iteration with what the page computed: losses, spikes and gradients.

    python check.py [reference.safetensors ...]         one process
    torchrun --nproc_per_node=2 check.py                the batch divided among two processes

The reference (with the config.json beside it) holds one batch (x.0, y.0, mask.0.*), the weights before it (init.*), and what came out of it: spikes.0.*
(must be identical), loss.0 [blocks, intervals] (within 1e-5 of the largest) and grad.<interval>.* (within 1e-4 of the largest of
the tensor). Ends with 1 where something is not.
"""

import json
import os
import pathlib
import sys

import numpy as np
import torch
import torch.distributed as dist

import training
from tensor_file import read_tensors

HERE = pathlib.Path(__file__).parent
LOSS_TOLERANCE = 1e-5
GRADIENT_TOLERANCE = 1e-4


def check(path):
    """Runs the first iteration; returns the worst errors and whether all are within their tolerances."""
    config = json.loads((path.parent / "config.json").read_text())
    rank, processes = training.world()
    reference, _ = read_tensors(path)
    trainer = training.Trainer(config, torch.device("cpu"))
    trainer.load({name[5:]: array for name, array in reference.items() if name.startswith("init.")})
    trainer.distribute()

    is_static = config["network"]["input"]["kind"] == "frames"
    x, labels = reference["x.0"].astype(np.float32), reference["y.0"].astype(np.int64)
    count = int((labels >= 0).sum())
    places = list(range(rank, len(labels), processes))
    own = x[places] if is_static else x[:, places]
    masks = {
        name[7:]: torch.from_numpy(array[places].astype(np.float32))
        for name, array in reference.items()
        if name.startswith("mask.0.")
    }
    if not masks:
        # Drawn here as the page drew them: same seed, same places.
        masks = trainer.masks(torch.from_numpy(labels[places]), places)
    worst = {"loss": 0.0, "gradient": 0.0, "spikes that differ": 0}
    losses = np.zeros_like(reference["loss.0"])
    spikes = {}
    summed = {}

    def watch(block, interval, loss, fired):
        total = torch.tensor(loss, dtype=torch.float64)
        if processes > 1:
            dist.all_reduce(total)
        losses[block, interval] = float(total)
        for name, values in fired.items():
            spikes.setdefault(name, []).append(values.numpy())
        # With one update per sample the processes exchange the sum over all intervals, and nothing before it.
        is_exchanged_once = config["update"] == "sequence" and processes > 1
        if is_exchanged_once and interval < len(trainer.intervals) - 1:
            return
        for name, parameter in trainer.blocks[block].named_parameters():
            expected = reference.get(f"grad.{interval}.{name}")
            if expected is None:
                continue
            gradient = parameter.grad.numpy().copy()
            if is_exchanged_once:
                expected = sum(reference[f"grad.{i}.{name}"] for i in range(len(trainer.intervals)))
            elif config["update"] == "sequence":
                gradient, summed[name] = gradient - summed.get(name, 0), gradient
            scale = max(np.abs(expected).max(), 1e-9)
            worst["gradient"] = max(worst["gradient"], float(np.abs(gradient - expected).max() / scale))

    trainer.train_batch(
        torch.from_numpy(np.ascontiguousarray(own)),
        torch.from_numpy(labels[places]),
        config["optimizer"]["learningRate"],
        places=places,
        count=count,
        masks=masks,
        watch=watch,
    )
    for name, parts in spikes.items():
        expected = reference[f"spikes.0.{name}"][:, places]
        actual = np.concatenate(parts).reshape(expected.shape)
        if name in masks:
            # What a dropped neuron fires reaches nobody, and the page does not keep it.
            kept = masks[name].numpy().astype(bool).reshape(actual.shape[1:])
            actual, expected = actual * kept, expected * kept
        worst["spikes that differ"] += int((actual != expected).sum())
    expected = reference["loss.0"]
    worst["loss"] = float(np.abs(losses - expected).max() / max(np.abs(expected).max(), 1e-9))
    passed = (
        worst["loss"] <= LOSS_TOLERANCE
        and worst["gradient"] <= GRADIENT_TOLERANCE
        and worst["spikes that differ"] == 0
        and len(spikes) > 0
    )
    return {"reference": path.name, "rank": rank, "processes": processes, "passed": passed, **worst}


def main():
    paths = [pathlib.Path(path) for path in sys.argv[1:]] or [HERE / "reference.safetensors"]
    if "WORLD_SIZE" in os.environ:
        dist.init_process_group("gloo")
    results = [check(path) for path in paths]
    for result in results:
        print(json.dumps(result), flush=True)
    if dist.is_initialized():
        dist.destroy_process_group()
    sys.exit(0 if all(result["passed"] for result in results) else 1)


if __name__ == "__main__":
    main()
