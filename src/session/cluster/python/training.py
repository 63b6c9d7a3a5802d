"""One training iteration, evaluation, and the loop of epochs, by the rules of the page."""

import contextlib
import time

import numpy as np
import torch
import torch.distributed as dist
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel

from network import build_blocks
from random_numbers import shuffle, uniform

STREAMS_PER_ITERATION = 1024
PROBE_STREAM = 0xFFFFFFFF
MIN_PROBE_SAMPLES = 100


def world():
    """Rank of this process and number of processes."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    return 0, 1


def intervals_of(step_count, length):
    """[start, stop) of the truncation intervals; the last one may be shorter."""
    return [(start, min(step_count, start + length)) for start in range(0, step_count, length)]


class Trainer:
    """Local blocks, an optimizer for each, and what a training iteration does with them."""

    def __init__(self, config, device):
        self.config = config
        self.device = device
        schedule = config["schedule"]
        self.intervals = intervals_of(config["stepCount"], schedule["truncationInterval"])
        blocks = build_blocks(config["network"], schedule["blockSize"], config.get("weightPrecision", "f32"))
        self.blocks = [block.to(device) for block in blocks]
        self.optimizers = [self._optimizer(block) for block in self.blocks]
        self.modules = self.blocks
        self.iteration = 0

    def _optimizer(self, block):
        spec = self.config["optimizer"]
        trained = [parameter for parameter in block.parameters() if parameter.requires_grad]
        if spec["kind"] == "sgd":
            return torch.optim.SGD(
                trained, lr=spec["learningRate"], momentum=spec["momentum"], weight_decay=spec["weightDecay"]
            )
        return torch.optim.Adam(
            trained,
            lr=spec["learningRate"],
            betas=(spec["beta1"], spec["beta2"]),
            eps=spec["epsilon"],
            weight_decay=spec["weightDecay"],
        )

    def distribute(self):
        """Wraps every block, so that gradients are averaged over the processes while they are computed."""
        if world()[1] == 1:
            return
        devices = [self.device.index] if self.device.type == "cuda" else None
        self.modules = [
            DistributedDataParallel(block, device_ids=devices, broadcast_buffers=False) for block in self.blocks
        ]

    def load(self, tensors):
        """Sets every tensor of the network that is given; returns the names of those that are not."""
        missing = []
        for block in self.blocks:
            for name, target in block.state_dict().items():
                if name in tensors:
                    target.copy_(torch.from_numpy(np.array(tensors[name])))
                else:
                    missing.append(name)
        return missing

    def tensors(self):
        """All tensors as NumPy arrays, in the order of the page."""
        found = {}
        for block in self.blocks:
            state = block.state_dict()
            for name in ordered_names(block):
                found[name] = state[name].detach().cpu().numpy()
        return found

    def train_batch(self, x, labels, learning_rate, places=None, count=None, masks=None, watch=None):
        """One iteration on this process's share of a batch.

        x: [steps, samples, channels, height, width], or [samples, ...] of images; labels: -1 marks a place that only fills up.
        places: the samples' places in the whole batch (for dropout); count: samples of the whole batch.
        watch: called after each backward pass with (block, interval, loss, spikes).
        Returns the classifiers' spike counts of the last block.
        """
        rank_count = world()[1]
        sample_weights = (labels >= 0).to(torch.float32)
        count = int(sample_weights.sum()) if count is None else count
        masks = self.masks(labels, places) if masks is None else masks
        per_sequence = self.config["update"] == "sequence"
        states = [{} for _ in self.blocks]
        counts = [0] * len(self.blocks)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate
            optimizer.zero_grad()
        for block in self.blocks:
            block.train()
        for number, (start, stop) in enumerate(self.intervals):
            is_last = number == len(self.intervals) - 1
            signal = self._input(x, start, stop)
            for index, module in enumerate(self.modules):
                waits = per_sequence and not is_last and rank_count > 1
                with module.no_sync() if waits else contextlib.nullcontext():
                    out, rate, states[index], spikes = module(signal, states[index], masks, sample_weights)
                    loss = (self._losses(rate, labels) * sample_weights).sum() / count
                    # Gradients are averaged over the processes, but each one's loss is a share of the whole batch's.
                    (loss * rank_count).backward()
                if watch is not None:
                    watch(index, number, loss.item(), spikes)
                counts[index] = counts[index] + rate.detach() * (stop - start)
                if is_last or not per_sequence:
                    self.optimizers[index].step()
                    if not is_last:
                        self.optimizers[index].zero_grad()
                signal = out
        self.iteration += 1
        return [torch.round(each) for each in counts]

    def _losses(self, rate, labels):
        """Loss of every sample: squared distance of the firing rates from one-hot, or cross-entropy on them."""
        known = labels.clamp(min=0)
        if self.config["loss"] == "mse":
            target = functional.one_hot(known, rate.shape[1]).to(rate.dtype)
            return ((target - rate) ** 2).mean(1)
        return functional.cross_entropy(rate, known, reduction="none")

    def _input(self, x, start, stop):
        if self.config["network"]["input"]["kind"] == "frames":
            return x.unsqueeze(0).expand(stop - start, *x.shape)
        return x[start:stop]

    def masks(self, labels, places):
        """Keep masks of the layers with dropout: the same at all steps of an iteration."""
        places = np.arange(len(labels)) if places is None else np.asarray(places)
        masks = {}
        for layer in self.config["dropoutLayers"]:
            channels, height, width = layer["shape"]
            size = channels * height * width
            words = -(-size // 32) * 32
            # The bit of a spike in a packed frame: channels innermost.
            bit = np.arange(size).reshape(height, width, channels).transpose(2, 0, 1).reshape(-1)
            stream = STREAMS_PER_ITERATION * self.iteration + layer["stream"]
            index = places[:, None] * words + bit[None, :]
            drawn = uniform(self.config["seed"], "dropout", stream, index.reshape(-1))
            kept = drawn >= np.float32(layer["dropout"])
            masks[layer["name"]] = torch.from_numpy(kept.reshape(len(places), -1)).to(self.device)
            masks[layer["name"]] = masks[layer["name"]].reshape(len(places), *self._shape_of(layer))
        return masks

    @staticmethod
    def _shape_of(layer):
        channels, height, width = layer["shape"]
        return (channels,) if layer["isLinear"] else (channels, height, width)

    @torch.no_grad()
    def evaluate(self, x):
        """Spike counts of every block's classifier [samples, classes], with fixed weights, and the spikes of every
        population per interval."""
        states = [{} for _ in self.blocks]
        counts = [0] * len(self.blocks)
        sample_weights = torch.ones(x.shape[0 if self._is_static() else 1], device=self.device)
        for block in self.blocks:
            block.eval()
        for start, stop in self.intervals:
            signal = self._input(x, start, stop)
            for index, block in enumerate(self.blocks):
                signal, rate, states[index], _ = block(signal, states[index], {}, sample_weights)
                counts[index] = counts[index] + rate * (stop - start)
        return [torch.round(each) for each in counts]

    def _is_static(self):
        return self.config["network"]["input"]["kind"] == "frames"


def ordered_names(block):
    """Names of a block's tensors in the order of the page: weight, bias, then batch norm."""
    order = {"weight": 0, "bias": 1, "running_mean": 2, "running_var": 3}

    def key(name):
        parts = name.split(".")
        entry = parts[0]
        rank = (block.entry_names + [block.classifier_name]).index(entry)
        part = next((part for part in parts[1:-1] if part), "")
        unit = {"": 0, "conv1": 0, "bn": 1, "bn1": 1, "conv2": 2, "bn2": 3, "short": 4, "bns": 5}[part]
        return rank, unit, order[parts[-1]]

    return sorted(block.state_dict().keys(), key=key)


def accuracy(trainer, data, samples):
    """Share of samples that each block reads out right; the processes share the work."""
    rank, processes = world()
    own = samples[rank::processes]
    batch_size = trainer.config["batchSize"]
    correct = torch.zeros(len(trainer.blocks), dtype=torch.float64)
    for start in range(0, len(own), batch_size):
        part = own[start : start + batch_size]
        counts = trainer.evaluate(data.batch(part, trainer.device))
        labels = data.labels[part]
        for block, each in enumerate(counts):
            # The lowest class on ties.
            read = np.argmax(each.cpu().numpy(), axis=1)
            correct[block] += int((read == labels).sum())
    if processes > 1:
        correct = correct.to(trainer.device)
        dist.all_reduce(correct)
    return [float(each) / max(1, len(samples)) for each in correct]


def run(config, data, tensors, device, epochs=None, report=None):
    """Trains from the given weights; calls report(figures) after every epoch. Returns the trainer."""
    rank, processes = world()
    trainer = Trainer(config, device)
    missing = trainer.load(tensors)
    if missing:
        raise SystemExit(f"The weights file lacks {', '.join(missing)}.")
    trainer.distribute()
    train, test = data.samples(0), data.samples(1)
    probe = shuffle(train, config["seed"], PROBE_STREAM)[: max(MIN_PROBE_SAMPLES, len(test))]
    decay = config["learningRateDecay"]
    for epoch in range(config["epochs"] if epochs is None else epochs):
        started = time.time()
        order = shuffle(train, config["seed"], epoch)
        factor = decay["factor"] ** (epoch // decay["everyEpochs"]) if decay["everyEpochs"] > 0 else 1
        total, seen = 0.0, 0
        for start in range(0, len(order), config["batchSize"]):
            batch = order[start : start + config["batchSize"]]
            # Every process takes as many places; those beyond the batch carry no weight.
            share = -(-len(batch) // processes)
            places = list(range(rank, share * processes, processes))
            own = [batch[place] if place < len(batch) else batch[0] for place in places]
            labels = np.array([data.labels[batch[p]] if p < len(batch) else -1 for p in places])
            losses = []
            trainer.train_batch(
                data.batch(own, device, {"spec": config["augmentation"], "seed": config["seed"], "epoch": epoch}),
                torch.from_numpy(labels.astype(np.int64)).to(device),
                config["optimizer"]["learningRate"] * factor,
                places=places,
                count=len(batch),
                watch=lambda block, _interval, loss, _spikes: losses.append((block, loss)),
            )
            last = [loss for block, loss in losses if block == len(trainer.blocks) - 1]
            total += sum(last) / len(last) * len(batch)
            seen += len(batch)
        loss = torch.tensor(total / max(1, seen), device=device)
        if processes > 1:
            dist.all_reduce(loss)
        figures = {
            "epoch": epoch + 1,
            "loss": float(loss),
            "trainAccuracyPerBlock": accuracy(trainer, data, probe),
            "testAccuracyPerBlock": accuracy(trainer, data, test),
            "seconds": round(time.time() - started, 3),
        }
        if report is not None:
            report(figures)
    return trainer
