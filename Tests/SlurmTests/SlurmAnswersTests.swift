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
        #expect(states["nominal-a"]?[2] == .over(.lost, "The node of its element failed on n2."))
        #expect(SlurmAnswers.states("", of: ["nominal-a"]).isEmpty)
    }

    @Test(
        "Every state of a job is one of three, and its end of a class",
        arguments: [
            ("PENDING", nil), ("CONFIGURING", nil), ("REQUEUED", nil), ("COMPLETED", FailureClass.lost),
            ("TIMEOUT", .timedOut), ("DEADLINE", .timedOut), ("OUT_OF_MEMORY", .outOfMemory), ("CANCELLED", .killed),
            ("PREEMPTED", .lost), ("NODE_FAIL", .lost), ("BOOT_FAIL", .lost), ("FAILED", .lost),
            ("SOMETHING_NEW", .lost),
        ])
    func classes(word: String, kind: FailureClass?) {
        let state = SlurmAnswers.states("t|0|\(word)||r", of: ["t"])["t"]?[0]
        switch state {
        case .over(let found, let reason):
            #expect(found == kind)
            #expect(reason.hasSuffix("."))
        default: #expect(state == .pending && kind == nil)
        }
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

    @Test("Idle processors are those of the partition, or of the default one")
    func idleCores() {
        let text = "batch*|2/4/0/6\ngpu|0/16/0/16\nbroken\nx|1/2"
        #expect(SlurmAnswers.idleCores(text, partition: nil) == 4)
        #expect(SlurmAnswers.idleCores(text, partition: "batch") == 4)
        #expect(SlurmAnswers.idleCores(text, partition: "gpu") == 16)
        #expect(SlurmAnswers.idleCores(text, partition: "x") == nil)
        #expect(SlurmAnswers.idleCores("", partition: nil) == nil)
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
