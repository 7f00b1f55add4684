#!/usr/bin/env python3
"""A job on this machine and through Slurm clusters of 1 to N nodes on this machine, in Markdown.

    .build-python/bin/python bench/cluster_nodes.py jobs/demo.json [--nodes 3] [--cpus 1]

All nodes share the processors of this machine, so more of them make nothing faster than it is: what shows is what the way through
Slurm costs, that every way gives the same files, and the bytes for each image. Slurm has to be installed (make setup-slurm).
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests" / "Slurm"))
from slurm_cluster import Cluster, exported_digests, missing_programs


def run(program, job, folder, environment, *more):
    """Seconds, the files' digests, bytes in the store."""
    start = time.monotonic()
    subprocess.run(
        [program, "run", job, "--store", str(folder / "store"), "--output", str(folder / "output"), "--quiet", *more],
        env=environment, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    size = sum(file.stat().st_size for file in (folder / "store" / "objects").rglob("*") if file.is_file())
    return seconds, exported_digests(folder / "output"), size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job")
    parser.add_argument("--nominal", default=".build/release/nominal")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--cpus", type=int, default=1)
    options = parser.parse_args()
    missing = missing_programs()
    if missing:
        sys.exit(f"Slurm is not installed here, {', '.join(missing)} not found; make setup-slurm installs it")
    folder = Path(tempfile.mkdtemp(prefix="nominal-nodes-"))
    program = str(Path(options.nominal).resolve())
    print("| where | seconds | files | as on this machine | store |\n|---|---|---|---|---|", flush=True)
    seconds, expected, size = run(program, options.job, folder / "local", os.environ, "--runner", "local")
    print(f"| this machine | {seconds:.1f} | {len(expected)} | | {size / 1e6:.1f} MB |", flush=True)
    for nodes in range(1, options.nodes + 1):
        cluster = Cluster(folder / f"cluster-{nodes}", nodes, options.cpus)
        try:
            cluster.start()
            seconds, found, size = run(
                program, options.job, folder / f"nodes-{nodes}", cluster.environment, "--runner", "slurm")
        finally:
            cluster.stop()
        equal = sum(found.get(name) == digest for name, digest in expected.items())
        print(f"| {nodes} nodes | {seconds:.1f} | {len(found)} | {equal} of {len(expected)} equal | {size / 1e6:.1f} MB |",
              flush=True)
    shutil.rmtree(folder)


main()
