#!/bin/sh
# From a machine with python3 and nothing else to .venv exactly as uv.lock says. `make` calls it when .venv is missing or
# older than the lock. Says one sentence when something is in the way; what pip and uv said is kept in .boot/log.
set -eu
python=${PYTHON:-python3}
boot=.boot

refuse() {
    echo "$1" >&2
    exit 1
}

said() {
    if grep -qiE 'no space left|disk quota' "$boot/log"; then
        refuse "The disk is full: free about 4 GB where this folder is (and in ~/.cache), then start again."
    fi
    if grep -qiE 'resolve|connect|network|timed out|unreachable|proxy|retries|dns|no matching distribution' "$boot/log"; then
        refuse "The first start needs the network, and the package registry cannot be reached: start again when it can. (Details: $boot/log)"
    fi
    refuse "$1 The last lines it said: $(tail -n 3 "$boot/log" | tr '\n' ' ') (all of it: $boot/log)"
}

command -v "$python" >/dev/null 2>&1 ||
    refuse "python3 is missing: install it (Debian: apt-get install python3 python3-venv) and start again."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    refuse "Python 3.11 or newer is needed, and $python is $("$python" -V 2>&1 | cut -d' ' -f2): say which one to use, as in make PYTHON=python3.11."
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    refuse "$python cannot make virtual environments: apt-get install python3-venv, then start again."
mkdir -p "$boot" 2>/dev/null && : 2>/dev/null >"$boot/log" ||
    refuse "$(pwd) cannot be written: free some space there, or clone into a folder that is yours."

export PIP_DISABLE_PIP_VERSION_CHECK=1 UV_PYTHON_DOWNLOADS=never
uv=$boot/venv/bin/uv
if ! cmp -s deploy/uv.txt "$boot/uv.txt"; then
    echo "Preparing (once): uv, from deploy/uv.txt"
    rm -rf "$boot/venv"
    "$python" -m venv "$boot/venv" >>"$boot/log" 2>&1 || said "$python could not make a virtual environment."
    "$boot/venv/bin/python" -m pip install --quiet --require-hashes --only-binary :all: --no-deps -r deploy/uv.txt >>"$boot/log" 2>&1 ||
        said "pip could not install uv."
    cp deploy/uv.txt "$boot/uv.txt"
fi

echo "Preparing (once): the packages of uv.lock, about 500 MB"
"$uv" sync --locked --no-progress --python "$python" >>"$boot/log" 2>&1 || {
    grep -q 'needs to be updated' "$boot/log" && refuse "uv.lock does not fit pyproject.toml: run $uv lock, and commit what it changes."
    said "uv could not install the packages."
}
touch .venv/.locked
