import BinaryCoding
import ContentStore

/// The source of a detector's features, as stored in its payload.
struct FeatureSource: Sendable, Equatable {
    /// The digest of the pretrained network in the store.
    var backbone: Digest
    /// The names of the network's taps, at least one.
    var taps: [String]
    /// True if patches outside the object are left out of memory and maps.
    var foreground: Bool

    private static let maximumTaps = 64

    init(backbone: Digest, taps: [String], foreground: Bool) {
        (self.backbone, self.taps, self.foreground) = (backbone, taps, foreground)
    }

    func write(to writer: inout ByteWriter) {
        writer.write(backbone.hex)
        writer.write(taps.count)
        for tap in taps { writer.write(tap) }
        writer.write(foreground ? 1 : 0)
    }

    /// - Throws: `FormatError`.
    init(from reader: inout ByteReader, name file: String) throws(FormatError) {
        let text = try reader.readText()
        guard let digest = try? Digest(hex: text) else {
            throw .damaged(file, what: "an invalid digest of a backbone")
        }
        backbone = digest
        taps = []
        for _ in 0..<(try reader.readInt("the number of taps", in: 1...Self.maximumTaps)) {
            taps.append(try reader.readText())
        }
        foreground = try reader.readInt("the use of the foreground", in: 0...1) == 1
    }

    /// Facts for cards and listings.
    var facts: [DetectorFact] {
        [
            DetectorFact(label: "Backbone", value: backbone.hex),
            DetectorFact(label: "Taps", value: taps.joined(separator: " ")),
            DetectorFact(label: "Patches", value: foreground ? "on the object" : "all"),
        ]
    }
}
