import Foundation

/// The limits of a model, folded away, with links to its card.
struct ModelCardSection {
    let card: ModelCardReport

    func render() -> HTML {
        HTML("details", ["class": "card"]) {
            HTML("summary") {
                HTML("h3") { "Model card" }
                HTML("span", ["class": "digest"]) { NumberText.plural(card.limits.count, "limit", "limits") }
            }
            HTML("p", ["class": "note"]) {
                "What the model is, what it was made from and how well it does is in its card, beside this page: "
                HTML("a", ["href": Self.address(card.page)]) { "to read" }
                ", "
                HTML("a", ["href": Self.address(card.data)]) { "for programs" }
                ". Its limits, by rules from the facts:"
            }
            if card.limits.isEmpty {
                HTML("p", ["class": "empty"]) { "No rule found a limit." }
            } else {
                HTML("ul", ["class": "limits"]) { for limit in card.limits { HTML("li") { limit } } }
            }
        }
    }

    /// A relative address: every byte that is no letter, digit, "-", "_" or "." is escaped, but for the "/" between folders.
    static func address(_ path: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./".utf8)
        return path.utf8.map { byte in
            plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + String(format: "%02X", byte)
        }.joined()
    }
}
