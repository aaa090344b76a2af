# make run    load and backfill the shipped seasons, show how far the warehouse is
# make test   all tests; make bench: all benchmarks; make build; make clean
# make soak N=1000   faults at length, one line a promise
# make fuzz SECONDS_EACH=60   look for inputs that break a reader (installs clang)
# make wheel  build/wheel/backcourt-*.whl: the command and a Python module, for pip install
N ?= 200
SECONDS_EACH ?= 60
.PHONY: run build wheel test soak fuzz bench clean deps
MAKEFLAGS += --no-print-directory

run: deps build/build.ninja
	@cmake --build build --target backcourt
	@scripts/run.sh

build: deps build/build.ninja
	@cmake --build build

wheel: deps build/build.ninja
	@cmake --build build --target backcourt
	@scripts/make_wheel.sh

test: build
	@python3 scripts/test.py

soak: build
	@python3 scripts/soak.py $(N)

fuzz: deps
	@scripts/fuzz.sh $(SECONDS_EACH)

bench: build
	@bench/run

clean:
	rm -rf build

deps:
	@scripts/bootstrap.sh

build/build.ninja: | deps
	@cmake -S . -B build -G Ninja
