#!/usr/bin/env python3
"""Asks a server that fills a season: 1,000 requests a second from 50 connections, and 60 watchers.

    bench/serve_load.py [--runs 5] [--seconds 4] [--rate 1000] [--connections 50] [--watchers 60] [--season 2021-22]

Fills the season of the shipped data alone and in the crowd, by turns; prints errors, the time of requests (p50, p99, worst),
how much longer the fill took, and what of the processors went to the server and to the clients, which are on this machine too."""

import argparse
import asyncio
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BACKCOURT = os.environ.get("BACKCOURT", str(ROOT / "build" / "backcourt"))
# What a page asks, by how often.
MIX = [("GET", "/healthz", None)] * 4 + [("POST", "/api/v1/status", {})] * 3 + [("GET", "/", None)] * 2 + [("GET", "/api/v1/activities", None)] + [("POST", "/api/v1/cells", {"season": "2021-22"})] * 2


def request_bytes(method, path, body):
    data = b"" if body is None else json.dumps(body).encode()
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


async def read_answer(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status = int(head.split()[1])
    if length := re.search(r"content-length: (\d+)", head, re.I):
        await reader.readexactly(int(length[1]))
        return status
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
    return status


class Clock:
    """When all end; nobody knows until the fill has."""

    end = float("inf")

    def left(self):
        return self.end - time.perf_counter()


async def client(number, port, args, clock, times, errors):
    reader = writer = None
    pause, turn = args.connections / args.rate, number
    due = time.perf_counter() + pause * number / args.connections
    while clock.left() > 0:
        await asyncio.sleep(max(0, due - time.perf_counter()))
        due += pause
        begin = time.perf_counter()
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request_bytes(*MIX[turn % len(MIX)]))
            status = await read_answer(reader)
            times.append(time.perf_counter() - begin)
            if status != 200:
                errors.append(status)
        except (OSError, EOFError, asyncio.IncompleteReadError) as error:
            errors.append(repr(error))
            writer = None
        turn += 1
    if writer:
        writer.close()


async def watcher(port, clock, seen, errors):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/v1/changes HTTP/1.1\r\nHost: localhost\r\n\r\n")
    while clock.left() > 0:
        try:
            piece = await asyncio.wait_for(reader.read(65536), 1)
        except asyncio.TimeoutError:
            continue
        if not piece:
            errors.append("a stream ended")
            break
        seen[0] += piece.count(b"event: filled")
    writer.close()


def seconds_of(process):
    """What a process has had of the processors."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def fill(folder, season):
    begin = time.perf_counter()
    process = await asyncio.create_subprocess_exec(BACKCOURT, "backfill", "--season", season, "--force", "--no-load", cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if code := await process.wait():
        raise SystemExit(f"the fill ended with exit code {code}")
    return time.perf_counter() - begin


async def crowded(port, server, folder, args, times, errors, seen):
    """A fill while many ask; its seconds, and those of processors that the server and the clients took meanwhile."""
    clock = Clock()
    tasks = [asyncio.create_task(client(i, port, args, clock, times, errors)) for i in range(args.connections)]
    tasks += [asyncio.create_task(watcher(port, clock, seen, errors)) for _ in range(args.watchers)]
    serving, asking = seconds_of(server), time.process_time()
    under = await fill(folder, args.season)
    spent = under, seconds_of(server) - serving, time.process_time() - asking
    clock.end = time.perf_counter() + args.seconds
    await asyncio.gather(*tasks)
    return spent


async def main(args):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="backcourt-load-"))
    (folder / "backcourt.toml").write_text(f'[project]\npack = "{ROOT / "nba"}"\nseasons = ["{args.season}"]\n[data]\nfolder = "{ROOT / "data"}"\n')
    subprocess.run([BACKCOURT, "backfill", "all"], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = subprocess.Popen([BACKCOURT, "serve", "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r":(\d+)/", server.stdout.readline())[1])
        alone, under, times, errors, seen, seconds = [], [], [], [], [0], 0
        for _ in range(args.runs):
            before = seconds_of(server.pid)
            alone.append(await fill(folder, args.season))
            filling = seconds_of(server.pid) - before
            begin = time.perf_counter()
            crowd, serving, asking = await crowded(port, server.pid, folder, args, times, errors, seen)
            seconds += time.perf_counter() - begin
            under.append(crowd)
            print(f"the fill took {alone[-1]:.1f} s alone, {crowd:.1f} s in the crowd; of {crowd * os.cpu_count():.1f} s of processors the server took {serving - filling:.1f} s more than alone, the clients {asking:.1f} s", flush=True)
        times.sort()
        print(f"{len(times)} requests in {seconds:.1f} s ({len(times) / seconds:.0f}/s), {len(errors)} errors {errors[:3] if errors else ''}")
        print(f"p50 {times[len(times) // 2] * 1000:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms, worst {times[-1] * 1000:.0f} ms")
        a, b = statistics.median(alone), statistics.median(under)
        print(f"{args.watchers} watchers saw {seen[0]} events; medians of {args.runs}: {a:.1f} s alone, {b:.1f} s in the crowd ({100 * (b / a - 1):+.0f} %)")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="that the crowd stays after the fill")
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--watchers", type=int, default=60)
    parser.add_argument("--season", default="2021-22")
    asyncio.run(main(parser.parse_args()))
