import AnomalyDetection
import BinaryCoding
import BinaryCodingTestSupport
import ContentStore
import Imaging
import Testing

@testable import Stages

/// Several detectors at once.
@Suite("Fusions of detectors") struct FusionTests {
    /// A detector that gives the same value everywhere.
    private final class Constant: Detector {
        let value, score: Float
        let hasPicture: Bool

        init(_ value: Float, score: Float, hasPicture: Bool = false) {
            (self.value, self.score, self.hasPicture) = (value, score, hasPicture)
        }

        func maps(_ images: [PlanarImage]) -> [DetectorMap] {
            images.map { image in
                func map(_ value: Float) -> FloatMap {
                    FloatMap(
                        width: image.width, height: image.height,
                        values: [Float](repeating: value, count: image.width * image.height))
                }
                return DetectorMap(map: map(value), picture: hasPicture ? image : nil, scoreMap: map(score))
            }
        }
    }

    private static func payload(_ rule: FusionRule) -> FusionPayload {
        FusionPayload(
            rule: rule,
            members: [
                .init(
                    kind: "memory", payload: [1, 2], mapWeight: rule == .learned ? 0.75 : 0.5,
                    scoreWeight: rule == .learned ? 0.25 : 0.5, map: .init(middle: 1, spread: 2),
                    scoreMap: .init(middle: 0, spread: 1)),
                .init(
                    kind: "gaussian", payload: [], mapWeight: rule == .learned ? 0.25 : 0.5,
                    scoreWeight: rule == .learned ? 0.75 : 0.5, map: .init(middle: 10, spread: 5),
                    scoreMap: .init(middle: 3, spread: 0.5)),
            ])
    }

    @Test("Maps are standardised, and their mean, weighted mean or highest is taken")
    func rules() throws {
        let image = PlanarImage(width: 3, height: 2, channels: 3, repeating: 0.5)
        let members = [Constant(5, score: 4), Constant(15, score: 3, hasPicture: true)]
        for (rule, map, score) in [(FusionRule.mean, Float(1.5), Float(2)), (.learned, 1.75, 1), (.max, 2, 4)] {
            let found = try FusionDetector(Self.payload(rule), members).maps([image, image])
            #expect(found.count == 2)
            #expect(found[1].map.values == [Float](repeating: map, count: 6))
            #expect(found[1].scoreMap?.values == [Float](repeating: score, count: 6))
            #expect(found[1].picture == image, "of the first detector that makes one")
        }
    }

    @Test("A fusion is read as it was written")
    func roundTrip() throws {
        for rule in FusionRule.allCases {
            #expect(try FusionPayload(bytes: Self.payload(rule).bytes, name: "f") == Self.payload(rule))
        }
    }

    @Test("A damaged fusion is refused")
    func damaged() throws {
        let bytes = Self.payload(.mean).bytes
        for end in 0..<bytes.count {
            #expect(throws: FormatError.self) { try FusionPayload(bytes: Array(bytes[..<end]), name: "f") }
            guard end < bytes.count - 32 else { continue }
            #expect(throws: FormatError.self) { try FusionPayload(bytes: Array(bytes[..<end]).sealed, name: "f") }
        }
        let edits: [(inout FusionPayload) -> Void] = [
            { $0.members = [] }, { $0.members[0].map.middle = .nan }, { $0.members[1].map.spread = 0 },
            { $0.members[1].scoreMap.spread = -1 }, { $0.members[0].scoreMap.middle = .infinity },
            { $0.members[0].kind = "fusion" }, { $0.members[0].mapWeight = .nan }, { $0.members[1].scoreWeight = -0.5 },
            { $0.members[0].mapWeight = 1.5 },
        ]
        for (number, edit) in edits.enumerated() {
            var payload = Self.payload(.mean)
            edit(&payload)
            #expect(throws: FormatError.self, "edit \(number)") {
                try FusionPayload(bytes: payload.bytes, name: "f")
            }
        }
    }

    @Test("An unknown kind, and members on several backbones, are refused")
    func members() throws {
        var payload = Self.payload(.mean)
        payload.members[0].kind = "oracle"
        #expect(throws: FormatError.self) { try FusionKind.backbone(of: payload.bytes, name: "f") }
        func memory(_ backbone: Digest) -> FusionPayload.Member {
            let memory = MemoryPayload(
                backbone: backbone, taps: ["a"], density: .none, neighbours: 9, mean: [1], deviation: [1], values: [1],
                densities: [1], radii: [0], images: [.of([1])], owners: [0], cellWidth: 1, cellHeight: 1,
                cells: [1, 2, 3])
            return .init(
                kind: "memory", payload: memory.bytes, mapWeight: 0.5, scoreWeight: 0.5,
                map: .init(middle: 0, spread: 1),
                scoreMap: .init(middle: 0, spread: 1))
        }
        let same = FusionPayload(rule: .max, members: [memory(.of([1])), memory(.of([1]))])
        #expect(try FusionKind.backbone(of: same.bytes, name: "f") == .of([1]))
        let mixed = FusionPayload(rule: .max, members: [memory(.of([1])), memory(.of([2]))])
        #expect(throws: FormatError.self) { try FusionKind.backbone(of: mixed.bytes, name: "f") }
    }
}
