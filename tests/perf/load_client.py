#!/usr/bin/env python3
"""What the load generator's client reaches on one core, against a null server on the other.

    ninja -C build/release null_server load_client_perf
    tests/perf/load_client.py [BUILD_FOLDER] [SECONDS]      # build/release 5

Prints a line for each goal and whether it was met, and the same requests made by wrk and hey where
they are installed (Debian packages). What is given per CPU-second is user and system time of the
client alone, which other work on the machine hardly changes; rates and times need it quiet.
"""

import os
import re
import resource
import shutil
import subprocess
import sys

CLIENT_CORE, SERVER_CORE = "0", "1"
CONNECTIONS = 64


class NullServer:
    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, f"{folder}/null_server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def run(command):
    """The command's output and the CPU-seconds it took, on the client's core."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(["taskset", "-c", CLIENT_CORE, *command], capture_output=True, text=True,
                         check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode != 0:
        sys.exit(f"{' '.join(command)}: {ran.stdout}{ran.stderr}")
    return ran.stdout, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def perf(folder, mode, count, seconds):
    """One run's figures by name, against a server of its own."""
    with NullServer(folder) as server:
        output, _ = run([f"{folder}/load_client_perf", str(server.port), mode, str(count),
                         str(seconds)])
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def other(folder, command):
    """Requests a CPU-second of another client, from the count it prints."""
    with NullServer(folder) as server:
        output, cpu_s = run([*command, f"http://127.0.0.1:{server.port}/plain"])
    counted = re.search(r"(\d+) requests in|\[200\]\s+(\d+) responses", output)
    return int(counted.group(1) or counted.group(2)) / cpu_s


def show(what, value, goal, met):
    print(f"| {what} | {value} | {goal} | {'yes' if met else 'NO'} |", flush=True)


def show_capacity(folder, seconds):
    requests = perf(folder, "requests", CONNECTIONS, seconds)
    show("requests/s", f"{requests['exchanges_per_s']:,.0f}", "60,000",
         requests["exchanges_per_s"] >= 60_000)
    own = requests["exchanges_per_cpu_s"]
    show("requests per CPU-second", f"{own:,.0f}", "60,000", own >= 60_000)
    events = perf(folder, "events", CONNECTIONS, seconds)
    show("events/s, 64 a reply", f"{events['events_per_s']:,.0f}", "1,500,000",
         events["events_per_s"] >= 1_500_000)
    show("events per CPU-second", f"{events['events_per_cpu_s']:,.0f}", "1,500,000",
         events["events_per_cpu_s"] >= 1_500_000)
    others = [("wrk", ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}"], 0.45),
              ("hey", ["-z", f"{seconds}s", "-c", str(CONNECTIONS), "-cpus", "1"], 1.0)]
    for name, options, goal in others:
        if shutil.which(name):
            ratio = own / other(folder, [name, *options])
            show(f"requests per CPU-second, against {name}", f"{ratio:.2f} times", f"{goal:.2f}",
                 ratio >= goal)
        else:
            print(f"| against {name} | not installed | | |")


def show_times(folder, seconds):
    timing = perf(folder, "timing", 500, seconds)
    what = f"at 500 streams, {timing['events_per_s']:,.0f} events/s"
    for percentile, goal in (("p50", 50), ("p99", 500)):
        stamp, read = timing[f"stamp_error_us_{percentile}"], timing[f"read_error_us_{percentile}"]
        show(f"stamp after send time, {percentile}, {what}", f"{stamp:.0f} us", f"{goal} us",
             stamp < goal)
        show(f"read after send time, {percentile}", f"{read:.0f} us", "", True)
    lag = perf(folder, "schedule", 2000, seconds)["send_lag_us_p99"]
    show("send lag at 2,000 requests/s, p99", f"{lag:.0f} us", "1,000 us", lag < 1000)


def show_memory(folder, seconds):
    streams = perf(folder, "open", 10_000, seconds)
    held = streams["in_flight"] == 10_000 and streams["failed"] == 0
    show("resident memory at 10,000 open streams", f"{streams['resident_mib_peak']:.0f} MiB",
         "600 MB", held and streams["resident_mib_peak"] * 1.048576 < 600)


def main():
    folder = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/release")
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print("| figure | reached | goal | met |\n|:--|--:|--:|:--|")
    show_capacity(folder, seconds)
    show_times(folder, seconds)
    show_memory(folder, seconds)


if __name__ == "__main__":
    main()
