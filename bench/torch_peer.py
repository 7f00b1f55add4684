#!/usr/bin/env python3
"""The networks of Nominal in PyTorch, timed on the same work, as the peer of `bench/run`.

  torch_peer.py --mode train|score [--net sdc|sdc-ccm] [--base 16] [--size 256] [--batch 8] [--dtype f32|bf16]

train: forward, masked objective, backward, Adam on images in memory. score: forward, squared error, three passes of a box
of seven. Prints one JSON object with medians over the steps.
"""
import argparse, json, resource, statistics, time
import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--mode", choices=["train", "score"], default="train")
parser.add_argument("--net", choices=["sdc", "sdc-ccm"], default="sdc")
parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
for name, value in [("base", 16), ("size", 256), ("batch", 8), ("steps", 7), ("threads", 2)]:
    parser.add_argument(f"--{name}", type=int, default=value)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(0)


class Network(nn.Module):
    def __init__(self, base, skips):
        super().__init__()
        conv = lambda i, o, k=3, s=1, d=1: nn.Conv2d(i, o, k, s, d * (k // 2), d)
        self.encoder = nn.ModuleList([
            nn.ModuleList([conv(3, base, 5), conv(base, base)]),
            nn.ModuleList([conv(base, 2 * base, s=2), conv(2 * base, 2 * base)]),
            nn.ModuleList([conv(2 * base, 4 * base, s=2), conv(4 * base, 4 * base)])])
        self.deepest = conv(4 * base, 6 * base, s=2)
        self.stacks = nn.ModuleList([nn.ModuleList([conv(6 * base, base, d=d) for d in (1, 2, 4, 8, 16, 32)])
                                     for _ in range(4)])
        self.up = nn.ModuleList([conv(6 * base, 4 * base), conv(4 * base, 2 * base), conv(2 * base, base)])
        self.after = nn.ModuleList([conv(4 * base, 4 * base), conv(2 * base, 2 * base), conv(base, 3)])
        self.gates = nn.ModuleList([conv(8 * base, 4 * base, 1), conv(4 * base, 2 * base, 1),
                                    conv(2 * base, base, 1)]) if skips else None

    def forward(self, x):
        features = []
        for first, second in self.encoder:
            x = F.elu(second(F.elu(first(x))))
            features.append(x)
        x = F.elu(self.deepest(x))
        for stack in self.stacks:
            x = F.elu(torch.cat([path(x) for path in stack], 1))
        for level in range(3):
            x = F.elu(self.up[level](F.interpolate(x, scale_factor=2, mode="bilinear")))
            if self.gates:
                encoded = features[2 - level]
                gate = torch.sigmoid(self.gates[level](torch.cat([encoded, x], 1)))
                x = gate * encoded + (1 - gate) * x
            x = self.after[level](x)
            x = F.elu(x) if level < 2 else x
        return x


network = Network(options.base, options.net == "sdc-ccm").to(memory_format=torch.channels_last)
shape = (options.batch, 3, options.size, options.size)
clean = torch.rand(shape).contiguous(memory_format=torch.channels_last)
mask = (torch.rand(options.batch, 1, options.size, options.size) < 0.1).float()
corrupted = (clean * (1 - mask) + torch.rand_like(clean) * mask).contiguous(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(network.parameters(), 1e-3)


def forward():
    with torch.autocast("cpu", torch.bfloat16, enabled=options.dtype == "bf16"):
        return network(corrupted).float()


def train():
    squared = (forward() - clean) ** 2
    inside = 3 * mask.sum((1, 2, 3))
    outside = 3 * options.size ** 2 - inside
    loss = 0.5 * ((1 - mask) * squared).sum((1, 2, 3)) / outside + 0.5 * (mask * squared).sum((1, 2, 3)) / inside
    optimizer.zero_grad()
    loss.mean().backward()
    optimizer.step()


@torch.no_grad()
def score():
    anomaly_map = ((forward() - corrupted) ** 2).mean(1, keepdim=True)
    for _ in range(3):
        anomaly_map = F.avg_pool2d(F.pad(anomaly_map, (3, 3, 3, 3), mode="reflect"), 7, 1)
    return anomaly_map.sum((1, 2, 3))


step, times = {"train": train, "score": score}[options.mode], []
for number in range(options.steps + 3):
    start = time.perf_counter()
    step()
    if number >= 3:
        times.append(time.perf_counter() - start)
seconds = statistics.median(times)
print(json.dumps({"peer": "PyTorch " + torch.__version__, **vars(options), "secondsPerStep": round(seconds, 4),
                  "imagesPerSecond": round(options.batch / seconds, 3),
                  "parameters": sum(p.numel() for p in network.parameters()),
                  "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
