import Folders
import Metrics

/// The file `aupimos.json` in the format of the aupimo project (jpcbertoldo/aupimo): the AUPIMO of each image and the
/// path of its map. Images without AUPIMO are written as `NaN`, which is not valid JSON but is what Python reads and
/// writes.
public struct AUPIMOFile {
    private let result: TestSetResult
    private let paths: [String]
    private let bounds: (first: PIMOPoint, last: PIMOPoint)

    /// - Parameter paths: The paths of the maps, in the order of evaluation.
    /// - Returns: Nil if AUPIMO is undefined for the test set.
    public init?(_ result: TestSetResult, paths: [String]) {
        guard let first = result.pixels.pimoCurve.first, let last = result.pixels.pimoCurve.last else { return nil }
        guard result.pixels.aupimo.count == paths.count else { return nil }
        (self.result, self.paths, bounds) = (result, paths, (first, last))
    }

    public var text: String {
        let options = PixelMetricsOptions()
        let members = [
            ("shared_fpr_metric", "\"mean-per-image-fpr\""),
            ("fpr_lower_bound", "\(options.aupimoBounds.lowerBound)"),
            ("fpr_upper_bound", "\(options.aupimoBounds.upperBound)"),
            ("num_threshs", "\(result.pixels.aupimoThresholdCount)"),
            // The lower threshold belongs to the upper rate.
            ("thresh_lower_bound", "\(bounds.last.threshold)"), ("thresh_upper_bound", "\(bounds.first.threshold)"),
            ("aupimos", "[" + result.pixels.aupimo.map { $0.map { "\($0)" } ?? "NaN" }.joined(separator: ", ") + "]"),
            ("paths", "[" + paths.map { Self.quoted(PathText.exact($0)) }.joined(separator: ", ") + "]"),
        ]
        return "{\n" + members.map { "  \"\($0)\": \($1)" }.joined(separator: ",\n") + "\n}\n"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
