import AnomalyDetection
import BinaryCoding
import ContentStore
import Imaging
import Pipeline
import Tensors
import VerdictStatistics

/// Several detectors whose maps, standardised by normal images, become one.
package enum FusionKind: DetectorKind {
    package static let name = "fusion"
    package static let explanation =
        "Several detectors compare the image with normal images, each in its way; their maps are combined."
    package static let hasComparableTrainingScores = false

    package static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        let fusion = try FusionPayload(bytes: payload.bytes, name: "\(context.task) detector")
        return try withMembers(fusion.members[...], [], payload, context) {
            try body(FusionDetector(fusion, $0))
        }
    }

    /// Opens one member after the other and calls `body` with all of them.
    private static func withMembers<Result>(
        _ members: ArraySlice<FusionPayload.Member>, _ opened: [any Detector], _ payload: DetectorPayload,
        _ context: TaskContext, _ body: ([any Detector]) throws -> Result
    ) throws -> Result {
        guard let member = members.first else { return try body(opened) }
        var part = payload
        part.bytes = member.payload
        let kind = try DetectorKinds.named(member.kind, in: "\(context.task) detector")
        return try kind.withDetector(part, context) {
            try withMembers(members.dropFirst(), opened + [$0], payload, context, body)
        }
    }

    package static func backbone(of payload: [UInt8], name: String) throws -> Digest? {
        let all = try FusionPayload(bytes: payload, name: name).members.compactMap { member in
            try DetectorKinds.named(member.kind, in: name).backbone(of: member.payload, name: name)
        }
        guard Set(all).count <= 1 else {
            throw FormatError.damaged(name, what: "detectors on several backbones")
        }
        return all.first
    }

    package static func images(of payload: [UInt8], name: String) throws -> [Digest] {
        try FusionPayload(bytes: payload, name: name).members.flatMap {
            try DetectorKinds.named($0.kind, in: name).images(of: $0.payload, name: name)
        }
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        let fusion = try FusionPayload(bytes: payload, name: name)
        func weights(_ weight: (FusionPayload.Member) -> Float) -> String {
            fusion.members.map { "\($0.kind) \(weight($0))" }.joined(separator: ", ")
        }
        let own = [
            DetectorFact(label: "Rule", value: fusion.rule.rawValue),
            DetectorFact(label: "Weights in the map", value: weights(\.mapWeight)),
            DetectorFact(label: "Weights in the score", value: weights(\.scoreWeight)),
        ]
        return try (fusion.rule == .max ? Array(own.prefix(1)) : own)
            + fusion.members.flatMap { member in
                try DetectorKinds.named(member.kind, in: name).facts(member.payload, name: name).map {
                    DetectorFact(label: "\(member.kind): \($0.label.lowercased())", value: $0.value)
                }
            }
    }
}

/// The weighted mean or the maximum of the standardised maps of several detectors.
final class FusionDetector: Detector {
    private let fusion: FusionPayload
    private let members: [any Detector]

    init(_ fusion: FusionPayload, _ members: [any Detector]) { (self.fusion, self.members) = (fusion, members) }

    var scale: ScoreScale { .linear }
    var workers: WorkerPool? { members.lazy.compactMap(\.workers).first }
    var batchSize: Int { members.map(\.batchSize).max() ?? 1 }

    /// The picture is the first that a member makes.
    func maps(_ images: [PlanarImage]) throws -> [DetectorMap] {
        let found = try members.map { try $0.maps(images) }
        return images.indices.map { number in
            let own = found.map { $0[number] }
            return DetectorMap(
                map: fused(
                    zip(own, fusion.members).map { $1.map.standardised($0.map) }, fusion.members.map(\.mapWeight)),
                picture: own.lazy.compactMap(\.picture).first,
                scoreMap: fused(
                    zip(own, fusion.members).map { $1.scoreMap.standardised($0.scoreMap ?? $0.map) },
                    fusion.members.map(\.scoreWeight)))
        }
    }

    private func fused(_ maps: [FloatMap], _ weights: [Float]) -> FloatMap {
        var result = maps[0]
        switch fusion.rule {
        case .max:
            for map in maps.dropFirst() {
                for pixel in result.values.indices {
                    result.values[pixel] = max(result.values[pixel], map.values[pixel])
                }
            }
        case .mean, .learned:
            result.values = FusionPayload.mean(maps, weights)
        }
        return result
    }
}
