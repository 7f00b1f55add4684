import AnomalyDetection
import ContentStore
import Datasets
import Folders
import Imaging
import Manifests
import Stages
import Wording

/// A survey of a folder of images that yields a manifest without user input.
package struct FolderSurvey: Sendable {
    package let jobName: String
    /// The findings, a line each.
    package let findings: [String]
    /// Warnings for the user before the job runs.
    package let warnings: [String]
    let dataset: FolderLayout.Dataset
    /// The settings of most categories.
    let settings: CategorySettings
    /// The settings of the others, by name.
    let otherSettings: [(category: String, settings: CategorySettings)]
    let detector: SurveyedDetector
    let range: SampleRange?
    let groups: DatasetSection.Groups
    /// Nil for the default.
    let heldOutFraction: Double?
    let followsLinks: Bool
    let groundTruth: DatasetSection.GroundTruth?
    /// The fraction of the training images to test with; nil if the data has normal test images, no others, or is not a
    /// published data set.
    let testFraction: Double?

    /// - Parameters:
    ///   - score: a folder of images to score, for a plain folder of normal images.
    ///   - normal: the subfolder, or ".", that the user declares to hold normal images.
    ///   - groundTruth: a file or folder of annotations, for a plain folder.
    ///   - followsLinks: allows links that lead out of the folders, in the manifest too.
    ///   - detector: the detector, and if it uses features of a pretrained network.
    /// - Throws: `DatasetError`.
    package init(
        _ folder: String, score: String?, normal: String? = nil, groundTruth: String? = nil,
        followsLinks: Bool = false, detector: SurveyedDetector = .ssae
    ) throws {
        (self.followsLinks, self.detector) = (followsLinks, detector)
        let current = NamedFolder.current
        let path = ManifestPath(folder, relativeTo: current)
        let jobName = FolderSurvey.jobName(path.name)
        let layout = try FolderLayout(
            path, score: score.map { ManifestPath($0, relativeTo: current) }, normal: normal, jobName: jobName,
            followsLinks: followsLinks)
        dataset = layout.dataset
        self.jobName = jobName
        var lines = layout.findings
        var categories = layout.categories
        if let groundTruth {
            let found = try AnnotationFinder.groundTruth(ManifestPath(groundTruth, relativeTo: current))
            guard case .folder = layout.dataset else {
                throw DatasetError.annotations(
                    file: found.file.absolute, fault: "the folder has the MVTec layout, whose masks are files",
                    remedy: "give the folder of normal images and --score, or leave out --ground-truth")
            }
            try AnnotationSet(found.file, found.format).label(&categories[0], file: found.file.absolute)
            lines.append("annotations of \(found.format.displayName): \(groundTruth)")
            self.groundTruth = found
        } else {
            self.groundTruth = nil
            if case .folder = layout.dataset {
                for found in AnnotationFinder.near(path) {
                    lines.append(
                        "annotations of \(found.format.displayName), not used: \(found.file.relative(to: current)); use them "
                            + "with --ground-truth")
                }
            }
        }
        lines += categories.flatMap { Self.described($0, in: layout.dataset) }
        warnings = categories.flatMap(\.maskWarnings)
        let probe = HeaderProbe(categories.flatMap(\.images))
        let grouping = GroupSurvey(categories)
        groups = grouping.groups
        if let words = grouping.words { lines.append(words) }
        let isUntested = categories.allSatisfy(Self.lacksNormalTests)
        testFraction = isUntested && layout.isPublished ? 0.2 : nil
        if let testFraction {
            lines.append(
                "no normal test image: \(testFraction) of the training images become test images (\"testFraction\")")
            for index in categories.indices {
                categories[index].separateTestImages(
                    fraction: testFraction, groups: groups, prefix: layout.dataset.trainingPrefix)
            }
        } else if isUntested {
            lines.append(
                "no normal test image, so AUROC and false alarms are not measured; \"testFraction\": 0.2 in \"dataset\" would "
                    + "take a fifth of the training images for that")
        }
        heldOutFraction = FolderSurvey.heldOutFraction(
            fewest: categories.map { $0.images.count { $0.split == .train } }.min() ?? 0)
        if let heldOutFraction {
            lines.append(
                "few normal images: \(heldOutFraction) of them are held out, so that a threshold rests on more")
        }
        let normal = categories.map { $0.images.filter { $0.split == .train } }
        let highest = normal.compactMap(ImageSurvey.highestSample).max()
        let range = highest.flatMap { SampleRange(highestSample: $0) }
        self.range = range
        lines += probe.findings
        if let range, let highest {
            lines.append(
                "no sample of the images of 16 bit exceeds \(highest), as from a camera of fewer bits: the range \(range.words)"
            )
        }
        let seen = normal.map { ImageSurvey($0, range: range) }
        let found = seen.map { CategorySettings($0, detector) }
        let usual = Self.mostFrequent(found)
        settings = found[usual]
        otherSettings = zip(categories, found).filter { $1 != found[usual] }.map { ($0.name, $1) }
        lines += Self.grouped(zip(seen, found).map { $1.findings($0) }, by: categories.map(\.name))
        lines.append("detector: \(detector.words)")
        findings = lines
    }

    /// The number of the first of the values that occur most often.
    private static func mostFrequent<Value: Equatable>(_ values: [Value]) -> Int {
        let counts = values.map { value in values.count { $0 == value } }
        return counts.firstIndex(of: counts.max() ?? 0) ?? 0
    }

    /// The lines of several categories, each line once, with the names of those that it holds for unless it holds for
    /// all.
    private static func grouped(_ lines: [[String]], by names: [String]) -> [String] {
        var known: Set<String> = []
        return lines.joined().filter { known.insert($0).inserted }.map { line in
            let holders = zip(names, lines).filter { $1.contains(line) }.map(\.0)
            return holders.count == names.count ? line : holders.joined(separator: ", ") + ": " + line
        }
    }

    /// The numbers of a category's images, and lines on what is not used.
    private static func described(_ category: SourceCategory, in dataset: FolderLayout.Dataset) -> [String] {
        let train = category.images.count { $0.split == .train }
        let test = category.images.filter { $0.split == .test }
        var line = "\(category.name): " + counted(train, "normal training image")
        let good = test.count { $0.isAnomalous == false }, bad = test.count { $0.isAnomalous == true }
        if good + bad > 0 {
            let masks = test.count { $0.maskPath != nil || $0.regions != nil }
            line += ", \(good) normal and \(counted(bad, "defective test image")), " + counted(masks, "mask")
        }
        let unlabelled = test.count { $0.isAnomalous == nil }
        if unlabelled > 0 { line += ", " + counted(unlabelled, "image") + " to score" }
        var lines = [line]
        lines += (category.resultNotes + FolderRole.doubtfulKinds(of: category)).map { "  " + $0 }
        if !category.ignoredFiles.isEmpty {
            lines.append(
                "  skipped files without an image extension: "
                    + category.ignoredFiles.map(dataset.shown).listed(atMost: 5))
        }
        return lines
    }

    /// True for a category with defective test images alone, and training images to spare.
    private static func lacksNormalTests(_ category: SourceCategory) -> Bool {
        let test = category.images.filter { $0.split == .test }
        return test.contains { $0.isAnomalous == true } && !test.contains { $0.isAnomalous == false }
            && category.images.count { $0.split == .train } >= 10
    }

    /// Up to a quarter of the images, so that at least 8 are held out; nil if the default holds out as many.
    private static func heldOutFraction(fewest images: Int) -> Double? {
        guard images > 1, images < 80 else { return nil }
        let hundredths = min(25, (800 + images - 1) / images)
        return Double(hundredths) / 100
    }

    private static func jobName(_ folder: String) -> String {
        let kept = folder.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
        let name = String(String(kept).drop { !$0.isLetter && !$0.isNumber }.prefix(64))
        return name.isEmpty ? "images" : name
    }
}
