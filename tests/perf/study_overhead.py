#!/usr/bin/env python3
"""Where a study's wall time went, read from its journal.

    tests/perf/study_overhead.py [HOME] [STUDY]

HOME is the folder of journal.db (default .assay); STUDY an id (default the newest). Prints the wall
time of the trials, the share spent inside the model (request sent to last byte), the share spent
loading, and what is left: assay's own overhead, as a ratio of wall time without loading.
"""

import json
import pathlib
import sqlite3
import sys


def main():
    home = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".assay")
    journal = sqlite3.connect(f"file:{home / 'journal.db'}?mode=ro", uri=True)
    study = sys.argv[2] if len(sys.argv) > 2 else None
    if study is None:
        study = journal.execute("SELECT id FROM study ORDER BY created_unix_ms DESC").fetchone()[0]
    rows = journal.execute(
        "SELECT detail FROM event WHERE study = ? AND kind = 'study_end'", (study,)
    ).fetchall()
    if not rows:
        sys.exit(f"study {study} has not ended yet")
    totals = {"wall_s": 0.0, "model_s": 0.0, "load_s": 0.0}
    for (detail,) in rows:
        for name in totals:
            totals[name] += json.loads(detail)[name]
    trials = journal.execute("SELECT COUNT(*) FROM trial WHERE study = ?", (study,)).fetchone()[0]
    running_s = totals["wall_s"] - totals["load_s"]
    own_s = running_s - totals["model_s"]
    print(f"study          {study}: {trials} trials")
    print(f"wall           {totals['wall_s']:9.2f} s")
    print(f"loading        {totals['load_s']:9.2f} s")
    print(f"in the model   {totals['model_s']:9.2f} s")
    print(f"assay's own    {own_s:9.2f} s   {1000 * own_s / max(trials, 1):.2f} ms a trial")
    print(f"overhead       {100 * own_s / running_s:9.2f} %   of wall time without loading")


if __name__ == "__main__":
    main()
