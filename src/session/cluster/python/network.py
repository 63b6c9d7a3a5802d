"""The network of the session, cut into local blocks, by the rules of the page.

Shapes: sequences are [steps, batch, channels, height, width]; a block sees one truncation interval at a time.
"""

import math

import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional

BATCH_NORM_EPSILON = 1e-5
BATCH_NORM_MOMENTUM = 0.1


def surrogate_derivative(kind, v, a):
    """h(v), which stands for the derivative of a spike; v = u - threshold."""
    if kind == "rectangular":
        return (v.abs() < a / 2).to(v.dtype) / a
    if kind == "triangular":
        return torch.clamp(1 - v.abs() / a, min=0) / a
    if kind == "atan":
        return a / 2 / (1 + (math.pi * a * v / 2) ** 2)
    if kind == "fastSigmoid":
        return 1 / (1 + a * v.abs()) ** 2
    if kind == "sigmoid":
        g = torch.sigmoid(a * v)
        return a * g * (1 - g)
    raise ValueError(f"There is no surrogate named {kind}.")


class Spike(torch.autograd.Function):
    """1 where u >= threshold, else 0; backward the surrogate derivative."""

    @staticmethod
    def forward(ctx, u, neuron):
        ctx.save_for_backward(u)
        ctx.neuron = neuron
        return (u >= neuron["threshold"]).to(u.dtype)

    @staticmethod
    def backward(ctx, grad):
        (u,) = ctx.saved_tensors
        neuron = ctx.neuron
        h = surrogate_derivative(neuron["surrogate"], u - neuron["threshold"], neuron["surrogateWidth"])
        return grad * h, None


def lif(current, neuron, state):
    """Leaky integrate-and-fire over the steps of an interval.

    u[t] = beta u[t-1] + I[t] - theta s[t-1]    (soft reset)
    u[t] = beta u[t-1] (1 - s[t-1]) + I[t]      (hard reset)
    s[t] = 1 if u[t] >= threshold else 0

    Returns the spikes [steps, ...] and the state (u, s) after the last step, cut from the graph.
    """
    u, s = state if state is not None else (torch.zeros_like(current[0]), torch.zeros_like(current[0]))
    spikes = []
    for step in current:
        back = s.detach() if neuron["detachReset"] else s
        if neuron["reset"] == "hard":
            u = neuron["beta"] * u * (1 - back) + step
        else:
            u = neuron["beta"] * u + step - neuron["theta"] * back
        s = Spike.apply(u, neuron)
        spikes.append(s)
    return torch.stack(spikes), (u.detach(), s.detach())


def over_steps(function, x):
    """Applies a function of [samples, ...] to [steps, batch, ...]."""
    steps, batch = x.shape[:2]
    y = function(x.reshape(steps * batch, *x.shape[2:]))
    return y.reshape(steps, batch, *y.shape[1:])


def all_reduced(x):
    """The sum over all processes, differentiable."""
    if dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1:
        import torch.distributed.nn.functional as dist_functional

        return dist_functional.all_reduce(x)
    return x


class BatchNorm(nn.Module):
    """Statistics per channel over the steps of the interval, the batch (of all processes) and the positions."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x, sample_weights):
        shape = (1, 1, -1) + (1,) * (x.dim() - 3)
        if self.training:
            axes = (0, 1) + tuple(range(3, x.dim()))
            weights = sample_weights.reshape((1, -1) + (1,) * (x.dim() - 2))
            per_sample = x.shape[0] * x[0, 0, 0].numel()
            count = all_reduced(sample_weights.sum() * per_sample)
            mean = all_reduced((x * weights).sum(axes)) / count
            var = all_reduced(((x - mean.reshape(shape)) ** 2 * weights).sum(axes)) / count
            with torch.no_grad():
                unbiased = var * count / torch.clamp(count - 1, min=1)
                self.running_mean.lerp_(mean, BATCH_NORM_MOMENTUM)
                self.running_var.lerp_(unbiased, BATCH_NORM_MOMENTUM)
        else:
            mean, var = self.running_mean, self.running_var
        normal = (x - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + BATCH_NORM_EPSILON)
        return normal * self.weight.reshape(shape) + self.bias.reshape(shape)


class HalfPrecision(torch.autograd.Function):
    """The nearest half, ties to the even one, at most 65504; backward as if nothing had been rounded."""

    @staticmethod
    def forward(ctx, weights):
        return weights.clamp(-65504, 65504).half().to(weights.dtype)

    @staticmethod
    def backward(ctx, grad):
        return grad


class Synapse(nn.Module):
    """A convolution (weights [out, in, kernel, kernel]) or a linear layer (weights [out, in])."""

    # True where the session reads weights in half precision; what the optimizer updates stays as it is.
    reads_halves = False

    def __init__(self, shape, bias, stride=1, padding=0):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(shape[0])) if bias else None
        self.stride = stride
        self.padding = padding

    def forward(self, x):
        weight, bias = self.weight, self.bias
        if self.reads_halves:
            weight = HalfPrecision.apply(weight)
            bias = None if bias is None else HalfPrecision.apply(bias)
        if weight.dim() == 2:
            return over_steps(lambda y: functional.linear(y.flatten(1), weight, bias), x)
        return over_steps(lambda y: functional.conv2d(y, weight, bias, self.stride, self.padding), x)


class SpikingLayer(Synapse):
    """Synapse, batch norm where the session has one, LIF, dropout."""

    def __init__(self, name, spec, shape, neuron):
        super().__init__(shape, spec["bias"], spec.get("stride", 1), spec.get("padding", 0))
        self.name = name
        self.neuron = neuron
        self.dropout = spec.get("dropout", 0)
        if spec.get("batchNorm"):
            self.bn = BatchNorm(shape[0])

    def forward(self, x, context):
        current = super().forward(x)
        if hasattr(self, "bn"):
            current = self.bn(current, context.sample_weights)
        spikes = context.fire(self.name, current, self.neuron)
        if self.dropout and self.training:
            mask = context.masks[self.name].to(spikes.dtype)
            return spikes * mask.reshape(1, *spikes.shape[1:]) / (1 - self.dropout)
        return spikes


class Pool(nn.Module):
    """Average or maximum of a window; rows and columns left over are dropped."""

    def __init__(self, name, spec, neuron):
        super().__init__()
        self.name = name
        self.spec = spec
        self.neuron = neuron

    def forward(self, x, context):
        pool = functional.avg_pool2d if self.spec["kind"] == "avgPool" else functional.max_pool2d
        pooled = over_steps(lambda y: pool(y, self.spec["kernel"], self.spec["stride"]), x)
        if self.spec["neuron"] == "none":
            return pooled
        return context.fire(self.name, pooled, self.neuron)


class ResidualUnit(nn.Module):
    """Spike-element-wise residual unit: LIF(conv2(LIF(conv1(x)))) + shortcut."""

    def __init__(self, name, spec, channels, neuron):
        super().__init__()
        self.name = name
        self.neuron = neuron
        out, stride = spec["out"], spec["stride"]
        self.conv1 = Synapse((out, channels, 3, 3), False, stride, 1)
        self.conv2 = Synapse((out, out, 3, 3), False, 1, 1)
        has_short = stride != 1 or out != channels
        if has_short:
            self.short = Synapse((out, channels, 1, 1), False, stride, 0)
        if spec.get("batchNorm"):
            self.bn1 = BatchNorm(out)
            self.bn2 = BatchNorm(out)
            if has_short:
                self.bns = BatchNorm(out)

    def _unit(self, part, norm, population, x, context):
        current = getattr(self, part)(x)
        if hasattr(self, norm):
            current = getattr(self, norm)(current, context.sample_weights)
        return context.fire(f"{self.name}.{population}", current, self.neuron)

    def forward(self, x, context):
        h = self._unit("conv1", "bn1", "lif1", x, context)
        h = self._unit("conv2", "bn2", "lif2", h, context)
        short = self._unit("short", "bns", "lifs", x, context) if hasattr(self, "short") else x
        return h + short


class Context:
    """What goes with an interval: the state of every population, dropout masks, how much each sample counts."""

    def __init__(self, states, masks, sample_weights):
        self.states = dict(states)
        self.masks = masks
        self.sample_weights = sample_weights
        self.spikes = {}

    def fire(self, name, current, neuron):
        spikes, self.states[name] = lif(current, neuron, self.states.get(name))
        self.spikes[name] = spikes.detach()
        return spikes


class Block(nn.Module):
    """Consecutive body layers with a classifier of their own; no gradient leaves a block."""

    def __init__(self, index, entries, classifier, is_trainable):
        super().__init__()
        self.entry_names = [name for name, _ in entries]
        for name, layer in entries:
            self.add_module(name, layer)
        self.classifier_name = f"c{index}"
        self.add_module(self.classifier_name, classifier)
        for parameter in classifier.parameters():
            parameter.requires_grad_(is_trainable)

    def forward(self, x, states, masks, sample_weights):
        """One interval. Returns the block's output (cut from the graph), the classifier's firing rates [batch, classes]
        (which carry the graph), the states, and the spikes of every population."""
        context = Context(states, masks, sample_weights)
        for name in self.entry_names:
            x = getattr(self, name)(x, context)
        out = getattr(self, self.classifier_name)(x, context)
        return x.detach(), out.mean(0), context.states, context.spikes


def cut_blocks(layers, block_size):
    """Half-open ranges of layers; a residual unit counts 2, a pool belongs to the layer before it."""
    blocks, start, count = [], 0, 0
    for index, spec in enumerate(layers):
        is_pool = spec["kind"] in ("avgPool", "maxPool")
        if not is_pool and count >= block_size:
            blocks.append((start, index))
            start, count = index, 0
        count += 0 if is_pool else 2 if spec["kind"] == "sew" else 1
    blocks.append((start, len(layers)))
    return blocks


def window(side, kernel, stride, padding):
    return (side + 2 * padding - kernel) // stride + 1


def build_blocks(network, block_size, weight_precision="f32"):
    """The blocks of a network, with weights of 0: they come from a file."""
    shape = network["input"]["shape"]
    channels, height, width = shape["channels"], shape["height"], shape["width"]
    base = network["neuron"]
    blocks = []
    for index, (start, stop) in enumerate(cut_blocks(network["layers"], block_size)):
        entries = []
        for i in range(start, stop):
            spec, name = network["layers"][i], f"l{i}"
            if spec["kind"] == "conv":
                weights = (spec["out"], channels, spec["kernel"], spec["kernel"])
                entries.append((name, SpikingLayer(name, spec, weights, {**base, **spec.get("neuron", {})})))
                sides = [window(side, spec["kernel"], spec["stride"], spec["padding"]) for side in (height, width)]
                channels, height, width = spec["out"], *sides
            elif spec["kind"] == "linear":
                weights = (spec["out"], channels * height * width)
                entries.append((name, SpikingLayer(name, spec, weights, {**base, **spec.get("neuron", {})})))
                channels, height, width = spec["out"], 1, 1
            elif spec["kind"] == "sew":
                entries.append((name, ResidualUnit(name, spec, channels, base)))
                sides = [window(side, 3, spec["stride"], 1) for side in (height, width)]
                channels, height, width = spec["out"], *sides
            else:
                entries.append((name, Pool(name, spec, base)))
                height, width = (window(side, spec["kernel"], spec["stride"], 0) for side in (height, width))
        classifier = SpikingLayer(
            f"c{index}",
            {"bias": network["classifier"]["bias"]},
            (network["classCount"], channels * height * width),
            base,
        )
        blocks.append(Block(index, entries, classifier, network["classifier"]["kind"] == "trainable"))
    for module in (module for block in blocks for module in block.modules()):
        if isinstance(module, Synapse):
            module.reads_halves = weight_precision == "f16"
    return blocks
