import Foundation
import Glibc
import Host
import Synchronization
import Testing

@Suite("A thread") struct WorkThreadTests {
    @Test("runs its work under its name")
    func runs() throws {
        let name = Mutex("")
        let isOver = Mutex(false)
        try WorkThread.start(named: "a thread with a long name") {
            let found = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
            name.withLock { $0 = found }
            isOver.withLock { $0 = true }
        }
        while !isOver.withLock({ $0 }) { usleep(1000) }
        #expect(name.withLock { $0 } == "a thread with a\n")
    }

    @Test("that cannot be started is an error with its name and the limits")
    func refused() {
        // All of the address space of a process.
        let error = #expect(throws: HostError.self) {
            try WorkThread.start(named: "giant", stackBytes: 1 << 47) { Issue.record("it was started") }
        }
        #expect("\(error!)".contains("\"giant\"") && "\(error!)".contains("ulimit"))
    }

    @Test("Reasons name the reached limit and have its remedy")
    func reasons() {
        #expect(SystemReason.text(of: EMFILE).contains("ulimit -n"))
        #expect(SystemReason.text(of: ENFILE).contains("file-max"))
        let usual = "correct the permissions"
        for (code, remedy) in [(EMFILE, "ulimit -n"), (ENFILE, "fs.file-max"), (ENOMEM, "--jobs")] {
            #expect(SystemReason.remedy(for: SystemReason.text(of: code), otherwise: usual).contains(remedy))
        }
        #expect(SystemReason.remedy(for: SystemReason.text(of: EACCES), otherwise: usual) == usual)
        #expect(SystemReason.remedy(for: SystemReason.text(of: EIO), otherwise: usual).contains("check the disk"))
    }
}
