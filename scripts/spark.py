#!/usr/bin/env python3
"""A Spark cluster on this machine: one master, two workers and a Spark Connect server, as processes on loopback.

    scripts/spark.py up [--folder DIR] [--port N]   starts what is not running, prints its sc:// address
    scripts/spark.py down [--folder DIR]            ends the processes that it started
    scripts/spark.py status [--folder DIR]

Tables, catalog, logs and cluster.json (processes and address) are in the folder, build/cluster unless another is given.
Heaps are 3.3 GB together. Nothing is fetched: scripts/spark_bootstrap.sh has done so.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPS = ROOT / "build" / "deps" / "spark"
HOME = DEPS / "home"
HOST = "127.0.0.1"
START_SECONDS = 120
STOP_SECONDS = 20


def free_port():
    with socket.socket() as one:
        one.bind((HOST, 0))
        return one.getsockname()[1]


def answers(port):
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex((HOST, port)) == 0


def started(pid):
    """When a process began, in ticks since the machine did: with its id what makes it the same process; None when it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


class Cluster:
    PARTS = ("master", "worker-1", "worker-2", "connect")

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.file = self.folder / "cluster.json"
        self.state = json.loads(self.file.read_text()) if self.file.exists() else {"processes": {}}

    @property
    def uri(self):
        return f"sc://{HOST}:{self.state['port']}"

    def save(self):
        beside = self.file.with_suffix(".new")
        beside.write_text(json.dumps(self.state, indent=1) + "\n")
        beside.replace(self.file)

    def pid(self, part):
        """Of a part that runs; None when it does not."""
        known = self.state["processes"].get(part)
        return known["pid"] if known and started(known["pid"]) == known["started"] else None

    def start(self, part, *command, **environment):
        with (self.folder / f"{part}.log").open("ab") as log:
            process = subprocess.Popen(
                [str(word) for word in command], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": HOST, "SPARK_NO_DAEMONIZE": "1",
                     "SPARK_LOCAL_DIRS": str(self.folder / "local"), "SPARK_CONF_DIR": str(self.folder / "conf"), **environment})
        self.state["processes"][part] = {"pid": process.pid, "started": started(process.pid)}
        self.save()

    def wait(self, part, port):
        until = time.monotonic() + START_SECONDS
        while not answers(port):
            if not self.pid(part) or time.monotonic() > until:
                sys.exit(f"{part} did not start; the end of {self.folder / (part + '.log')}:\n" + "\n".join((self.folder / f"{part}.log").read_text(errors="replace").splitlines()[-15:]))
            time.sleep(0.2)

    def start_master(self):
        self.start("master", HOME / "bin" / "spark-class", "org.apache.spark.deploy.master.Master", "--host", HOST, "--port", self.state["master_port"],
                   "--webui-port", self.state["master_ui_port"], SPARK_DAEMON_MEMORY="256m")
        self.wait("master", self.state["master_port"])

    def start_worker(self, part):
        self.start(part, HOME / "bin" / "spark-class", "org.apache.spark.deploy.worker.Worker", "--host", HOST, "--webui-port", free_port(), "--cores", 1,
                   "--memory", "1g", "--work-dir", self.folder / "work" / part, f"spark://{HOST}:{self.state['master_port']}", SPARK_DAEMON_MEMORY="256m")

    def start_connect(self):
        jars = str(DEPS / "jars" / "*")
        settings = {
            "spark.driver.host": HOST,
            "spark.driver.bindAddress": HOST,
            "spark.driver.extraClassPath": jars,
            "spark.executor.extraClassPath": jars,
            "spark.executor.memory": "768m",
            "spark.executor.cores": 1,
            "spark.connect.grpc.binding.address": HOST,
            "spark.connect.grpc.binding.port": self.state["port"],
            "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
            "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
            "spark.sql.catalogImplementation": "hive",  # its tables are still known after the server was killed
            "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={self.folder}/catalog;create=true",
            "spark.sql.warehouse.dir": self.folder / "tables",
            "spark.databricks.delta.snapshotPartitions": 1,
            "spark.sql.shuffle.partitions": 2,
            "spark.eventLog.enabled": "false",
            "spark.ui.enabled": "false",
            "spark.scheduler.mode": "FAIR",
        }
        words = [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
        self.start("connect", HOME / "bin" / "spark-submit", "--master", f"spark://{HOST}:{self.state['master_port']}",
                   "--driver-java-options", f"-Dderby.stream.error.file={self.folder}/derby.log",
                   *words, "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal",
                   SPARK_DAEMON_MEMORY="1g")  # its heap, which --driver-memory does not set
        self.wait("connect", self.state["port"])

    def up(self, port=None):
        if not HOME.exists():
            sys.exit("Spark is not there. Try: scripts/spark_bootstrap.sh")
        for name in ("work", "conf", "local"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "conf" / "log4j2.properties").write_text(
            "rootLogger.level = warn\nrootLogger.appenderRef.stderr.ref = stderr\nappender.stderr.type = Console\nappender.stderr.name = stderr\n"
            "appender.stderr.target = SYSTEM_ERR\nappender.stderr.layout.type = PatternLayout\nappender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex\n")
        if not self.pid("master"):
            self.state.update(master_port=free_port(), master_ui_port=free_port())
            self.start_master()
        for part in ("worker-1", "worker-2"):
            if not self.pid(part):
                self.start_worker(part)
        if not self.pid("connect"):
            self.state["port"] = port or self.state.get("port") or free_port()
            self.start_connect()
        return self.uri

    def kill(self, part, how=signal.SIGKILL):
        """Ends one part; returns once it is gone. An executor goes with its worker."""
        pid = self.pid(part)
        if not pid:
            return
        os.kill(pid, how)
        until = time.monotonic() + STOP_SECONDS
        while self.pid(part):
            try:
                os.waitpid(pid, os.WNOHANG)  # of one that this process has started
            except ChildProcessError:
                pass
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        del self.state["processes"][part]
        self.save()

    def down(self):
        for part in reversed(self.PARTS):
            self.kill(part, signal.SIGTERM)
        for name in ("work", "local"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def __enter__(self):
        self.up()
        return self

    def __exit__(self, *_):
        self.down()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["up", "down", "status"])
    parser.add_argument("--folder", default=ROOT / "build" / "cluster")
    parser.add_argument("--port", type=int, help="of the Connect server; a free one unless given")
    words = parser.parse_args()
    cluster = Cluster(words.folder)
    if words.verb == "up":
        print(cluster.up(words.port))
    elif words.verb == "down":
        cluster.down()
    else:
        for part in cluster.PARTS:
            print(f"{part}: {'process %d' % cluster.pid(part) if cluster.pid(part) else 'not running'}")
        if cluster.pid("connect"):
            print(cluster.uri)


if __name__ == "__main__":
    main()
