import Foundation

/// What is printed as one line of JSON, with its keys sorted.
protocol JSONLine: Encodable {}

extension JSONLine {
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
