import Folders
import StrictJSON

/// The area at which the overlap of a defect region counts as complete, as `defects_config.json` of MVTec LOCO AD
/// defines it (Bergmann et al., "Beyond Dents and Scratches: Logical Constraints in Unsupervised Anomaly Detection and
/// Localization", IJCV 2022): a list of "defect_name", "pixel_value", "saturation_threshold" and "relative_saturation".
package struct RegionSaturation: Codable, Sendable, Equatable {
    /// The value of the region's pixels in its mask, 1 to 255.
    package var pixelValue: Int
    /// An area in pixels, or a share of the region's area.
    package var threshold: Double
    package var isRelative: Bool

    package init(pixelValue: Int, threshold: Double, isRelative: Bool) {
        (self.pixelValue, self.threshold, self.isRelative) = (pixelValue, threshold, isRelative)
    }

    static let file = "defects_config.json"

    /// The thresholds of a category; nil without the file.
    ///
    /// - Parameter root: the folder of the categories.
    static func table(of category: String, in root: NamedFolder) throws(DatasetError) -> [RegionSaturation]? {
        let name = category + "/" + file
        guard FolderWalk.isFile(root.path + "/" + name) else { return nil }
        let source = DatasetList(root, name)
        return try table(try source.json(), source)
    }

    static func table(_ value: JSONValue, _ source: DatasetList) throws(DatasetError) -> [RegionSaturation] {
        var table: [RegionSaturation] = []
        for (number, entry) in (value.elements ?? []).enumerated() {
            guard let value = entry["pixel_value"]?.integer, (1...255).contains(value),
                let threshold = entry["saturation_threshold"]?.double, threshold > 0, threshold.isFinite,
                let isRelative = entry["relative_saturation"]?.bool
            else {
                throw source.fault(
                    "entry \(number) lacks pixel_value (1 to 255), saturation_threshold (above 0) or relative_saturation"
                )
            }
            guard !table.contains(where: { $0.pixelValue == value }) else {
                throw source.fault("two entries have the pixel value \(value)")
            }
            table.append(RegionSaturation(pixelValue: value, threshold: threshold, isRelative: isRelative))
        }
        guard !table.isEmpty else { throw source.fault("no list of defects") }
        return table.sorted { $0.pixelValue < $1.pixelValue }
    }

    /// The saturation area of a region in whole pixels, at least 1 and at most the region's area.
    package func pixels(ofRegion area: Int) -> Int {
        max(1, Int(min(isRelative ? threshold * Double(area) : threshold, Double(area))))
    }
}
