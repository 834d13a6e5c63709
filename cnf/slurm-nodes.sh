#!/bin/sh
# A Slurm of a few virtual nodes on this one machine, for tests: real daemons, ports and folders of their own, no systemd.
#
#   cnf/slurm-nodes.sh missing           prints what is not installed; nothing if all is there
#   cnf/slurm-nodes.sh start FOLDER [N]  starts munged, slurmctld and N slurmd (3); prints the SLURM_CONF to use
#   cnf/slurm-nodes.sh await JOB         waits for what was queued; fails if it fails
#   cnf/slurm-nodes.sh stop FOLDER       ends them
#
# Needs to be root, and: apt-get install --no-install-recommends slurm-wlm munge
# Checked with Slurm 22.05.8.
set -eu
PATH=$PATH:/usr/sbin:/sbin

missing() {
  for program in munged slurmctld slurmd srun sbatch scontrol sinfo; do
    command -v "$program" >/dev/null || echo "$program is not installed (apt-get install --no-install-recommends slurm-wlm munge)"
  done
  [ "$(id -u)" = 0 ] || echo "Slurm's daemons need to be started as root"
}

# Ports that differ from folder to folder, below those that the kernel hands out.
port_base() {
  echo $((21000 + $(printf %s "$1" | cksum | cut -d' ' -f1) % 500 * 20))
}

configuration() {
  folder=$1 nodes=$2 base=$(port_base "$1")
  cat <<CONF
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
SlurmctldPort=$base
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0
ReturnToService=2
KillWait=5
SlurmdParameters=config_overrides
NodeName=n[1-$nodes] NodeHostname=localhost NodeAddr=127.0.0.1 Port=[$((base + 1))-$((base + nodes))] CPUs=4 RealMemory=1000 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES
CONF
}

start() {
  folder=$1 nodes=${2:-3}
  lacking=$(missing)
  if [ -n "$lacking" ]; then
    echo "$lacking" >&2
    exit 1
  fi
  mkdir -p "$folder/munge" "$folder/state" "$folder/spool" "$folder/log"
  folder=$(CDPATH='' cd -- "$folder" && pwd -P)
  chmod 700 "$folder/munge"
  dd if=/dev/urandom of="$folder/munge/key" bs=128 count=1 2>/dev/null
  chmod 400 "$folder/munge/key"
  configuration "$folder" "$nodes" >"$folder/slurm.conf"
  SLURM_CONF=$folder/slurm.conf
  export SLURM_CONF
  # munged wants folders that nobody else may write to; those under /tmp are not, so it is told to trust us.
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
    --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" >&2
  slurmctld -f "$SLURM_CONF" >&2
  for _ in $(seq 100); do # a node that finds no controller looks again after seconds
    scontrol ping >/dev/null 2>&1 && break
    sleep 0.1
  done
  for node in $(seq "$nodes"); do
    mkdir -p "$folder/spool/n$node"
    slurmd -f "$SLURM_CONF" -N "n$node" >&2
  done
  for _ in $(seq 300); do
    idle=$(sinfo -h -N -t idle -o %N 2>/dev/null | sort -u | wc -l)
    if [ "$idle" -eq "$nodes" ]; then
      echo "$SLURM_CONF"
      return
    fi
    sleep 0.1
  done
  echo "only $idle of $nodes nodes are idle after 30 s; see $folder/log" >&2
  stop "$folder"
  exit 1
}

# sbatch --wait looks after 2, 6 and 14 seconds.
await() {
  while job=$(scontrol --oneliner show job "$1"); do
    case $job in
      *" JobState=COMPLETED "*) return ;;
      *" JobState=PENDING "* | *" JobState=CONFIGURING "* | *" JobState=RUNNING "* | *" JobState=COMPLETING "*) sleep 0.1 ;;
      *) break ;;
    esac
  done
  echo "$job" >&2
  exit 1
}

# One that has ended counts as such even where nobody collects it.
lives() {
  grep -qs '^State:[^Z]*$' "/proc/$1/status"
}

stop() {
  pids=$(cat "$1"/slurmd-*.pid "$1/slurmctld.pid" "$1/munge/pid" 2>/dev/null) || true
  for pid in $pids; do
    kill "$pid" 2>/dev/null || true
  done
  for _ in $(seq 100); do
    left=
    for pid in $pids; do
      lives "$pid" && left="$left $pid"
    done
    [ -n "$left" ] || return 0
    sleep 0.1
  done
}

case ${1-} in
  missing) missing ;;
  start) shift; start "$@" ;;
  await) await "$2" ;;
  stop) stop "$2" ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
