import BinaryCoding

/// How the maps of several detectors become one.
package enum FusionRule: String, Codable, Sendable, CaseIterable {
    case mean, max
}

/// Several detectors and the statistics that make their maps comparable, as one file.
package struct FusionPayload: Sendable, Equatable {
    /// Version 1: initial.
    package static let format = FileFormat(magic: "NOMFUSED", version: 1)
    private static let maximumMembers = 16

    /// Mean and deviation of a map over normal images.
    package struct Statistics: Sendable, Equatable {
        var mean: Float
        /// Above 0.
        var deviation: Float

        package init(mean: Float, deviation: Float) { (self.mean, self.deviation) = (mean, deviation) }
    }

    /// A detector of another kind.
    package struct Member: Sendable, Equatable {
        var kind: String
        var payload: [UInt8]
        var map, scoreMap: Statistics

        package init(kind: String, payload: [UInt8], map: Statistics, scoreMap: Statistics) {
            (self.kind, self.payload, self.map, self.scoreMap) = (kind, payload, map, scoreMap)
        }
    }

    var rule: FusionRule
    /// At least one.
    var members: [Member]

    package init(rule: FusionRule, members: [Member]) { (self.rule, self.members) = (rule, members) }

    package var bytes: [UInt8] {
        var writer = ByteWriter(Self.format)
        writer.write(rule.rawValue)
        writer.write(members.count)
        for member in members {
            writer.write(member.kind)
            for statistics in [member.map, member.scoreMap] {
                writer.write(statistics.mean)
                writer.write(statistics.deviation)
            }
            writer.write(block: member.payload)
        }
        return writer.bytes
    }

    /// Reads all but the payloads of the members.
    ///
    /// - Throws: `FormatError`.
    package init(bytes: [UInt8], name file: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Self.format, name: file)
        guard let known = FusionRule(rawValue: try reader.readText()) else {
            throw .damaged(file, at: 0, what: "an unknown rule of fusion")
        }
        rule = known
        members = []
        for _ in 0..<(try reader.readInt("the number of detectors", in: 1...Self.maximumMembers)) {
            let kind = try reader.readText()
            let numbers = [
                try reader.readFloat(), try reader.readFloat(), try reader.readFloat(), try reader.readFloat(),
            ]
            guard kind != FusionKind.name else { throw .damaged(file, at: 0, what: "a fusion within a fusion") }
            guard numbers.allSatisfy(\.isFinite), numbers[1] > 0, numbers[3] > 0 else {
                throw .damaged(file, at: 0, what: "statistics of a map that are not finite or not above 0")
            }
            members.append(
                Member(
                    kind: kind, payload: try reader.readBlock(of: UInt8.self),
                    map: Statistics(mean: numbers[0], deviation: numbers[1]),
                    scoreMap: Statistics(mean: numbers[2], deviation: numbers[3])))
        }
        try reader.finish()
    }
}
