"""Sweeps (k, n) with Ray Tune: every combination is trained from the exported weights, and ends up in one table.

    pip install "ray[tune]"
    python sweep.py --k 1 5 20 --n 1 2 4 --epochs 5
"""

import argparse
import csv
import json
import pathlib
import sys

import torch
from ray import tune

import training
from data import Frames
from tensor_file import read_tensors

HERE = pathlib.Path(__file__).parent


def with_drawn_classifiers(trainer, tensors, gain, seed):
    """The given weights of the layers. Classifiers are drawn anew for every n, so that all combinations begin alike:
    N(0, gain^2 / inputs)."""
    generator = torch.Generator().manual_seed(seed)
    body = {name: array for name, array in tensors.items() if not name.startswith("c")}
    for block in trainer.blocks:
        for name, target in block.state_dict().items():
            if name.startswith("c"):
                scale = gain / target[0].numel() ** 0.5 if target.dim() == 2 else 0.0
                body[name] = (torch.randn(target.shape, generator=generator) * scale).numpy()
    return body


def trial(choice, epochs):
    """Trains one combination and reports its figures after every epoch."""
    config = json.loads((HERE / "config.json").read_text())
    config["schedule"] = {"truncationInterval": choice["k"], "blockSize": choice["n"]}
    config["seed"] = choice["seed"]
    if choice["learningRate"] is not None:
        config["optimizer"]["learningRate"] = choice["learningRate"]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tensors, _ = read_tensors(HERE / "weights.safetensors")
    shape = training.Trainer(config, device)
    start = with_drawn_classifiers(shape, tensors, config["initialization"]["gain"], choice["seed"])

    def report(figures):
        tune.report(
            {
                "epoch": figures["epoch"],
                "loss": figures["loss"],
                "testAccuracy": figures["testAccuracyPerBlock"][-1],
                "trainAccuracy": figures["trainAccuracyPerBlock"][-1],
            }
        )

    training.run(config, Frames(HERE / "data.safetensors"), start, device, epochs, report)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--k", type=int, nargs="+", required=True, help="truncation intervals, steps")
    parser.add_argument("--n", type=int, nargs="+", required=True, help="block sizes, layers")
    parser.add_argument("--seed", type=int, nargs="+", default=[0])
    parser.add_argument("--learning-rate", type=float, nargs="+", default=[None])
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--out", default=HERE / "sweep.csv")
    arguments = parser.parse_args()
    space = {
        "k": tune.grid_search(arguments.k),
        "n": tune.grid_search(arguments.n),
        "seed": tune.grid_search(arguments.seed),
        "learningRate": tune.grid_search(arguments.learning_rate),
    }
    trainable = tune.with_parameters(trial, epochs=arguments.epochs)
    if torch.cuda.is_available():
        trainable = tune.with_resources(trainable, {"gpu": 1})
    results = tune.Tuner(trainable, param_space=space).fit()
    columns = ["k", "n", "seed", "learningRate", "epoch", "loss", "trainAccuracy", "testAccuracy"]
    with open(arguments.out, "w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        for result in results:
            writer.writerow({**result.config, **(result.metrics or {})})
    failed = [result for result in results if result.error]
    if failed:
        sys.exit(f"{len(failed)} of {len(results)} combinations failed; the first: {failed[0].error}")


if __name__ == "__main__":
    main()
