/// How a registered model is named: NAME or NAME@production for the one in production, NAME@latest for the one that was
/// registered last, NAME@N for version N.
public struct ModelReference: Sendable, Equatable, CustomStringConvertible {
    public enum Selector: Sendable, Equatable {
        case production
        case latest
        case version(Int)
    }

    public let name: String
    public let selector: Selector

    public init(name: String, _ selector: Selector) { (self.name, self.selector) = (name, selector) }

    /// `nil` where the text is none. Whether there is such a model is for the store to say.
    public init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, Self.isName(name) else { return nil }
        switch parts.count == 2 ? parts[1] : "production" {
        case "production": self.init(name: name, .production)
        case "latest": self.init(name: name, .latest)
        case let number:
            guard let version = Int(number), version > 0, "\(version)" == number else { return nil }
            self.init(name: name, .version(version))
        }
    }

    /// True if a text can be the name of a model: ASCII letters, digits, and "._-" after the first of them, at most 100.
    public static func isName(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= 100 else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    public var description: String {
        switch selector {
        case .production: "\(name)@production"
        case .latest: "\(name)@latest"
        case .version(let number): "\(name)@\(number)"
        }
    }
}
