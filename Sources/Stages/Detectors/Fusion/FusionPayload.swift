import BinaryCoding

/// How the maps of several detectors become one.
package enum FusionRule: String, Codable, Sendable, CaseIterable {
    case mean, max
    /// A mean with the weights that find and mark most synthetic defects.
    case learned
}

/// Several detectors and the statistics that make their maps comparable, as one file.
package struct FusionPayload: Sendable, Equatable {
    /// Version 3: weights of their own for scores. Version 2: weights; statistics of image scores. Version 1: initial.
    package static let format = FileFormat(magic: "NOMFUSED", version: 3)
    private static let maximumMembers = 16

    /// The distribution of normal images' scores by a map.
    package struct Statistics: Sendable, Equatable {
        var middle: Float
        /// Above 0.
        var spread: Float

        package init(middle: Float, spread: Float) { (self.middle, self.spread) = (middle, spread) }
    }

    /// A detector of another kind.
    package struct Member: Sendable, Equatable {
        var kind: String
        var payload: [UInt8]
        /// The shares in the mean of the maps and in that of the maps for the score, 0 to 1; all together have 1.
        var mapWeight, scoreWeight: Float
        var map, scoreMap: Statistics

        package init(
            kind: String, payload: [UInt8], mapWeight: Float, scoreWeight: Float, map: Statistics,
            scoreMap: Statistics
        ) {
            (self.kind, self.payload) = (kind, payload)
            (self.mapWeight, self.scoreWeight) = (mapWeight, scoreWeight)
            (self.map, self.scoreMap) = (map, scoreMap)
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
            writer.write(member.mapWeight)
            writer.write(member.scoreWeight)
            for statistics in [member.map, member.scoreMap] {
                writer.write(statistics.middle)
                writer.write(statistics.spread)
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
            throw .damaged(file, what: "an unknown rule of fusion")
        }
        rule = known
        members = []
        for _ in 0..<(try reader.readInt("the number of detectors", in: 1...Self.maximumMembers)) {
            let kind = try reader.readText()
            let weights = [try reader.readFloat(), try reader.readFloat()]
            let numbers = [
                try reader.readFloat(), try reader.readFloat(), try reader.readFloat(), try reader.readFloat(),
            ]
            guard kind != FusionKind.name else { throw .damaged(file, what: "a fusion within a fusion") }
            guard numbers.allSatisfy(\.isFinite), numbers[1] > 0, numbers[3] > 0 else {
                throw .damaged(file, what: "statistics of a map that are not finite or not above 0")
            }
            guard weights.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
                throw .damaged(file, what: "a weight of a detector that is not 0 to 1")
            }
            members.append(
                Member(
                    kind: kind, payload: try reader.readBlock(of: UInt8.self), mapWeight: weights[0],
                    scoreWeight: weights[1],
                    map: Statistics(middle: numbers[0], spread: numbers[1]),
                    scoreMap: Statistics(middle: numbers[2], spread: numbers[3])))
        }
        try reader.finish()
    }
}
