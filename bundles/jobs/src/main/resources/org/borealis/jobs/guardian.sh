# Ends the processes of a job when the launcher is gone. The launcher holds the other end of standard input and writes
# "watch PID" and "forget PID"; the end of the input without a "done" means that it was killed.
# $1: seconds between SIGTERM and SIGKILL
trap '' INT TERM HUP
watched=
while read -r word pid; do
  case $word in
    watch) watched="$watched $pid" ;;
    forget)
      rest=
      for each in $watched; do
        [ "$each" = "$pid" ] || rest="$rest $each"
      done
      watched=$rest
      ;;
    done) exit 0 ;;
  esac
done
for pid in $watched; do
  kill -TERM "$pid" 2>/dev/null
  kill -CONT "$pid" 2>/dev/null # a stopped process hears nothing else
done
seconds=0
while [ "$seconds" -lt "$1" ]; do
  alive=
  for pid in $watched; do
    ! kill -0 "$pid" 2>/dev/null || alive=$pid
  done
  [ -n "$alive" ] || exit 0
  sleep 1
  seconds=$((seconds + 1))
done
for pid in $watched; do
  kill -KILL "$pid" 2>/dev/null
done
