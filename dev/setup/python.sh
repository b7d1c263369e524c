# Sourced by the four commands: sets `python` to a Python 3.10, 3.11 or 3.12.
# Odoo 19 needs 3.10 at least; passlib needs the module `crypt`, gone in 3.13.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

find_python() {
    for python in python3 python3.12 python3.11 python3.10 /usr/bin/python3; do
        "$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))' \
            2>/dev/null && return 0
    done
    return 1
}

if ! find_python; then
    if [ "$(id -u)" = 0 ]; then sudo=''; else sudo='sudo'; fi
    echo "No Python 3.10 to 3.12 found: installing Debian's." >&2
    { $sudo apt-get -q update && $sudo apt-get -q -y install python3 python3-venv; } >&2
    find_python || {
        echo "This needs a Python from 3.10 to 3.12; please install one." >&2
        exit 1
    }
fi
PYTHONPATH=$here
export PYTHONPATH
