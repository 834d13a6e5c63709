package org.borealis.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MembershipTest {

    @Test
    void numbersThatContradictEachOtherAreRefused() {
        assertTrue(complaint(4, 4, 0, 1, "a:1").contains("rank 4 of 4 can't be"));
        assertTrue(complaint(1, 4, 2, 2, "a:1").contains("local rank 2 of 2 can't be rank 1 of 4"));
        assertTrue(complaint(0, 2, 1, 2, "a:1").contains("local rank 1 of 2 can't be rank 0 of 2"));
        for (String address : List.of("a", "a:", "a:x", ":1", "a:0", "a:65536")) {
            assertTrue(complaint(0, 1, 0, 1, address).contains("HOST:PORT; got '" + address + "'"));
        }
    }

    private static String complaint(int rank, int size, int localRank, int localSize, String address) {
        return assertThrows(
                        ClusterException.class, () -> new Membership(rank, size, localRank, localSize, address, "test"))
                .getMessage();
    }

    @Test
    void theClosestSystemIsRight() {
        var near = new Fixed(2, Optional.of(new Membership(1, 2, 0, 1, "near:1", "near")));
        var far = new Fixed(1, Optional.of(new Membership(0, 1, 0, 1, "far:1", "far")));
        var silent = new Fixed(3, Optional.empty());
        assertEquals(
                "near",
                ClusterEnvironment.membership(List.of(far, silent, near), Map.of())
                        .orElseThrow()
                        .origin());
        assertEquals(Optional.empty(), ClusterEnvironment.membership(List.of(silent), Map.of()));
    }

    private record Fixed(int closeness, Optional<Membership> answer) implements ClusterEnvironment {
        @Override
        public Optional<Membership> membership(Map<String, String> variables) {
            return answer;
        }
    }
}
