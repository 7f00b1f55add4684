import Foundation
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Submissions to a cluster")
struct SubmissionTests {
    private let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    private func submit(_ token: String, _ name: String = "array-1") throws -> Submission {
        let folder = try fixture.store.makeAttemptFolder(execution: fixture.execution, name: name)
        let submission = Submission(
            token: token, execution: fixture.execution, folder: folder, elementCount: 3, subject: nil)
        try fixture.store.record(submission, folderName: name)
        return submission
    }

    private func status() throws -> [String] { try fixture.store.jobs(ofTask: "task").map(\.status) }

    @Test("A submission of a living execution is not orphaned")
    func living() throws {
        _ = try submit("t")
        #expect(try fixture.store.orphanedSubmissions().isEmpty)
        #expect(try fixture.store.openSubmissions().map(\.token) == ["t"])
    }

    @Test("Folder and attempts of an orphaned submission stay until it is closed")
    func orphaned() throws {
        _ = try fixture.store.beginAttempt(StoreFixture.key("a"), execution: fixture.execution, task: "task")
        let (first, second) = (try submit("t"), try submit("u", "array-2"))
        fixture.close()
        try fixture.open()
        #expect(try fixture.store.orphanedSubmissions() == [first, second])
        #expect(try FolderOperations.exists(first.folder) && FolderOperations.exists(second.folder))
        #expect(try status() == ["running"])
        try fixture.store.close(first)
        #expect(try !FolderOperations.exists(first.folder) && FolderOperations.exists(second.folder))
        #expect(try status() == ["running"])
        try fixture.store.close(second)
        #expect(try status() == ["abandoned"])
        #expect(try FolderOperations.names(in: fixture.path + "/attempts").isEmpty)
        #expect(try fixture.store.verifyHistory().isSound)
    }

    @Test("An attempt of a dead execution can be committed once")
    func late() throws {
        let key = StoreFixture.key("a")
        let attempt = try fixture.store.beginAttempt(key, execution: fixture.execution, task: "task")
        let submission = try submit("t")
        fixture.close()
        try fixture.open()
        let record = try fixture.record(key, attempt, output: "made")
        #expect(try fixture.store.commit(record, execution: fixture.execution) == .published)
        try fixture.store.close(submission)
        #expect(try status() == ["succeeded"])
        #expect(try fixture.store.verifyHistory().isSound)
    }
}
