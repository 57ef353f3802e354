#!/bin/sh
# fill-compile-cache.sh FILE [FLAG…]: fills Node's compile cache for one bundle, and fails unless the next start really
# uses it. FLAG: one that ends a program at once which reads no environment.
# Node keeps a cache apart for each Node, user id and path: run it as the user, in the image, that will run the bundle.
set -eu

# A faulty address ends every program of ours once all of it is loaded.
load() { LISTEN_ADDRESS=none NODE_DEBUG_NATIVE=COMPILE_CACHE node "$@" 2>&1 || true; }

load "$@" >/dev/null
seen=$(load "$@")
case $seen in
  *"$1 was accepted"*) ;;
  *) echo "cannot use the compile cache in ${NODE_COMPILE_CACHE:-nowhere} for $1: $seen" >&2; exit 1 ;;
esac
