import Foundation
import PipelineTestSupport
import Testing

@testable import Retraining

@Suite("Incoming files")
struct ArrivalFileTests {
    private let folder: TemporaryFolder
    private let path: String
    /// The approximate creation time of the file, in seconds since 1970.
    private let made = Date().timeIntervalSince1970

    init() throws {
        folder = try TemporaryFolder()
        path = try folder.write("image", to: "a.png")
    }

    private func state(
        modified: Double, now: Double, settleSeconds: Int = 600
    ) throws -> (state: ArrivalFile.State, isMisdated: Bool) {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: modified)], ofItemAtPath: path)
        let file = ArrivalFile(path, now: Int64(now * 1e9), settleSeconds: settleSeconds)
        return (file.state, file.isMisdated)
    }

    @Test("settle when they have not been modified for a while")
    func settles() throws {
        #expect(try state(modified: made - 599, now: made) == (.justWritten, false))
        #expect(try state(modified: made - 601, now: made) == (.settled, false))
        #expect(try state(modified: made - 1, now: made, settleSeconds: 0) == (.settled, false))
    }

    @Test("with a modification time in the future settle by their change time", arguments: [1e4, 1e9, 6e9])
    func future(_ ahead: Double) throws {
        #expect(try state(modified: made + ahead, now: made + 60) == (.justWritten, true))
        #expect(try state(modified: made + ahead, now: made + 700) == (.settled, ahead > 1300))
    }

    @Test("with times slightly ahead of this machine's clock wait as long as others")
    func skew() throws {
        #expect(try state(modified: made + 300, now: made) == (.justWritten, false))
        #expect(try state(modified: made + 300, now: made + 901) == (.settled, false))
    }

    @Test("with both times in the future are settled, because the clock was set back")
    func clockSetBack() throws {
        #expect(try state(modified: made + 1e6, now: made - 1e6) == (.settled, true))
    }

    @Test("that are missing or not regular files are deferred")
    func unreadable() throws {
        #expect(unsafe mkfifo(folder.path + "/pipe.png", 0o600) == 0)
        for name in ["pipe.png", "none.png", ""] {
            #expect(
                ArrivalFile(folder.path + "/" + name, now: Int64(made * 1e9), settleSeconds: 0).state == .unreadable)
        }
    }
}
