import ContentStore
import Datasets
import Imaging
import Jobs
import Stages
import Wording

/// The verdicts on scored images as text: their numbers, and the anomalous images with the place in their maps where
/// the score comes from.
struct ScoreSummary {
    /// Lines of further images are left out.
    private static let listedImages = 10

    let text: String

    /// Nil if no image was scored.
    ///
    /// - Parameters:
    ///   - folder: the folder with `scores.json`.
    ///   - hasCategories: true if maps and overlays lie in folders of categories, as those of `nominal run` do.
    /// - Throws: `StoreError`, `DecodingError`.
    init?(of folder: String, hasCategories: Bool) throws {
        let rows = try StageJSON.decode(
            [ScoreRow].self, try AtomicFile.read(folder + "/scores.json", limitBytes: ResultFiles.listLimitBytes))
        guard let first = rows.first else { return nil }
        let anomalous = rows.filter { $0.verdict == "anomalous" }.sorted { $0.normalizedScore > $1.normalizedScore }
        let uncertain = rows.count(where: \.uncertain)
        let threshold = rows.allSatisfy { $0.threshold == first.threshold } ? "; threshold \(first.threshold)" : ""
        var lines = [
            "\(counted(rows.count, "image")): \(anomalous.count) anomalous, "
                + "\(rows.count - anomalous.count) normal, \(uncertain) uncertain" + threshold
        ]
        for row in anomalous.prefix(Self.listedImages) {
            let name = (hasCategories ? row.category + "/" : "") + row.image
            // The results are complete: a map that other programs have replaced does not make the command fail.
            let map = try? FloatMap.decode(path: folder + "/anomaly_maps/" + ResultName.of(name, suffix: "tiff"))
            let place = map.flatMap { PeakRegion(of: $0) }.map { ": \($0)" } ?? ""
            lines.append("  \(name)  score \(row.score)" + (row.uncertain ? ", uncertain" : "") + place)
        }
        if anomalous.count > Self.listedImages {
            lines.append("  and \(anomalous.count - Self.listedImages) more in \(folder)/scores.csv")
        }
        if try AtomicFile.isFolder(folder + "/overlays") { lines.append("pictures of the maps: \(folder)/overlays") }
        text = lines.joined(separator: "\n")
    }
}
