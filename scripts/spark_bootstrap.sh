#!/bin/bash
# Installs what a Spark cluster on this machine is made of into build/deps/spark, pinned and hash-checked: Spark from PyPI,
# Delta Lake from Maven Central; Java 17 and Maven from Debian where the machine has none. About 550 MB. Then the driver by
# which the program speaks to Spark. When everything is there it takes a moment and changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

. scripts/packages.sh

fetch() {
  python3 -m pip "$1" --quiet --disable-pip-version-check --require-hashes --no-deps "${@:2}"
}

# Spark comes as a source package, which pip reads with setuptools; its jars and scripts are in deps/.
fetch_spark() {
  fetch install --root-user-action ignore --only-binary :all: --no-compile --target $deps/build -r scripts/spark/build.txt
  PYTHONPATH=$deps/build fetch download --no-binary :all: --no-build-isolation --dest $deps -r scripts/spark/spark.txt
  mkdir $deps/home
  tar -xzf $deps/pyspark-*.tar.gz -C $deps/home --strip-components 2 --wildcards '*/deps/jars/*' '*/deps/bin/*'
  rm -r $deps/build $deps/pyspark-*.tar.gz
}

# Delta Lake and what it needs beside Spark's own jars.
fetch_delta() {
  mvn --batch-mode --quiet --file scripts/spark/pom.xml org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$PWD/$deps/jars" -DincludeScope=runtime -DincludeGroupIds=io.delta,io.unitycatalog
  (cd $deps/jars && sha256sum --check --quiet --strict "$OLDPWD/scripts/spark/jars.sha256")
  [ "$(LC_ALL=C ls $deps/jars)" = "$(cut -c67- scripts/spark/jars.sha256)" ] || { say "other jars than scripts/spark/jars.sha256 names"; exit 1; }
}

absent=()
command -v java >/dev/null || absent+=(openjdk-17-jre-headless)
command -v mvn >/dev/null || absent+=(maven)
python3 -m pip --version >/dev/null 2>&1 || absent+=(python3-pip)
# Exit code 77: tests then skip what needs it.
[ ${#absent[@]} = 0 ] || (install_packages "${absent[@]}") || { say "Java 17 cannot be installed: ${absent[*]}"; exit 77; }

pins=$(cat scripts/spark_bootstrap.sh scripts/spark/* | sha256sum)
deps=build/deps/spark
[ "$(cat $deps/pins 2>/dev/null)" != "$pins" ] || exit 0

say "downloading Spark and Delta Lake"
rm -rf $deps
mkdir -p $deps/jars build/lib
fetch_spark & spark=$!
fetch_delta
fetch install --root-user-action ignore --only-binary :all: --no-compile --target $deps/driver -r scripts/spark/driver.txt
ln -f $deps/driver/adbc_driver_spark/libadbc_driver_spark.so build/lib/
wait $spark
echo "$pins" >$deps/pins
