package org.borealis.launcher.standard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.borealis.cluster.ClusterException;
import org.borealis.cluster.Job;
import org.borealis.cluster.Launcher;
import org.junit.jupiter.api.Test;

/** What each launcher would start, as a shell would take it. */
class SubmissionsTest {
    private static final String TRAIN = "/opt/borealis/bin/borealis train tiny.yaml --set mesh=data=";

    private static String guarded(String end) {
        return "sh -c 'trap : TERM INT; \"$@\"; code=$?; [ $code = 0 ] ||"
                + " { echo \"this rank ended with exit code $code\" >&2; " + end + "; }' rank " + TRAIN;
    }

    private static String submitted(Launcher launcher, Job job) {
        return launcher.submit(job).toString();
    }

    private static LocalLauncher local() {
        return new LocalLauncher(Jobs.settings(LocalLauncher.Config.class, Map.of()));
    }

    private static MpiexecLauncher mpiexec(Map<String, Object> settings) {
        return new MpiexecLauncher(Jobs.settings(MpiexecLauncher.Config.class, settings));
    }

    private static SlurmLauncher slurm(Map<String, Object> settings) {
        return new SlurmLauncher(Jobs.settings(SlurmLauncher.Config.class, settings));
    }

    @Test
    void localRanksKnowTheirPlaceAndGetCoresOfTheirOwn() {
        assertEquals("""
                XDG_CACHE_HOME='/scratch/my cache' BOREALIS_RANK=0 BOREALIS_SIZE=2 BOREALIS_LOCAL_RANK=0 \
                BOREALIS_LOCAL_SIZE=2 BOREALIS_ADDRESS=127.0.0.1:29500 OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 \
                taskset -c 0,1 %1$s &
                XDG_CACHE_HOME='/scratch/my cache' BOREALIS_RANK=1 BOREALIS_SIZE=2 BOREALIS_LOCAL_RANK=1 \
                BOREALIS_LOCAL_SIZE=2 BOREALIS_ADDRESS=127.0.0.1:29500 OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 \
                taskset -c 2,3 %1$s &
                wait
                """.formatted(TRAIN + 2), submitted(local(), Jobs.training(2, 2, 0, 0, 1, 2, 3)));
    }

    @Test
    void localRanksShareCoresWhereThereAreFewerOrAreNotBound() {
        String shared = submitted(local(), Jobs.training(3, 3, 0, 4, 6));
        assertTrue(shared.contains("taskset -c 4 "), shared);
        assertEquals(2, shared.split("taskset -c 4 ", -1).length - 1, shared);
        String unbound = submitted(local(), Jobs.training(2, 2, 3));
        assertTrue(!unbound.contains("taskset") && unbound.contains("OMP_NUM_THREADS=3 "), unbound);
    }

    @Test
    void localRanksHaveOneMachine() {
        var complaint = assertThrows(ClusterException.class, () -> local().submit(Jobs.training(4, 2, 0)));
        assertTrue(complaint.getMessage().contains("the job wants 2 nodes"));
    }

    @Test
    void mpichGetsRanksHostsAndCores() {
        assertEquals(
                "XDG_CACHE_HOME='/scratch/my cache' BOREALIS_PORT=29500 mpiexec -prepend-rank -n 4 -ppn 4 "
                        + guarded("kill -9 $$") + "4\n",
                submitted(mpiexec(Map.of()), Jobs.training(4, 4, 0)));
        assertEquals(
                "XDG_CACHE_HOME='/scratch/my cache' OMP_NUM_THREADS=8 OPENBLAS_NUM_THREADS=8 mpiexec.hydra -prepend-rank -n 4 -ppn 2 -f hosts -bind-to core:8 "
                        + guarded("kill -9 $$") + "4\n",
                submitted(mpiexec(Map.of("program", "mpiexec.hydra", "hostfile", "hosts")), Jobs.training(4, 2, 8)));
    }

    @Test
    void ranksOfMpiexecShareTheCoresOfThisMachine() {
        String text = submitted(mpiexec(Map.of()), Jobs.training(2, 2, 0, 0, 1, 2, 3));
        assertTrue(text.contains(" OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 mpiexec "), text);
    }

    @Test
    void openMpiIsToldWhichVariablesToHandOn() {
        assertEquals(
                "XDG_CACHE_HOME='/scratch/my cache' BOREALIS_PORT=29500 mpiexec --tag-output -n 4 --map-by ppr:4:node"
                        + " --bind-to none -x XDG_CACHE_HOME -x BOREALIS_PORT --mca odls_base_sigkill_timeout 10 --allow-run-as-root --oversubscribe "
                        + guarded("exit $code") + "4\n",
                submitted(
                        mpiexec(Map.of("flavour", "openmpi", "asRoot", true, "oversubscribe", true)),
                        Jobs.training(4, 4, 0)));
        assertEquals(
                "XDG_CACHE_HOME='/scratch/my cache' OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 mpiexec --tag-output -n 8 --map-by ppr:4:node:PE=2 --bind-to core"
                        + " --hostfile hosts -x XDG_CACHE_HOME -x OMP_NUM_THREADS -x OPENBLAS_NUM_THREADS --mca odls_base_sigkill_timeout 60 --mca btl ^openib "
                        + guarded("exit $code") + "8\n",
                submitted(
                                mpiexec(Map.of(
                                        "flavour",
                                        "openmpi",
                                        "saveSeconds",
                                        60,
                                        "hostfile",
                                        "hosts",
                                        "arguments",
                                        new String[] {"--mca", "btl", "^openib"})),
                                Jobs.training(8, 4, 2))
                        .replace("'^openib'", "^openib"));
    }

    @Test
    void palsBindsByDepthOrByList() {
        assertEquals(
                "XDG_CACHE_HOME='/scratch/my cache' OMP_NUM_THREADS=8 OPENBLAS_NUM_THREADS=8 mpiexec --envall --line-buffer --label -n 24 --ppn 12"
                        + " --hostfile hosts --cpu-bind depth --depth 8 " + TRAIN + "24\n",
                submitted(mpiexec(Map.of("flavour", "pals", "hostfile", "hosts")), Jobs.training(24, 12, 8)));
        assertEquals(
                "XDG_CACHE_HOME='/scratch/my cache' mpiexec --envall --line-buffer --label -n 4 --ppn 2"
                        + " --cpu-bind list:1-8:9-16 " + TRAIN + "4\n",
                submitted(mpiexec(Map.of("flavour", "pals", "cpuBind", "list:1-8:9-16")), Jobs.training(4, 2, 0)));
    }

    @Test
    void slurmRunsAStepOrQueuesAScript() {
        assertEquals(
                "XDG_CACHE_HOME='/scratch/my cache' OMP_NUM_THREADS=16 OPENBLAS_NUM_THREADS=16 srun --label --kill-on-bad-exit=1 --nodes=2 --ntasks=8"
                        + " --ntasks-per-node=4 --cpus-per-task=16 --cpu-bind=cores --job-name=tiny --time=01:00:00"
                        + " --account=ai " + TRAIN + "8\n",
                submitted(slurm(Map.of("account", "ai")), Jobs.training(8, 4, 16)));
        assertEquals(
                """
                # runs/tiny/logs/launch.sbatch
                #!/bin/sh
                #SBATCH --job-name=tiny
                #SBATCH --nodes=2
                #SBATCH --ntasks=8
                #SBATCH --ntasks-per-node=4
                #SBATCH --cpus-per-task=16
                #SBATCH --time=01:00:00
                #SBATCH --signal=TERM@120
                #SBATCH --account=ai
                #SBATCH --partition=gpu
                #SBATCH --output=runs/tiny/logs/slurm-%j.txt

                set -e
                cd '/home/me/my runs'
                export XDG_CACHE_HOME='/scratch/my cache'
                export OMP_NUM_THREADS=16
                export OPENBLAS_NUM_THREADS=16
                exec srun --label --kill-on-bad-exit=1 --nodes=2 --ntasks=8 --ntasks-per-node=4 --cpus-per-task=16 \
                --cpu-bind=cores /opt/borealis/bin/borealis train tiny.yaml --set mesh=data=8

                sbatch runs/tiny/logs/launch.sbatch
                """,
                submitted(
                        slurm(Map.of("mode", "sbatch", "account", "ai", "partition", "gpu")), Jobs.training(8, 4, 16)));
    }

    @Test
    void pbsQueuesAScriptAsPolarisTakesIt() {
        var launcher = new PbsLauncher(Jobs.settings(
                PbsLauncher.Config.class,
                Map.of(
                        "queue", "debug",
                        "account", "datascience",
                        "filesystems", "home:eagle",
                        "select", "system=polaris")));
        assertEquals("""
                # runs/tiny/logs/launch.pbs
                #!/bin/sh
                #PBS -N tiny
                #PBS -l select=2:system=polaris
                #PBS -l place=scatter
                #PBS -l walltime=01:00:00
                #PBS -l filesystems=home:eagle
                #PBS -q debug
                #PBS -A datascience
                #PBS -j oe
                #PBS -o runs/tiny/logs/pbs.txt

                set -e
                cd '/home/me/my runs'
                export XDG_CACHE_HOME='/scratch/my cache'
                export OMP_NUM_THREADS=8
                export OPENBLAS_NUM_THREADS=8
                exec mpiexec --envall --line-buffer --label -n 8 --ppn 4 --hostfile "$PBS_NODEFILE" --cpu-bind depth \
                --depth 8 /opt/borealis/bin/borealis train tiny.yaml --set mesh=data=8

                qsub runs/tiny/logs/launch.pbs
                """, submitted(launcher, Jobs.training(8, 4, 8)));
    }
}
