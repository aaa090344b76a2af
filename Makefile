# make run    load and backfill the shipped seasons, show how far the warehouse is
# make check  the fast checks of a commit, in a minute: tests in C++, toy league, format, clang-tidy on what changed
# make test   all tests; make bench: all benchmarks; make build; make clean
# make soak N=1000   faults at length, one line a promise
# make fuzz SECONDS_EACH=60   look for inputs that break a reader (installs clang)
# make fuzz-engine SEED=1 STEPS=200   edit a toy project at random, compare with a fill from scratch
# make docs   the generated documents in docs/, and the types and features of the Python module
# make page   the page that `backcourt serve` shows, into page/dist, from where the program takes it
# make demo   load and backfill the shipped seasons, and open their page
# make spark-up    a Spark cluster on this machine; its address. make spark-down ends it (docs/spark.md)
# make test-spark  the tests of the engine Spark, on a cluster of their own; make test-spark-short: those that make test has
# make bench-spark SEASONS="2020-21 2021-22"   both shipped seasons in Spark and in DuckDB, compared key by key: half an hour
# make wheel  build/wheel/backcourt-*.whl: the command and a Python module, for pip install on this Linux or a newer one
# make portable-wheel  the same for every Linux with glibc 2.28 or later; make test-portable-wheel tries it on Debian 11
N ?= 200
SECONDS_EACH ?= 60
SEED ?= 1
STEPS ?= 200
SPARK_FOLDER ?= build/cluster
.PHONY: spark spark-up spark-down test-spark test-spark-short run program build page demo docs wheel portable-wheel test-portable-wheel check test soak fuzz fuzz-engine bench bench-spark clean
SPARK_TESTS = PYTHONPATH=$(CURDIR):$(CURDIR)/build/deps/python python3 -W ignore -m unittest -v
CONFIGURE = cmake -S . -B build -G Ninja -DBACKCOURT_BATCHES=ON >/dev/null
MAKEFLAGS += --no-print-directory

run: program
	@scripts/run.sh

demo: program
	@build/backcourt --project nba backfill all
	@build/backcourt --project nba serve

page:
	@scripts/page_bootstrap.sh
	@scripts/page_node page/build.mjs

program: page
	@scripts/bootstrap.sh
	@$(CONFIGURE)
	@cmake --build build --target backcourt

build: page
	@scripts/bootstrap.sh --tests
	@scripts/page_bootstrap.sh --tests
	@$(CONFIGURE)
	@cmake --build build

docs: program
	@build/backcourt --project nba docs --output docs
	@build/backcourt --project nba docs python >build/outputs.py && mv build/outputs.py python/backcourt/outputs.py
	@build/backcourt --project nba docs | python3 scripts/make_features.py >build/features.py && mv build/features.py python/backcourt/features.py

spark:
	@scripts/spark_bootstrap.sh

spark-up: spark
	@scripts/spark.py up --folder $(SPARK_FOLDER)

spark-down:
	@scripts/spark.py down --folder $(SPARK_FOLDER)

test-spark: build spark
	@$(SPARK_TESTS) tests.spark.short_test tests.spark.lake_tables_test tests.spark.deaths_test tests.spark.month_test

test-spark-short: build spark
	@$(SPARK_TESTS) tests.spark.short_test

wheel: program
	@scripts/make_wheel.sh

portable-wheel:
	@scripts/portable_build.sh
	@PORTABLE=yes scripts/make_wheel.sh

test-portable-wheel: portable-wheel
	@scripts/test_portable_wheel.sh

check: build
	@python3 scripts/check.py

test: build
	@python3 scripts/test.py

soak: build
	@python3 scripts/soak.py $(N)

fuzz:
	@scripts/fuzz.sh $(SECONDS_EACH)

fuzz-engine: build
	@PYTHONPATH=$(CURDIR):$(CURDIR)/build/deps/python python3 tests/fuzz/engine.py --seed $(SEED) --steps $(STEPS)

bench: build
	@bench/run

bench-spark: build spark
	@PYTHONPATH=$(CURDIR):$(CURDIR)/build/deps/python python3 -W ignore bench/spark_seasons.py $(SEASONS)

clean:
	rm -rf build
