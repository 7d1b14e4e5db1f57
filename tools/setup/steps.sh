# Steps with progress for ./quickstart, ./test and tools/engine. Sourced by bash, never run.
#
# A step runs one command with its output in a log, and leaves one line on stderr: what it did and
# how many seconds it took. When it fails, the last lines of the log and the log's path follow and
# the script ends. Expects `set -euo pipefail` and ASSAY_LOG_FOLDER, which it makes.
# shellcheck shell=bash

readonly STEP_LOG_LINES=20
readonly STEP_QUIET_SECONDS=15  # Between two progress lines where stderr is not a terminal.

say() { printf '%s\n' "$*" >&2; }

# fail MESSAGE [HINT]: ends the script with what is wrong and what to do about it.
fail() {
  printf 'error: %s\n' "$1" >&2
  if [[ -n ${2:-} ]]; then printf '  %s\n' "$2" >&2; fi
  exit 1
}

# How many compilers to run at once.
job_count() { printf '%s' "${ASSAY_JOBS:-$(nproc)}"; }

# The newest "[done/all]" that ninja wrote to the log, or nothing.
step_counter() { tail -c 65536 "$1" 2>/dev/null | grep -o '\[[0-9]*/[0-9]*\]' | tail -n 1 || true; }

# Shows that a step is alive until it, or the script, is killed: one line that rewrites itself on a
# terminal, else a line every STEP_QUIET_SECONDS.
step_watch() {
  local label=$1 log=$2 started=$SECONDS
  local pause=1
  if [[ ! -t 2 ]]; then pause=$STEP_QUIET_SECONDS; fi
  # The killed watcher's last `sleep` lives on for a moment; it must hold no pipe or lock of ours.
  while sleep "$pause" >/dev/null 2>&1 9>&-; do
    kill -0 $$ 2>/dev/null || return
    if [[ -t 2 ]]; then
      printf '\r\033[K  %s … %s s %s' "$label" $((SECONDS - started)) "$(step_counter "$log")" >&2
    else
      say "  … $label: $((SECONDS - started)) s $(step_counter "$log")"
    fi
  done
}

STEP_WATCHER=''
step_watch_end() {
  if [[ -n $STEP_WATCHER ]]; then
    kill "$STEP_WATCHER" 2>/dev/null || true
    wait "$STEP_WATCHER" 2>/dev/null || true
    STEP_WATCHER=''
    if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
  fi
}
trap step_watch_end EXIT

# step NAME LABEL COMMAND...: NAME is the log's file name, LABEL what a person reads.
step() {
  local name=$1 label=$2 started=$SECONDS status=0
  shift 2
  mkdir -p "$ASSAY_LOG_FOLDER"
  local log=$ASSAY_LOG_FOLDER/$name.log
  : >"$log"
  step_watch "$label" "$log" </dev/null >/dev/null &
  STEP_WATCHER=$!
  # A subshell, not `||`: in a condition bash would ignore `set -e` inside the command.
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1 </dev/null
  status=$?
  set -e
  step_watch_end
  if ((status != 0)); then
    say "✗ $label (failed after $((SECONDS - started)) s); its last lines:"
    tail -n "$STEP_LOG_LINES" "$log" | sed 's/^/    /' >&2
    fail "the step '$label' ended with exit code $status" "Everything it printed: $log"
  fi
  say "✓ $label ($((SECONDS - started)) s)"
}
