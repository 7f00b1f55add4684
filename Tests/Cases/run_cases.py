#!/usr/bin/env python3
"""Inputs as people have them, good and bad, given to the program; what is right comes from other programs.

    make test-cases
    run_cases.py --program .build/release/nominal [--only masks names] [--keep FOLDER]

Each module of this folder is a suite: its functions `case_...` make inputs in an empty folder, run the program on them and
compare with Pillow, tifffile, OpenCV, scikit-learn or GNU make. Exit code 0 when all cases hold, 1 otherwise.
"""
import argparse
import importlib
import sys
import tempfile
import time
import traceback
from pathlib import Path

from case import Case, Mismatch

SUITES = "formats hostile masks regions nesting layouts names commands results".split()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--only", nargs="*", default=SUITES, help="suites, or suite.case")
    parser.add_argument("--keep", help="a folder that is kept")
    options = parser.parse_args()
    program = str(Path(options.program).resolve())
    failures, count, start = [], 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nominal-cases-") as scratch:
        for name in options.only:
            suite, _, only = name.partition(".")
            module = importlib.import_module(suite)
            cases = {key[5:]: value for key, value in vars(module).items() if key.startswith("case_")}
            for title, function in cases.items():
                if only and title != only:
                    continue
                folder = Path(options.keep or scratch) / suite / title
                folder.mkdir(parents=True)
                case = Case(program, folder)
                began = time.monotonic()
                try:
                    function(case)
                except Mismatch as mismatch:
                    case.faults.append(str(mismatch))
                except Exception:
                    case.faults.append(traceback.format_exc())
                count += 1
                print(f"{'FAIL' if case.faults else 'ok  '} {suite}.{title} ({time.monotonic() - began:.1f} s)", flush=True)
                for fault in case.faults:
                    print("     " + fault.replace("\n", "\n     "), flush=True)
                if case.faults:
                    failures.append(f"{suite}.{title}")
    print(f"{count} cases in {time.monotonic() - start:.0f} s, {len(failures)} failed" + "".join(f"\n  {f}" for f in failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
