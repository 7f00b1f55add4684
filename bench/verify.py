#!/usr/bin/env python3
"""Measures `nominal verify` beside what the same file system and SHA-256 can do.

The limit is `openssl dgst -sha256` on the same files, as many processes at once as verify has threads, a few hundred files
for each: it opens, reads and hashes every byte and does nothing else. Both are run in turn, after everything was read once;
the medians are compared. Stores that are not given are made of blobs of random bytes.

    bench/verify.py --program .build/release/nominal [--store .nominal] [--megabytes 1024] [--json]
"""
import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def blobs(store):
    return [str(path) for path in sorted((store / "objects").glob("??/*"))]


def empty_bundle():
    """A bundle without results, as `nominal export` would write it: importing it makes an empty store."""
    content = json.dumps(
        {"actions": [], "blobs": [], "format": "nominal-bundle", "subject": "nothing", "version": 1},
        separators=(",", ":"), sort_keys=True).encode()
    header = bytearray(512)
    for offset, text in [
        (0, b"bundle.json"), (100, b"0000444"), (108, b"0000000"), (116, b"0000000"), (124, b"%011o" % len(content)),
        (136, b"00000000000"), (148, b" " * 8), (156, b"0"), (257, b"ustar\x0000"),
    ]:
        header[offset:offset + len(text)] = text
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content + bytes(-len(content) % 512) + bytes(1024)


def fill(store, program, megabytes, size):
    """Random blobs under their digests: what a store of results looks like to the file system."""
    bundle = store.parent / "empty.bundle"
    bundle.write_bytes(empty_bundle())
    subprocess.run([program, "import", bundle, "--store", store], check=True, stdout=subprocess.DEVNULL)
    for _ in range(megabytes * 2**20 // size):
        content = os.urandom(size)
        digest = hashlib.sha256(content).hexdigest()
        (store / "objects" / digest[:2] / digest[2:]).write_bytes(content)


def seconds(command, **options):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.monotonic() - start


def measure(program, store, threads, repetitions):
    names = blobs(store)
    total = sum(os.path.getsize(name) for name in names)
    listing = "\0".join(names).encode()
    per = max(1, min(500, -(-len(names) // (4 * threads))))
    hashing = ["xargs", "-0", f"-P{threads}", f"-n{per}", "openssl", "dgst", "-sha256"]
    verifying = [program, "verify", "--quiet", "--threads", str(threads), "--store", str(store)]
    seconds(hashing, input=listing)
    times = [(seconds(verifying), seconds(hashing, input=listing)) for _ in range(repetitions)]
    verify, limit = (statistics.median(column) for column in zip(*times))
    megabyte = total / 2**20
    return {
        "blobs": len(names), "mebibytes": round(megabyte, 1), "threads": threads,
        "verifySeconds": round(verify, 3), "limitSeconds": round(limit, 3),
        "verifyMiBPerSecond": round(megabyte / verify, 1), "limitMiBPerSecond": round(megabyte / limit, 1),
        "share": round(limit / verify, 3),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--store", help="a store that is there")
    parser.add_argument("--megabytes", type=int, default=1024, help="of each store that is made")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    program = str(Path(options.program).resolve())
    rows = {}
    if options.store:
        rows[options.store] = measure(program, Path(options.store), options.threads, options.repetitions)
    else:
        for size, label in [(2**24, "16 MiB"), (2**20, "1 MiB"), (2**16, "64 KiB"), (2**12, "4 KiB")]:
            with tempfile.TemporaryDirectory(prefix="nominal-verify-") as folder:
                store = Path(folder, "store")
                fill(store, program, options.megabytes if size > 2**12 else max(1, options.megabytes // 16), size)
                rows[f"blobs of {label}"] = measure(program, store, options.threads, options.repetitions)
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        print("| store | blobs | MiB | verify MiB/s | limit MiB/s | share |\n|---|---|---|---|---|---|")
        for name, row in rows.items():
            print(
                f"| {name} | {row['blobs']} | {row['mebibytes']} | {row['verifyMiBPerSecond']} "
                f"| {row['limitMiBPerSecond']} | {row['share']} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
