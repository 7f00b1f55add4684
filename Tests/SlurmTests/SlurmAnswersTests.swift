import ContentStore
import Pipeline
import Testing

@testable import Slurm

@Suite("Slurm's output")
struct SlurmAnswersTests {
    @Test("Elements are parsed by token and number; foreign and malformed lines are skipped")
    func states() {
        let text = """
            nominal-a|0|RUNNING|n1|None
            nominal-a|1|PENDING||Resources
            nominal-a|2|NODE_FAIL|n2|NodeDown
            nominal-b|0|RUNNING|n1|None
            (null)|N/A|RUNNING|n1|None
            nominal-a|N/A|PENDING||Priority
            nominal-a|7
            nominal-a|-|RUNNING|n1|None
            |0|RUNNING|n1|None

            slurm_load_jobs error: x|y
            nominal-a|3|COMPLETED|n1|a|reason|with|bars
            """
        let states = SlurmAnswers.states(text, of: ["nominal-a"])
        #expect(states.keys.sorted() == ["nominal-a"])
        #expect(states["nominal-a"]?.keys.sorted() == [0, 1, 2, 3])
        #expect(states["nominal-a"]?[0] == .running(node: "n1"))
        #expect(states["nominal-a"]?[1] == .pending)
        #expect(states["nominal-a"]?[2] == .over(ElementEnd(.lost, "The element ended on n2 because the node failed.")))
        #expect(SlurmAnswers.states("", of: ["nominal-a"]).isEmpty)
    }

    @Test(
        "Every Slurm state maps to an element state, and every end to a failure class",
        arguments: [
            ("PENDING", nil), ("CONFIGURING", nil), ("REQUEUED", nil), ("COMPLETED", FailureClass.lost),
            ("TIMEOUT", .timedOut), ("DEADLINE", .timedOut), ("OUT_OF_MEMORY", .outOfMemory), ("CANCELLED", .killed),
            ("PREEMPTED", .lost), ("NODE_FAIL", .lost), ("BOOT_FAIL", .lost), ("FAILED", .lost),
            ("SOMETHING_NEW", .lost),
        ])
    func classes(word: String, kind: FailureClass?) {
        let state = SlurmAnswers.states("t|0|\(word)||r", of: ["t"])["t"]?[0]
        switch state {
        case .over(let end):
            #expect(end.kind == kind)
            #expect(end.reason.hasSuffix("."))
        default: #expect(state == .pending && kind == nil)
        }
    }

    @Test(
        "A node is the culprit if an element ended there by itself",
        arguments: [
            ("COMPLETED", "n1"), ("FAILED", "n1"), ("TIMEOUT", nil), ("OUT_OF_MEMORY", nil), ("CANCELLED", nil),
            ("PREEMPTED", nil), ("NODE_FAIL", nil), ("BOOT_FAIL", nil),
        ])
    func culprit(word: String, node: String?) {
        guard case .over(let end) = SlurmAnswers.states("t|0|\(word)|n1|r", of: ["t"])["t"]?[0] else {
            Issue.record("expected an end")
            return
        }
        #expect(end.culprit == node)
    }

    @Test("A completing element is reported as ending")
    func ending() {
        #expect(SlurmAnswers.states("t|0|COMPLETING|n1|None", of: ["t"])["t"]?[0] == .ending(node: "n1"))
    }

    @Test("A running entry wins over other entries of the same element")
    func twice() {
        for text in ["t|0|RUNNING|n1|\nt|0|NODE_FAIL|n2|", "t|0|NODE_FAIL|n2|\nt|0|RUNNING|n1|"] {
            #expect(SlurmAnswers.states(text, of: ["t"])["t"]?[0] == .running(node: "n1"))
        }
    }

    @Test("The array limit is read from the configuration, with a default")
    func arrayLimit() {
        #expect(SlurmAnswers.arrayLimit("MaxArraySize            = 20001\nMaxJobCount = 5") == 20001)
        #expect(SlurmAnswers.arrayLimit("") == 1001)
        #expect(SlurmAnswers.arrayLimit("MaxArraySize = many") == 1001)
    }

    @Test("Capacity counts working nodes and idle processors in the requested or default partition")
    func capacity() {
        let text = """
            batch*|n1|mixed|2/4/0/6
            batch*|n2|idle|0/6/0/6
            batch*|n3|idle*|0/6/0/6
            batch*|n4|drained|0/0/6/6
            gpu|n1|mixed-|2/4/0/6
            gpu|n5|allocated+|16/0/0/16
            gpu|n8|idle~|0/0/0/4
            gpu|n9|drained~|0/0/4/4
            gpu|n10|planned|0/0/0/4
            broken
            batch*|n6|idle|1/2
            batch*|n7|idle|a/b/c/d
            batch*||idle|0/6/0/6
            """
        let all = SlurmAnswers.capacity(text, isOfDefaultPartition: false)
        #expect(all == ClusterCapacity(idleCores: 10, nodes: ["n1", "n2", "n5", "n8", "n10"]))
        let own = SlurmAnswers.capacity(text, isOfDefaultPartition: true)
        #expect(own == ClusterCapacity(idleCores: 10, nodes: ["n1", "n2"]))
        #expect(SlurmAnswers.capacity("", isOfDefaultPartition: true) == nil)
        #expect(SlurmAnswers.capacity("gpu|n5|idle|0/1/0/1", isOfDefaultPartition: true) == nil)
        let huge = "b|n1|idle|0/\(Int.max)/0/0\nb|n2|idle|0/\(Int.max)/0/0"
        #expect(SlurmAnswers.capacity(huge, isOfDefaultPartition: false)?.nodes.count == 2)
    }

    @Test("A node that accepts no work is reported with a remedy")
    func obstacles() {
        #expect(
            SlurmAnswers.obstacles("n1|drained|Duplicate jobid\nbroken") == [
                "The node n1 is drained (Duplicate jobid). After fixing it, run: "
                    + "scontrol update nodename=n1 state=resume"
            ])
    }

    @Test("Pending reasons are reported for the run's own elements only")
    func reasons() {
        let text = "t|0|PENDING||Resources\nt|1|RUNNING|n1|None\nu|0|PENDING||Priority"
        #expect(SlurmAnswers.reasons(text, of: ["t"]) == ["Resources"])
    }
}
