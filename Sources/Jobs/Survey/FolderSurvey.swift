import AnomalyDetection
import ContentStore
import Datasets
import Folders
import Imaging
import Manifests
import Stages

/// A survey of a folder of images that yields a manifest without user input.
package struct FolderSurvey: Sendable {
    package let jobName: String
    /// The findings, a line each.
    package let findings: [String]
    /// Warnings for the user before the job runs.
    package let warnings: [String]
    let dataset: FolderLayout.Dataset
    let size: (width: Int, height: Int)
    /// True if an autoencoder sees half of the resolution: of some 128 x 128 pixels, each of its layers sees twice as
    /// far as of 256 x 256.
    var isReduced: Bool {
        [.auto, .ssae].contains(detector) && size.width * size.height >= FolderSurvey.reducedPixels
    }
    private static let reducedPixels = 256 * 192
    /// True if an autoencoder sees local contrast in place of pixels, so that it need not learn the light of each
    /// image.
    let seesContrast: Bool
    let preset: String
    let detector: SurveyedDetector
    let range: SampleRange?
    let frame: ObjectFrame?
    let groups: DatasetSection.Groups
    /// Nil for the default.
    let heldOutFraction: Double?
    let followsLinks: Bool
    let groundTruth: DatasetSection.GroundTruth?
    /// The fraction of the training images to test with; nil if the data has normal test images, no others, or is not a
    /// published data set.
    let testFraction: Double?

    /// The maximum number of images whose headers are read.
    private static let probedImages = 400

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
        /// A file's name in a plain folder begins with "train/" or "test/", which no folder has.
        func shown(_ file: String) -> String {
            guard case .folder(let normal, let score) = layout.dataset, let slash = file.firstIndex(of: "/")
            else { return file }
            return (file.hasPrefix("train/") ? normal : score ?? normal).name + file[slash...]
        }
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
            for found in AnnotationFinder.near(path) {
                lines.append(
                    "annotations of \(found.format.displayName), not used: \(found.file.relative(to: current)); use them with "
                        + "--ground-truth")
            }
        }
        var warnings: [String] = []
        var images: [SourceImage] = []
        for category in categories {
            images += category.images
            let train = category.images.count { $0.split == .train }
            let test = category.images.filter { $0.split == .test }
            var line = "\(category.name): \(train) normal training images"
            let good = test.count { $0.isAnomalous == false }, bad = test.count { $0.isAnomalous == true }
            if good + bad > 0 {
                let masks = test.count { $0.maskPath != nil || $0.regions != nil }
                line += ", \(good) normal and \(bad) defective test images, \(masks) masks"
            }
            let unlabelled = test.count { $0.isAnomalous == nil }
            if unlabelled > 0 { line += ", \(unlabelled) images to score" }
            lines.append(line)
            warnings += category.maskWarnings
            lines += category.resultNotes.map { "  " + $0 } + FolderRole.doubtfulKinds(of: category).map { "  " + $0 }
            if !category.ignoredFiles.isEmpty {
                lines.append(
                    "  skipped files without an image extension: "
                        + category.ignoredFiles.prefix(5).map(shown).joined(separator: ", ")
                        + (category.ignoredFiles.count > 5 ? " and \(category.ignoredFiles.count - 5) more" : ""))
            }
        }
        let lacking = categories.filter { category in
            let test = category.images.filter { $0.split == .test }
            return test.contains { $0.isAnomalous == true } && !test.contains { $0.isAnomalous == false }
                && category.images.count { $0.split == .train } >= 10
        }
        let found = GroupSurvey(categories)
        groups = found.groups
        if let words = found.words { lines.append(words) }
        let isUntested = !lacking.isEmpty && lacking.count == categories.count
        testFraction = isUntested && layout.isPublished ? 0.2 : nil
        if let testFraction {
            lines.append(
                "no normal test image: \(testFraction) of the training images become test images (\"testFraction\")")
            for index in categories.indices {
                categories[index].separateTestImages(fraction: testFraction, groups: groups)
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
        let probe = FolderSurvey.probe(images)
        let seen = ImageSurvey(categories.map { $0.images.filter { $0.split == .train } })
        frame = seen.frame
        size =
            seen.frame.map(seen.size)
            ?? FolderSurvey.networkSize(probe.sizes, smallest: detector == .ssae ? 128 : 256)
        range = seen.highestSample.flatMap { SampleRange(highestSample: $0) }
        lines += probe.findings
        if let range, let highest = seen.highestSample {
            lines.append(
                "no sample of the images of 16 bit exceeds \(highest), as from a camera of fewer bits: the range \(range.words)"
            )
        }
        let kind =
            seen.showsObject
            ? "most images show an object on a plain background"
            : "no plain background that an object would stand out from"
        preset = seen.showsObject ? "object" : "texture"
        lines.append("\(kind): the preset \(preset)")
        seesContrast = [.auto, .ssae].contains(detector) && seen.lightVaries
        if seesContrast {
            lines.append(
                "brightness varies from image to image: the autoencoder sees local contrast (\"input\": \"localContrast\")"
            )
        }
        if let frame {
            lines.append(
                "it lies in any direction: each image is turned, and a frame of \(frame.words) of its shorter side is cut out "
                    + "around the object")
        }
        let turned = seen.turned.map { categories[$0].name }
        if !turned.isEmpty {
            lines.append(
                "objects in any direction: \(turned.joined(separator: ", ")); alone in a job, they would be turned and cut out: "
                    + "nominal init FOLDER/CATEGORY")
        }
        lines.append("detector: \(detector.words)")
        findings = lines
        self.warnings = warnings
    }

    /// Up to a quarter of the images, so that at least 8 are held out; nil if the default holds out as many.
    private static func heldOutFraction(fewest images: Int) -> Double? {
        guard images > 1, images < 80 else { return nil }
        let hundredths = min(25, (800 + images - 1) / images)
        return Double(hundredths) / 100
    }

    /// The sizes, formats and faults of a sample of images, from their headers.
    private static func probe(
        _ images: [SourceImage]
    ) -> (findings: [String], sizes: [(width: Int, height: Int)]) {
        var sizes: [String: Int] = [:], kinds: [String: Int] = [:]
        var profiles: [String: Int] = [:]
        var measured: [(width: Int, height: Int)] = []
        var odd: [String] = []
        for image in images.spread(probedImages) {
            do throws(ImagingError) {
                let info = try ImageDecoder.probe(path: image.path)
                let bytes = try? AtomicFile.read(image.path, in: image.folder)
                profiles[FolderInspection.words(bytes.flatMap { ColourProfile(of: $0) }), default: 0] += 1
                sizes["\(info.width) x \(info.height)", default: 0] += 1
                kinds["\(info.format.displayName) \(info.colour.rawValue) \(info.bitDepth) bit", default: 0] += 1
                measured.append((info.width, info.height))
            } catch {
                odd.append("\(error)")
            }
        }
        func counted(_ counts: [String: Int]) -> String {
            let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let shown = ordered.prefix(4).map { ordered.count == 1 ? $0.key : "\($0.key) (\($0.value))" }
            return shown.joined(separator: ", ") + (ordered.count > 4 ? " and \(ordered.count - 4) more" : "")
        }
        var findings: [String] = []
        if !sizes.isEmpty { findings.append("sizes: \(counted(sizes))") }
        if !kinds.isEmpty { findings.append("formats: \(counted(kinds))") }
        if profiles.count > 1 {
            findings.append(
                "colour profiles, which are not applied: \(counted(profiles)); \"colour\": \"sRGB\" in the image section applies them"
            )
        }
        for fault in odd.prefix(5) { findings.append("odd: \(fault)") }
        if odd.count > 5 { findings.append("odd: and \(odd.count - 5) more") }
        return (findings, measured)
    }

    /// The network's input size: 256 pixels on the shorter side, or `smallest` for small images. It has the aspect
    /// ratio of the median image, limited to 2:1, in multiples of 16.
    private static func networkSize(
        _ sizes: [(width: Int, height: Int)], smallest: Double
    ) -> (width: Int, height: Int) {
        guard !sizes.isEmpty else { return (256, 256) }
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        let shorter = median(sizes.map { Double(min($0.width, $0.height)) })
        let ratio = min(2, max(0.5, median(sizes.map { Double($0.width) / Double($0.height) })))
        let side = shorter <= 160 ? smallest : 256
        func multiple(_ length: Double) -> Int { Int((length / 16).rounded()) * 16 }
        return ratio >= 1 ? (multiple(side * ratio), Int(side)) : (Int(side), multiple(side / ratio))
    }

    private static func jobName(_ folder: String) -> String {
        let kept = folder.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
        let name = String(String(kept).drop { !$0.isLetter && !$0.isNumber }.prefix(64))
        return name.isEmpty ? "images" : name
    }
}
