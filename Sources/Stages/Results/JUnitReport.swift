import Metrics
import Pipeline

/// Requirements as JUnit XML (the format of Ant's JUnit task) for continuous-integration servers: a suite for each
/// category, a case for each metric.
struct JUnitReport {
    var title: String
    var outcomes: [RequirementOutcome]

    var text: String {
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        lines.append("<testsuites name=\"\(Self.escaped(title))\"\(Self.counts(outcomes))>")
        var categories: [String] = []
        for outcome in outcomes where !categories.contains(outcome.category) { categories.append(outcome.category) }
        for category in categories {
            let own = outcomes.filter { $0.category == category }
            lines.append("  <testsuite name=\"\(Self.escaped(category))\"\(Self.counts(own))>")
            for outcome in own {
                let head =
                    "    <testcase classname=\"\(Self.escaped(category))\" "
                    + "name=\"\(outcome.figure) at least \(outcome.least)\""
                if outcome.isMet {
                    lines.append(head + "/>")
                } else {
                    lines.append(head + ">")
                    lines.append("      <failure message=\"\(Self.escaped(outcome.complaint))\"/>")
                    lines.append("    </testcase>")
                }
            }
            lines.append("  </testsuite>")
        }
        return lines.joined(separator: "\n") + "\n</testsuites>\n"
    }

    private static func counts(_ outcomes: [RequirementOutcome]) -> String {
        " tests=\"\(outcomes.count)\" failures=\"\(outcomes.count { !$0.isMet })\" errors=\"0\""
    }

    /// Text escaped for an attribute; characters outside XML 1.0 become question marks.
    static func escaped(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.value < 32 || (0xfffe...0xffff).contains(scalar.value) ? "?" : scalar
                })
        )
        .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;")
    }
}
