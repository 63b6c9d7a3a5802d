"""Trains the session's network.

    python train.py                                     one process
    torchrun --nproc_per_node=4 train.py                one process per GPU (or CPU share), the batch divided among them

Writes out/weights.safetensors (drop it on the page to go on there) and out/epochs.jsonl.
"""

import argparse
import json
import os
import pathlib

import torch
import torch.distributed as dist

import training
from data import Frames
from tensor_file import digest_of, read_tensors, write_tensors

HERE = pathlib.Path(__file__).parent


def choose_device(name):
    """The device of this process; with torchrun each process takes the GPU of its local rank."""
    if name is None:
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        index = int(os.environ.get("LOCAL_RANK", 0)) % torch.cuda.device_count()
        torch.cuda.set_device(index)
        return torch.device("cuda", index)
    return torch.device(name)


def save_weights(path, trainer, metadata, epoch):
    """Weights as the page reads them back."""
    tensors = trainer.tensors()
    told = {**metadata, "epoch": str(epoch), "digest": digest_of(tensors.values()), "order": " ".join(tensors)}
    write_tensors(path, tensors, told)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, help="instead of those of the session")
    parser.add_argument("--weights", default=HERE / "weights.safetensors", help="weights to begin with")
    parser.add_argument("--data", default=HERE / "data.safetensors", help="encoded frames")
    parser.add_argument("--out", default=HERE / "out", help="folder for weights and figures")
    parser.add_argument("--device", help="cpu or cuda; by itself a GPU where there is one")
    arguments = parser.parse_args()

    config = json.loads((HERE / "config.json").read_text())
    device = choose_device(arguments.device)
    if "WORLD_SIZE" in os.environ:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    rank, _ = training.world()
    out = pathlib.Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    tensors, metadata = read_tensors(arguments.weights)
    figures_path = out / "epochs.jsonl"
    if rank == 0:
        figures_path.write_text("")

    def report(figures):
        if rank == 0:
            print(json.dumps(figures), flush=True)
            with figures_path.open("a") as file:
                file.write(json.dumps(figures) + "\n")

    trainer = training.run(config, Frames(arguments.data), tensors, device, arguments.epochs, report)
    if rank == 0:
        epochs = config["epochs"] if arguments.epochs is None else arguments.epochs
        save_weights(out / "weights.safetensors", trainer, metadata, epochs)
    if dist.is_initialized():
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
