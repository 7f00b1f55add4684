import ContentStore
import Foundation
import Manifests

extension JSONValue {
    /// An object without the members that are nil.
    static func document(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(members.compactMap { name, value in value.map { JSONMember(name, $0) } })
    }

    /// An object sorted by name.
    static func named(_ members: [String: JSONValue]) -> JSONValue {
        .object(members.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) })
    }

    static func texts(_ texts: [String: String]) -> JSONValue { named(texts.mapValues { .string($0) }) }

    /// A digest in the form of in-toto and SLSA.
    static func sha256(_ digest: Digest) -> JSONValue { document(["sha256": .string(digest.hex)]) }

    /// A time of RFC 3339 in UTC, truncated to microseconds.
    static func time(_ nanoseconds: Int64) -> JSONValue {
        let seconds = Int64((Double(nanoseconds) / 1e9).rounded(.down))
        let rest = max(nanoseconds &- seconds &* 1_000_000_000, 0) / 1000
        let formatter = ISO8601DateFormatter()
        let date = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
        let digits = String(rest)
        return .string(date.dropLast() + "." + String(repeating: "0", count: max(6 - digits.count, 0)) + digits + "Z")
    }
}

extension LineageGraph.Action {
    /// The end of the action, in nanoseconds since 1970.
    var endedAt: Int64 { startedAt &+ Int64(min(max(durationSeconds, 0), 1e9) * 1e9) }
}

extension Sequence where Element == LineageGraph.Parameter {
    /// The values of parameters by name.
    var texts: [String: String] { Dictionary(map { ($0.name, $0.text) }) { first, _ in first } }
}
