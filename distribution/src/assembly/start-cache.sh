#!/bin/sh
# start-cache.sh HOME TIME: records which classes commands load (JDK's ahead-of-time cache, JEP 483), for faster starts.
# The JVM accepts a cache only with jars of the same age, so they first get the one that they have in the archive.
set -eu
home=$1 time=$2
find "$home" -exec touch -d "$time" {} +
rm -f "$home"/lib/*.aot

record() {
  if ! log=$(env -u BOREALIS_PLUGINS BOREALIS_START_CACHE=record "$home/bin/borealis" "$@" 2>&1); then
    printf '%s\n' "$log" | tail -20
  fi
}

record plugins list --json
record doctor --quick --json

for name in borealis borealis-vector; do
  cache=$home/lib/$name.aot
  if [ -r "$cache" ]; then
    touch -d "$time" "$cache"
  else
    echo "No start cache $cache: commands take about half a second longer to start."
  fi
done
