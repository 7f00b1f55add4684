/// The last entry of a store's history. Who keeps it elsewhere, on paper or in a signed attestation, can tell later that the
/// history up to it is the one of today.
public struct HistoryHead: Sendable, Equatable, Codable, CustomStringConvertible {
    /// How many entries there were.
    public let position: Int64
    public let link: Digest

    public init(position: Int64, link: Digest) { (self.position, self.link) = (position, link) }

    /// Reads what `description` gives; nil where the text is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let position = Int64(parts[0]), position > 0, "\(position)" == parts[0],
            let link = try? Digest(hex: String(parts[1]))
        else { return nil }
        self.init(position: position, link: link)
    }

    public var description: String { "\(position):\(link)" }
}
