import Foundation
import Wording

/// The model card beside the page.
public struct ModelCardReport: Sendable, Equatable {
    /// Sentences.
    public var limits: [String]
    /// The card as Markdown and as JSON: unescaped paths relative to the page.
    public var page, data: String

    public init(limits: [String], page: String, data: String) {
        (self.limits, self.page, self.data) = (limits, page, data)
    }
}

/// The limits of a model and links to its card, initially closed.
struct ModelCardSection {
    let card: ModelCardReport

    func render() -> HTML {
        HTML("details", ["class": "card"]) {
            HTML("summary") {
                HTML("h3") { "Model card" }
                HTML("span", ["class": "digest"]) { counted(card.limits.count, "limit") }
            }
            HTML("p", ["class": "note"]) {
                "The card beside this page describes the model, its training data and its performance: "
                HTML("a", ["href": Self.address(card.page)]) { "Markdown" }
                ", "
                HTML("a", ["href": Self.address(card.data)]) { "JSON" }
                ". Limits that rules derive from these facts:"
            }
            if card.limits.isEmpty {
                HTML("p", ["class": "empty"]) { "No rule found a limit." }
            } else {
                HTML("ul", ["class": "limits"]) { for limit in card.limits { HTML("li") { limit } } }
            }
        }
    }

    /// A relative URL: every byte except ASCII letters, digits and "-_./" is percent-encoded.
    static func address(_ path: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./".utf8)
        return path.utf8.map { byte in
            plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + String(format: "%02X", byte)
        }.joined()
    }
}
