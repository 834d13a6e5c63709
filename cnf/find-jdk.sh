# Sourced, never run: points JAVA_HOME at a JDK 25 or newer, or says that there is none and returns 1.
# Tried in this order: JAVA_HOME, the java on PATH, /usr/lib/jvm, ~/.sdkman, ~/.jdks. Any POSIX sh; the caller may `set -eu`.

borealis_java_wanted=25

# A JDK states its version in the file `release`: no JVM needs to start to learn it.
borealis_java_version() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

borealis_java_fits() {
  borealis_java_found=$(borealis_java_version "$1") || return 1
  [ "${borealis_java_found:-0}" -ge "$borealis_java_wanted" ]
}

borealis_find_jdk() {
  if [ -n "${JAVA_HOME-}" ] && borealis_java_fits "$JAVA_HOME"; then
    return 0
  fi
  if borealis_javac=$(command -v javac); then
    borealis_javac=$(readlink -f "$borealis_javac" 2>/dev/null || echo "$borealis_javac")
    borealis_jdk=${borealis_javac%/bin/javac}
    if borealis_java_fits "$borealis_jdk"; then
      JAVA_HOME=$borealis_jdk
      return 0
    fi
  fi
  for borealis_jdk in /usr/lib/jvm/* "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if borealis_java_fits "$borealis_jdk"; then
      JAVA_HOME=$borealis_jdk
      return 0
    fi
  done
  echo "borealis: needs a JDK $borealis_java_wanted or newer, and found none." >&2
  echo "  JAVA_HOME is '${JAVA_HOME-}', java on PATH is '$(command -v java || echo none)';" >&2
  echo "  looked in /usr/lib/jvm, ~/.sdkman/candidates/java and ~/.jdks too." >&2
  echo "  Install one (https://adoptium.net) or set JAVA_HOME to it." >&2
  return 1
}

borealis_find_jdk || return 1
export JAVA_HOME
