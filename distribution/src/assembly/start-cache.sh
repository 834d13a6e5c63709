#!/bin/sh
# start-cache.sh HOME TIME: records which classes a command loads (JDK's ahead-of-time cache, JEP 483), for faster starts.
# The JVM accepts the cache only with jars of the same age, so they first get the one that they have in the archive.
set -eu
home=$1
find "$home" -exec touch -d "$2" {} +
rm -f "$home/lib/borealis.aot"
if ! log=$(env -u BOREALIS_PLUGINS BOREALIS_START_CACHE=record "$home/bin/borealis" doctor --quick --json 2>&1); then
  printf '%s\n' "$log" | tail -20
fi
if [ -r "$home/lib/borealis.aot" ]; then
  touch -d "$2" "$home/lib/borealis.aot"
else
  echo "No start cache: commands take about half a second longer to start."
fi
