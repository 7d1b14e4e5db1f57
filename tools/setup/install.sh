# Brings a machine to where the project builds: Debian packages, the engine, a configured build.
# Sourced by ./quickstart and ./test after steps.sh; expects `root`. Every function does nothing
# where its work is done already.
# shellcheck shell=bash
# shellcheck disable=SC2154  # root is the sourcing script's.

SETUP_INSTALL=yes     # `no` after --no-install: try with what is there.
SETUP_LLAMA=pinned    # `system` after --system-llama: use a llama-server that is installed.
SETUP_LISTS_FRESH=no  # apt's package lists are fetched at most once a run.

# The packages of the given groups, one a line.
listed_packages() {
  local group
  for group in "$@"; do
    sed -n "s/^$group  *\([^ ]*\).*/\1/p" "$root/tools/setup/packages"
  done
}

# Those of the packages on stdin that are not installed.
missing_packages() {
  local package state
  while read -r package; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    if [[ $state != installed* ]]; then printf '%s\n' "$package"; fi
  done
}

# as_root COMMAND...: directly, or through sudo where we are somebody else.
as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Ends the script where packages are needed and nobody may install them.
require_root() {
  local missing=$1
  if ((EUID == 0)) || sudo -n true 2>/dev/null; then return; fi
  if ! command -v sudo >/dev/null; then
    fail "installing Debian packages needs root, and there is no sudo" \
      "As root: apt-get install $missing"
  fi
  if [[ ! -t 0 ]]; then
    fail "installing Debian packages needs root, and sudo wants a password" \
      "Run 'sudo apt-get install $missing' first, then this command again."
  fi
  say "sudo asks for your password to install: $missing"
  sudo -v || fail "sudo refused" "As root: apt-get install $missing"
}

apt_get() {
  # A lock held by an unattended upgrade is waited for; no package may ask a question.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@"
}

# install_packages GROUP...
install_packages() {
  if [[ $SETUP_INSTALL == no ]]; then return; fi
  local packages
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    packages=$(listed_packages build "$@" | sort -u | tr '\n' ' ')
    fail "this system has no apt-get; assay's set-up installs packages on Debian 12 only" \
      "Install what these Debian packages hold, then add --no-install: $packages"
  fi
  local missing
  missing=$(listed_packages "$@" | missing_packages | tr '\n' ' ')
  missing=${missing% }
  if [[ -z $missing ]]; then return; fi
  require_root "$missing"
  if [[ $SETUP_LISTS_FRESH == no ]]; then
    step apt-update "Fetching Debian's package lists" apt_get update
    SETUP_LISTS_FRESH=yes
  fi
  say "Debian packages to install: $missing"
  # Unquoted on purpose: one argument a package.
  # shellcheck disable=SC2086
  step apt-install "Installing Debian packages" \
    apt_get install -y --no-install-recommends --no-remove $missing
}

# The model engine, unless the person has a llama-server of their own.
install_engine() {
  if [[ -n ${ASSAY_LLAMA_SERVER:-} ]]; then
    say "✓ llama-server: $ASSAY_LLAMA_SERVER (ASSAY_LLAMA_SERVER)"
    return
  fi
  if [[ $SETUP_LLAMA == system ]]; then
    command -v llama-server >/dev/null || fail "--system-llama expects llama-server on PATH" \
      "Install llama.cpp, or leave --system-llama out to build the pinned release."
    say "✓ llama-server: $(command -v llama-server) (on PATH)"
    return
  fi
  if ! "$root/tools/engine" --print >/dev/null 2>&1 && ! command -v npm >/dev/null; then
    install_packages npm
  fi
  "$root/tools/engine"
}

# Whether build/PRESET must be configured: never done, done for another engine, or presets changed.
# Changed CMakeLists.txt files are ninja's business.
needs_configuring() {
  local folder=$root/build/$1
  [[ ! -f $folder/build.ninja ]] ||
    [[ $root/CMakePresets.json -nt $folder/build.ninja ]] ||
    ! grep -q "^ASSAY_LLAMA:STRING=$SETUP_LLAMA\$" "$folder/CMakeCache.txt" ||
    ! grep -q "^ASSAY_TESTS:BOOL=$2\$" "$folder/CMakeCache.txt"
}

# configure_build PRESET TESTS: TESTS is ON or OFF; OFF needs no test package.
configure_build() {
  local preset=$1 tests=$2
  # A build that has its tests keeps them: quickstart after test must not undo its work.
  if [[ $tests == OFF ]] &&
    grep -qs '^ASSAY_TESTS:BOOL=ON$' "$root/build/$preset/CMakeCache.txt"; then
    tests=ON
  fi
  if needs_configuring "$preset" "$tests"; then
    step "configure-$preset" "Configuring build/$preset" cmake -S "$root" --preset "$preset" \
      -DASSAY_LLAMA="$SETUP_LLAMA" -DASSAY_TESTS="$tests"
  fi
}

# build_targets PRESET TARGET...
build_targets() {
  local preset=$1
  shift
  step "build-$preset" "Building build/$preset" ninja -C "$root/build/$preset" \
    -j "$(job_count)" "$@"
}

# The tools the steps themselves call; where one is missing CMake could not even say so.
check_tools() {
  local tool missing=()
  for tool in cmake ninja c++ git python3; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if ((${#missing[@]} > 0)); then
    fail "not found on PATH: ${missing[*]}" \
      "Install them (tools/setup/packages says what each is for), or leave --no-install out."
  fi
}
