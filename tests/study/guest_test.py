"""Studies on the real engine with the smallest shipped model: a whole run, a guard that ends the
server, a killed assay that leaves no server behind."""

import os
import pathlib
import signal
import subprocess
import unittest

from program import PATIENCE_S, SOURCE, StudyTest, children_of, engine, is_alive, wait_for

MODEL = SOURCE / "models" / "pebble-xs.gguf"
MEBIBYTE = 1 << 20

STUDY = f"""[study]
name = "guest"
tasks = "{SOURCE}/examples/packs/deskwork"
canaries = CANARIES
looks = 1
[[model]]
name = "xs"
gguf = "{MODEL}"
LIMIT
[baseline]
temperature = 0.0
max_tokens = 32
context = 1024
[factors]
FACTORS
"""


@unittest.skipUnless(engine(), "no llama-server: run tools/engine")
class GuestTest(StudyTest):
    def study(self, factors="max_tokens = [2]", limit="", canaries=5):
        text = STUDY.replace("FACTORS", factors).replace("LIMIT", limit)
        return self.write("study.toml", text.replace("CANARIES", str(canaries)))

    def test_a_whole_study(self):
        file = self.study('max_tokens = [2]\nquantization = ["Q8_0"]')
        out, _ = self.run_assay("study", "run", file, "--yes")
        report = pathlib.Path(out.splitlines()[-1].removeprefix("report: "))
        self.assertTrue(report.is_file())
        record = self.record("study", "report", "latest")
        cells = {cell["id"]: cell for cell in record["models"][0]["cells"]}
        self.assertEqual(set(cells), {"xs/baseline", "xs/max_tokens=2", "xs/quantization=Q8_0"})
        for shown in cells.values():
            self.assertEqual(shown["n"], 15)
            self.assertGreater(shown["tokens_per_s"], 0)
            self.assertGreater(shown["ttft_ms_p50"], 0)
        self.assertGreater(cells["xs/baseline"]["accuracy"], 0)
        script, _ = self.run_assay("export", "latest", "--for", "llama-server")
        shell = subprocess.run(["sh", "-n"], input=script, text=True, check=False)
        self.assertEqual(shell.returncode, 0)

    def test_a_context_that_the_server_cut_is_named(self):
        file = self.study(canaries=1)
        file.write_text(file.read_text().replace("context = 1024", "context = 65536"))
        self.run_assay("study", "run", file, "--yes")
        traps = self.record("study", "report", "latest")["models"][0]["traps"]
        (cut,) = [trap for trap in traps if trap["name"] == "setting_changed_by_server"]
        self.assertEqual(cut["cell"], "xs/baseline")
        self.assertEqual(cut["figures"], {"setting": "context", "asked": 65536, "got": 2048})

    def crowded_server(self, signal_file):
        """The real server. Once `signal_file` appears, a child beside it takes nearly all memory
        that both have; the kernel is told that it is the server that has to go."""
        wrapper = self.folder / "llama-server"
        wrapper.write_text(
            "#!/bin/sh\n"
            f'case "$*" in *--version*) exec "{engine()}" --version ;; esac\n'
            f'(while ! rm "{signal_file}" 2>/dev/null; do sleep 0.02; done;'
            f' exec "{os.environ["ASSAY_TEST_HOG"]}" hold 392 sleep) &\n'
            "echo 1000 > /proc/self/oom_score_adj\n"
            f'exec "{engine()}" "$@"\n'
        )
        wrapper.chmod(0o755)
        return {**os.environ, "ASSAY_LLAMA_SERVER": str(wrapper)}

    def test_the_guard_ends_the_guest_and_the_study_goes_on(self):
        doctor, _ = self.run_assay("doctor")
        if "memory guard  cgroup" not in doctor:
            self.skipTest("no writable memory cgroup: the watcher sees the server alone")
        limit = f"memory_limit_bytes = {396 * MEBIBYTE}"
        file = self.study(limit=limit, canaries=60)
        signal_file = self.folder / "now"
        process = self.start("study", "run", file, "--yes", env=self.crowded_server(signal_file))
        wait_for(lambda: self.trial_count() >= 3)
        signal_file.touch()
        _, err = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 0, err)
        outcomes = [row[1:] for row in self.trials()]
        self.assertEqual(outcomes.count(("infrastructure", "out_of_memory")), 1, outcomes)
        self.assertEqual(len(outcomes), 360)
        self.assertEqual(self.record("study", "status", "latest")["state"], "done")

    def test_a_killed_assay_leaves_no_server(self):
        process = self.start("study", "run", self.study(), "--yes")
        wait_for(lambda: self.trial_count() >= 1)
        servers = children_of(process.pid)
        self.assertTrue(servers)
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_for(lambda: not any(is_alive(pid) for pid in servers))

    def test_a_model_that_cannot_be_loaded_is_named(self):
        broken = self.folder / "broken.gguf"
        broken.write_bytes(MODEL.read_bytes()[: MODEL.stat().st_size // 2])
        _, err = self.run_assay("study", "plan", self.study(), "--models", broken, expect=3)
        self.assertIn("broken.gguf", err)
        foreign = self.write("foreign.gguf", "<html>Not found</html>")
        _, err = self.run_assay("study", "plan", self.study(), "--models", foreign, expect=3)
        self.assertIn("foreign.gguf", err)


if __name__ == "__main__":
    unittest.main()
