package org.borealis.cluster.environments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.borealis.cluster.ClusterException;
import org.borealis.cluster.Membership;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentsTest {
    /** As srun 22.05.8 set them for task 2 of `srun -n 4 -N 2`. */
    private static final String[] SLURM = {
        "SLURM_JOB_ID=1",
        "SLURM_STEP_ID=0",
        "SLURM_PROCID=2",
        "SLURM_NTASKS=4",
        "SLURM_STEP_NUM_TASKS=4",
        "SLURM_LOCALID=2",
        "SLURM_NODEID=0",
        "SLURM_STEP_NODELIST=n[1-2]",
        "SLURM_STEP_TASKS_PER_NODE=3,1"
    };

    /** As mpiexec of MPICH 4.0.2 set them. */
    private static final String[] MPICH = {
        "PMI_RANK=1", "PMI_SIZE=2", "MPI_LOCALRANKID=1", "MPI_LOCALNRANKS=2", "PMI_FD=8"
    };

    /** As mpiexec of Open MPI 4.1.4 set them. */
    private static final String[] OPEN_MPI = {
        "OMPI_COMM_WORLD_RANK=1",
        "OMPI_COMM_WORLD_SIZE=2",
        "OMPI_COMM_WORLD_LOCAL_RANK=1",
        "OMPI_COMM_WORLD_LOCAL_SIZE=2",
        "PMIX_RANK=1",
        "PMIX_NAMESPACE=1228472321"
    };

    /** As Aurora's documentation and scripts read them. */
    private static final String[] PALS = {
        "PALS_RANKID=13", "PALS_LOCAL_RANKID=1", "PALS_APID=4ecb-11", "PMI_RANK=13", "PMI_SIZE=24", "PBS_JOBID=7.aurora"
    };

    @TempDir
    Path folder;

    private static Membership member(String[] system, String... more) {
        return Environments.membership(
                        Stream.of(system, more).flatMap(Stream::of).toArray(String[]::new))
                .orElseThrow();
    }

    private static String complaint(String[] system, String... more) {
        return assertThrows(ClusterException.class, () -> member(system, more)).getMessage();
    }

    private static String place(Membership it) {
        return it.rank() + "/" + it.size() + " " + it.localRank() + "/" + it.localSize() + " " + it.origin();
    }

    private static String host(Membership it) {
        return it.address().substring(0, it.address().indexOf(':'));
    }

    @Test
    void aProcessOfNoJobIsNoMember() {
        assertEquals(Optional.empty(), Environments.membership("HOME=/root", "BOREALIS_PORT=1", "PBS_NODEFILE=/none"));
    }

    @Test
    void everySystemTellsRankSizeAndAddress() throws Exception {
        assertEquals("2/4 2/3 Slurm", place(member(SLURM)));
        assertEquals("n1", host(member(SLURM)));
        assertEquals("1/2 1/2 PMI", place(member(MPICH)));
        assertEquals("127.0.0.1:29400", member(MPICH).address());
        assertEquals("1/2 1/2 Open MPI", place(member(OPEN_MPI)));
        assertEquals("127.0.0.1", host(member(OPEN_MPI)));
        Path nodes = Files.write(folder.resolve("nodes"), java.util.List.of("x41.hsn", "x42.hsn"));
        assertEquals("13/24 1/12 PALS", place(member(PALS, "PBS_NODEFILE=" + nodes)));
        assertEquals("13/24 1/12 PALS", place(member(PALS, "PALS_LOCAL_SIZE=12", "BOREALIS_ADDRESS=x:1")));
        assertEquals("x41.hsn", host(member(PALS, "PBS_NODEFILE=" + nodes)));
        String[] explicit = {"BOREALIS_RANK=1", "BOREALIS_SIZE=2", "BOREALIS_ADDRESS=h:7"};
        assertEquals(new Membership(1, 2, 1, 2, "h:7", "BOREALIS_RANK"), member(explicit));
        assertEquals(
                "1/2 0/1 BOREALIS_RANK", place(member(explicit, "BOREALIS_LOCAL_RANK=0", "BOREALIS_LOCAL_SIZE=1")));
    }

    @Test
    void portsFollowFromTheJobAndCanBeGiven() {
        assertEquals(
                member(SLURM).address(),
                member(SLURM, "SLURM_PROCID=0", "SLURM_LOCALID=0").address());
        assertTrue(
                !member(SLURM).address().equals(member(SLURM, "SLURM_STEP_ID=1").address()));
        assertEquals("n1:5000", member(SLURM, "BOREALIS_PORT=5000").address());
        assertEquals(
                "10.0.0.7:5000",
                member(SLURM, "BOREALIS_ADDRESS=10.0.0.7", "BOREALIS_PORT=5000").address());
        assertEquals(
                "10.0.0.7:6000", member(SLURM, "BOREALIS_ADDRESS=10.0.0.7:6000").address());
    }

    @Test
    void theScriptOfABatchJobIsNoRank() {
        assertEquals(
                Optional.empty(),
                Environments.membership("SLURM_JOB_ID=2", "SLURM_PROCID=0", "SLURM_NTASKS=4", "SLURM_LOCALID=0"));
    }

    @Test
    void whoeverMadeTheProcessIsBelieved() {
        String[] mpiexecInStep = Stream.of(SLURM, MPICH).flatMap(Stream::of).toArray(String[]::new);
        assertEquals("1/2 1/2 PMI", place(member(mpiexecInStep)));
        assertEquals("2/4 2/3 Slurm", place(member(SLURM, "PMI_RANK=2", "PMI_SIZE=4"))); // srun --mpi=pmi2
        assertEquals("2/4 2/3 Slurm", place(member(SLURM, "PMIX_RANK=2"))); // srun --mpi=pmix
        assertEquals("0/1 0/1 BOREALIS_RANK", place(member(SLURM, "BOREALIS_RANK=0", "BOREALIS_SIZE=1")));
    }

    @Test
    void contradictionsAreNamed() {
        assertTrue(complaint(MPICH, "BOREALIS_RANK=0", "BOREALIS_SIZE=2")
                .contains("BOREALIS_RANK is 0 and PMI_RANK is 1, both of 2 ranks"));
        assertTrue(complaint(new String[] {"BOREALIS_SIZE=2"}).contains("BOREALIS_RANK is not set"));
        assertTrue(complaint(new String[] {"PMIX_RANK=0"}).contains("no variable says how many ranks"));
        assertTrue(complaint(PALS, "PMI_RANK=1").contains("PALS_RANKID is 13 and PMI_RANK is 1"));
        assertTrue(complaint(SLURM, "SLURM_STEP_TASKS_PER_NODE=2(x2),1").contains("tasks per node are '2(x2),1'"));
        assertTrue(complaint(SLURM, "SLURM_PROCID=two").contains("SLURM_PROCID has to be a whole number; it is 'two'"));
        assertTrue(complaint(OPEN_MPI, "OMPI_COMM_WORLD_RANK=2").contains("rank 2 of 2 can't be"));
        assertTrue(complaint(OPEN_MPI, "OMPI_COMM_WORLD_SIZE=").contains("OMPI_COMM_WORLD_SIZE is not set"));
        assertTrue(complaint(MPICH, "PMI_SIZE=4").contains("BOREALIS_ADDRESS=HOST:PORT"));
        assertTrue(complaint(PALS, "PBS_NODEFILE=" + folder.resolve("none")).contains("PBS_NODEFILE can't be read"));
    }

    @Test
    void hostListsBeginWithTheirFirstHost() {
        assertEquals("n1", HostList.first("n[1-3,7],login2"));
        assertEquals("nid001234", HostList.first("nid[001234-001240,001300]"));
        assertEquals("a02-x3.net", HostList.first("a[02,05]-x[3-4].net"));
        assertEquals("gpu-7", HostList.first("gpu-7,gpu-9"));
        assertEquals("single", HostList.first("single"));
    }
}
