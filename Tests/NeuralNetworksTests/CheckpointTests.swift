import BinaryCoding
import BinaryCodingTestSupport
import Testing

@testable import NeuralNetworks

@Suite("Checkpoints")
struct CheckpointTests {
    static let checkpoint = Checkpoint(
        state: OptimizerState(
            stepCount: 2, parameters: [1, -2, 0.5], firstMoment: [0.25, 0, -0.125], secondMoment: [4, 0, 0.0625],
            average: [1.5, -1, 0]),
        history: [
            Checkpoint.Point(step: 0, loss: BatchLoss(total: 0.5, outside: 0.25, inside: 0.75), learningRate: 0.5),
            Checkpoint.Point(step: 1, loss: BatchLoss(total: 0.375, outside: 0.125, inside: 0.625), learningRate: 0.25),
        ])

    /// `checkpoint` in version 2 without its digest, from Python: struct.pack("<8sI", b"NOMCKPNT", 2), "<q" for counts
    /// and steps, "<f" for parameters, moments, average and learning rates, and "<3d" for losses.
    static let content = [UInt8](
        hex: """
            4E4F4D434B504E5402000000020000000000000003000000000000000000803F000000C00000003F0300000000000000
            0000803E00000000000000BE030000000000000000008040000000000000803D03000000000000000000C03F000080BF
            0000000002000000000000000000000000000000000000000000E03F000000000000D03F000000000000E83F0000003F
            0100000000000000000000000000D83F000000000000C03F000000000000E43F0000803E
            """)

    @Test("Encoding and decoding match the format byte by byte")
    func layout() throws {
        #expect(try Checkpoint(bytes: Self.content.sealed, name: "checkpoint") == Self.checkpoint)
        #expect(Self.checkpoint.bytes == Self.content.sealed)
    }

    @Test("Encoding and decoding preserves state with and without average and history")
    func roundTrip() throws {
        let first = Checkpoint(state: OptimizerState(parameters: [1, 2, 3]))
        #expect(try Checkpoint(bytes: first.bytes, name: "checkpoint") == first)
        #expect(first.state.modelParameters == [1, 2, 3])
        let averaged = try Checkpoint(bytes: Self.checkpoint.bytes, name: "checkpoint")
        #expect(averaged.state.modelParameters == [1.5, -1, 0])
    }

    @Test("A flipped bit is detected")
    func bitFlips() {
        for bytes in DamagedBytes.bitFlips(of: Self.content.sealed) {
            #expect(throws: FormatError.self) { try Checkpoint(bytes: bytes, name: "checkpoint") }
        }
    }

    @Test("Truncated files are rejected")
    func truncation() {
        for bytes in DamagedBytes.truncations(of: Self.content).map(\.sealed) {
            #expect(throws: FormatError.self, "\(bytes.count) bytes") {
                try Checkpoint(bytes: bytes, name: "checkpoint")
            }
        }
    }

    @Test("Changed bytes with a valid digest are rejected or give a consistent checkpoint")
    func mutation() {
        var refused = 0
        for bytes in DamagedBytes.mutations(of: Self.content).map(\.sealed) {
            do throws(FormatError) {
                let checkpoint = try Checkpoint(bytes: bytes, name: "checkpoint")
                #expect(checkpoint.state.firstMoment.count == checkpoint.state.parameters.count)
            } catch { refused += 1 }
        }
        #expect((500..<2000).contains(refused))
    }

    @Test("Inconsistent parts are reported as damage")
    func inconsistent() {
        let damaged = FormatError.damaged("checkpoint", what: "moments of another size than the parameters")
        var states = [OptimizerState](repeating: Self.checkpoint.state, count: 3)
        states[0].firstMoment.append(0)
        states[1].secondMoment.removeLast()
        states[2].average = [1]
        for state in states {
            #expect(throws: damaged) { try Checkpoint(bytes: Checkpoint(state: state).bytes, name: "checkpoint") }
        }
        var early = Self.checkpoint.state
        early.stepCount = -1
        let negative = FormatError.outOfRange("checkpoint", what: "the step", found: -1, allowed: 0...Int(Int32.max))
        #expect(throws: negative) {
            try Checkpoint(bytes: Checkpoint(state: early).bytes, name: "checkpoint")
        }
        #expect(throws: FormatError.self) { try Checkpoint(bytes: (Self.content + [0]).sealed, name: "checkpoint") }
    }
}
