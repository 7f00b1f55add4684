"""The networks of Nominal in PyTorch, in double precision: what the engines are compared with.

    python3 whole_network.py CASE ANSWER

CASE, all little-endian: int32 network (0 sdc, 1 sdc-ccm, 2 segmentation), baseWidth, count, height, width, parameterCount; float32 lambda, parameters,
inputs, targets (none for a segmentation), masks. ANSWER: float32 outputs, float64 loss, float32 gradient of the parameters. Parameters are in the
order in which the layers are made below, each convolution's weight (output, input, y, x) before its bias.
"""
import struct
import sys

import torch
from torch.nn import Conv2d, ModuleList
from torch.nn.functional import binary_cross_entropy_with_logits, elu, interpolate


class Layers(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = ModuleList()

    def conv(self, inputs, outputs, size=3, stride=1, dilation=1):
        layer = Conv2d(inputs, outputs, size, stride, padding=dilation * (size // 2), dilation=dilation)
        self.layers.append(layer)
        return layer


def enlarged(y):
    return interpolate(y, scale_factor=2, mode="bilinear", align_corners=False)


class Autoencoder(Layers):
    def __init__(self, base, is_combined):
        super().__init__()
        c1, c2, c4, c6 = base, 2 * base, 4 * base, 6 * base
        self.encoder1a, self.encoder1b = self.conv(3, c1, 5), self.conv(c1, c1)
        self.encoder2a, self.encoder2b = self.conv(c1, c2, stride=2), self.conv(c2, c2)
        self.encoder3a, self.encoder3b = self.conv(c2, c4, stride=2), self.conv(c4, c4)
        self.encoder4 = self.conv(c4, c6, stride=2)
        self.stacks = [[self.conv(c6, c1, dilation=d) for d in (1, 2, 4, 8, 16, 32)] for _ in range(4)]
        self.decoder3a = self.conv(c6, c4)
        self.gate3 = self.conv(2 * c4, c4, 1) if is_combined else None
        self.decoder3b, self.decoder2a = self.conv(c4, c4), self.conv(c4, c2)
        self.gate2 = self.conv(2 * c2, c2, 1) if is_combined else None
        self.decoder2b, self.decoder1 = self.conv(c2, c2), self.conv(c2, c1)
        self.gate1 = self.conv(2 * c1, c1, 1) if is_combined else None
        self.output = self.conv(c1, 3)

    def forward(self, x):
        def combined(gate, encoder, decoder):
            if gate is None:
                return decoder
            share = torch.sigmoid(gate(torch.cat([encoder, decoder], 1)))
            return share * encoder + (1 - share) * decoder

        e1 = elu(self.encoder1b(elu(self.encoder1a(x))))
        e2 = elu(self.encoder2b(elu(self.encoder2a(e1))))
        e3 = elu(self.encoder3b(elu(self.encoder3a(e2))))
        y = elu(self.encoder4(e3))
        for stack in self.stacks:
            y = elu(torch.cat([layer(y) for layer in stack], 1))
        y = combined(self.gate3, e3, elu(self.decoder3a(enlarged(y))))
        y = elu(self.decoder3b(y))
        y = combined(self.gate2, e2, elu(self.decoder2a(enlarged(y))))
        y = elu(self.decoder2b(y))
        y = combined(self.gate1, e1, elu(self.decoder1(enlarged(y))))
        return self.output(y)


class Segmentation(Layers):
    def __init__(self, base):
        super().__init__()
        c2, c4, c6 = 2 * base, 4 * base, 6 * base
        self.halved = [self.conv(3, base, 5, stride=2) for _ in range(2)]
        self.passed2 = self.conv(c2, c2)
        self.quarter, self.passed4 = self.conv(c2, c4, stride=2), self.conv(c4, c4)
        self.eighth = self.conv(c4, c6, stride=2)
        self.context = [self.conv(c6, base, dilation=d) for d in (1, 2, 4, 8, 16, 32)]
        self.joined4, self.joined2 = self.conv(c6 + c4, c4), self.conv(c4 + c2, c2)
        self.logit = self.conv(c2, 1)

    def forward(self, x):
        halved = [elu(layer(part)) for layer, part in zip(self.halved, x.split(3, 1))]
        passed2 = elu(self.passed2(torch.cat(halved, 1)))
        passed4 = elu(self.passed4(elu(self.quarter(passed2))))
        y = elu(self.eighth(passed4))
        y = torch.cat([elu(layer(y)) for layer in self.context], 1)
        y = elu(self.joined4(torch.cat([enlarged(y), passed4], 1)))
        y = elu(self.joined2(torch.cat([enlarged(y), passed2], 1)))
        return enlarged(self.logit(y))


def objective(values, mask, weight):
    def term(side):
        return (side * values).sum() / (values.shape[0] * side.sum())

    if mask.sum() == 0 or mask.sum() == mask.numel():
        return values.mean()
    return (1 - weight) * term(1 - mask) + weight * term(mask)


def main():
    torch.set_num_threads(1)
    with open(sys.argv[1], "rb") as file:
        kind, base, count, height, width, parameter_count, weight = struct.unpack("<6if", file.read(28))
        numbers = torch.frombuffer(bytearray(file.read()), dtype=torch.float32).double()
    pixels = count * height * width
    channels, target_channels = (6, 0) if kind == 2 else (3, 3)
    parameters, inputs, targets, masks = numbers.split(
        [parameter_count, channels * pixels, target_channels * pixels, pixels])
    network = (Segmentation(base) if kind == 2 else Autoencoder(base, kind == 1)).double()
    torch.nn.utils.vector_to_parameters(parameters, network.layers.parameters())
    outputs = network(inputs.view(count, channels, height, width))
    masks = masks.view(count, height, width)
    if kind == 2:
        values = binary_cross_entropy_with_logits(outputs, masks[:, None], reduction="none")
    else:
        values = (outputs - targets.view(outputs.shape)) ** 2
    losses = [objective(v, m, weight) for v, m in zip(values, masks)]
    loss = torch.stack(losses).mean()
    loss.backward()
    gradient = torch.cat([p.grad.reshape(-1) for p in network.layers.parameters()])
    with open(sys.argv[2], "wb") as file:
        file.write(outputs.detach().float().numpy().tobytes())
        file.write(struct.pack("<d", loss.item()))
        file.write(gradient.float().numpy().tobytes())


main()
