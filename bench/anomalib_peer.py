#!/usr/bin/env python3
"""Scores a folder of images with anomalib's inferencers, for bench/scoring.py. Needs anomalib 2 (`pip install "anomalib[openvino]"`), and TRUST_REMOTE_CODE=1 for its TorchInferencer.

    anomalib_peer.py NORMAL IMAGES

The model is STFPM with a ResNet-18 of random weights, 256 x 256 pixels: among the fastest of anomalib's, and weights do not
change the speed. Prints JSON: images per second and CPU-seconds per image of each inferencer, without its start.
"""
import contextlib
import json
import logging
import pathlib
import resource
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def main():
    import torch
    from anomalib.data import Folder
    from anomalib.deploy import ExportType, OpenVINOInferencer, TorchInferencer
    from anomalib.engine import Engine
    from anomalib.models import Stfpm
    import anomalib.models.components.feature_extractors.timm as features

    normal, images = pathlib.Path(sys.argv[1]), sorted(pathlib.Path(sys.argv[2]).iterdir())
    create = features.timm.create_model
    # The weights would have to be downloaded.
    features.timm.create_model = lambda *names, **options: create(*names, **{**options, "pretrained": False})
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Folder(name="speed", root=normal.parent, normal_dir=normal.name, train_batch_size=4, eval_batch_size=4,
                      num_workers=0, test_split_mode="synthetic", val_split_mode="same_as_test")
        model = Stfpm()
        engine = Engine(max_epochs=1, default_root_dir=folder, accelerator="cpu", devices=1, logger=False,
                        enable_progress_bar=False)
        engine.fit(model=model, datamodule=data)
        torch_file = engine.export(model=model, export_type=ExportType.TORCH, export_root=folder)
        openvino_file = engine.export(model=model, export_type=ExportType.OPENVINO, export_root=folder)
        for title, inferencer in [("anomalib STFPM, TorchInferencer", TorchInferencer(path=torch_file, device="cpu")),
                                  ("anomalib STFPM, OpenVINOInferencer",
                                   OpenVINOInferencer(path=openvino_file, device="CPU"))]:
            inferencer.predict(str(images[0]))
            before, start = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
            for image in images:
                inferencer.predict(str(image))
            seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            results[title] = (len(images) / seconds, used / len(images))
    return results


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        found = main()
    print(json.dumps(found))
