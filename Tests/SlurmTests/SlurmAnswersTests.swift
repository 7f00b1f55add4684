import ContentStore
import Pipeline
import Testing

@testable import Slurm

@Suite("What Slurm answers")
struct SlurmAnswersTests {
    @Test("Elements are told by token and number; what is not ours, or is no such line, is left out")
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
        #expect(states["nominal-a"]?[2] == .over(ElementEnd(.lost, "The node of its element failed on n2.")))
        #expect(SlurmAnswers.states("", of: ["nominal-a"]).isEmpty)
    }

    @Test(
        "Every state of a job is one of four, and its end of a class",
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
        "A node is named as the culprit where an element ended there by itself",
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

    @Test("What is being ended still is")
    func ending() {
        #expect(SlurmAnswers.states("t|0|COMPLETING|n1|None", of: ["t"])["t"]?[0] == .ending(node: "n1"))
    }

    @Test("Of an element that is listed twice, what still runs counts")
    func twice() {
        for text in ["t|0|RUNNING|n1|\nt|0|NODE_FAIL|n2|", "t|0|NODE_FAIL|n2|\nt|0|RUNNING|n1|"] {
            #expect(SlurmAnswers.states(text, of: ["t"])["t"]?[0] == .running(node: "n1"))
        }
    }

    @Test("The length of arrays is read from the configuration, and has a default")
    func arrayLimit() {
        #expect(SlurmAnswers.arrayLimit("MaxArraySize            = 20001\nMaxJobCount = 5") == 20001)
        #expect(SlurmAnswers.arrayLimit("") == 1001)
        #expect(SlurmAnswers.arrayLimit("MaxArraySize = many") == 1001)
    }

    @Test("Nodes that take work count, with their idle processors, in the partition asked for, or in the default one")
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

    @Test("A node that takes no work is named with what to do")
    func obstacles() {
        #expect(
            SlurmAnswers.obstacles("n1|drained|Duplicate jobid\nbroken") == [
                "The node n1 is drained (Duplicate jobid). Once it is fit to work: "
                    + "scontrol update nodename=n1 state=resume"
            ])
    }

    @Test("Why elements wait is told for ours alone")
    func reasons() {
        let text = "t|0|PENDING||Resources\nt|1|RUNNING|n1|None\nu|0|PENDING||Priority"
        #expect(SlurmAnswers.reasons(text, of: ["t"]) == ["Resources"])
    }
}
