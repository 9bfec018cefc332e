#!/bin/sh
# Install what the tests need from Debian: a browser, PostgreSQL, gettext and the OpenMP library of LightGBM. Does nothing where it is there already.
set -e
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v msgfmt >/dev/null || missing="$missing gettext"
ls /usr/lib/*/libgomp.so.1 >/dev/null 2>&1 || missing="$missing libgomp1"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
	echo "Not installed:$missing (needs apt and root). The tests that use them are skipped."
	exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends $missing fonts-dejavu-core >/dev/null
