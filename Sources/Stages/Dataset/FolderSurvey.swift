import Foundation
import Imaging
import Manifests

/// What a folder of images holds, for writing a manifest without asking anything.
public struct FolderSurvey: Sendable {
    public let jobName: String
    /// What was found, a line each.
    public let findings: [String]
    private let dataset: Dataset
    private let side: Int
    private let steps: Int

    private enum Dataset: Sendable {
        case mvtec(root: ManifestPath, categories: [String]?)
        case folder(normal: ManifestPath, score: ManifestPath?)
    }

    /// The most images whose headers are read.
    private static let probedImages = 400

    /// - Throws: `DatasetError`.
    public init(_ folder: String, score: String?) throws {
        let current = FileManager.default.currentDirectoryPath
        let path = ManifestPath(folder, relativeTo: current)
        let layout = try FolderSurvey.layout(path, score.map { ManifestPath($0, relativeTo: current) })
        dataset = layout.dataset
        jobName = FolderSurvey.jobName(path.name)
        var lines = [layout.description]
        var images: [SourceImage] = []
        for category in layout.categories {
            images += category.images
            let train = category.images.count { $0.split == .train }
            let test = category.images.filter { $0.split == .test }
            var line = "\(category.name): \(train) normal training images"
            let good = test.count { $0.isAnomalous == false }, bad = test.count { $0.isAnomalous == true }
            if good + bad > 0 {
                let masks = test.count { $0.maskPath != nil }
                line += ", \(good) normal and \(bad) defective test images, \(masks) masks"
            }
            let unlabelled = test.count { $0.isAnomalous == nil }
            if unlabelled > 0 { line += ", \(unlabelled) images to score" }
            lines.append(line)
            if !category.ignoredFiles.isEmpty {
                lines.append(
                    "  left out, no images by their names: "
                        + category.ignoredFiles.prefix(5).joined(separator: ", ")
                        + (category.ignoredFiles.count > 5 ? " and \(category.ignoredFiles.count - 5) more" : ""))
            }
        }
        let probe = FolderSurvey.probe(images)
        findings = lines + probe.findings
        // Full resolution where that is small, else the size that the method was developed at.
        side = probe.shorterSide <= 160 ? 128 : 256
        steps = 1000
    }

    private static func layout(
        _ path: ManifestPath, _ score: ManifestPath?
    ) throws -> (dataset: Dataset, categories: [SourceCategory], description: String) {
        let manager = FileManager.default
        guard manager.fileExists(atPath: path.absolute) else {
            throw DatasetError.missingFolder(path: path.absolute, what: "a folder of images")
        }
        if manager.fileExists(atPath: path.absolute + "/train/good") {
            let root = ManifestPath("..", relativeTo: path.absolute)
            let categories = try DatasetScan.scan(
                .mvtec(root: root, categories: .named([path.name])), jobName: path.name)
            return (.mvtec(root: root, categories: [path.name]), categories, "MVTec layout, one category")
        }
        let names = try DatasetScan.categoryNames(path.absolute)
        if !names.isEmpty {
            let categories = try DatasetScan.scan(.mvtec(root: path, categories: .all), jobName: path.name)
            return (.mvtec(root: path, categories: nil), categories, "MVTec layout, \(names.count) categories")
        }
        let categories = try DatasetScan.scan(.folder(normal: path, score: score), jobName: jobName(path.name))
        return (.folder(normal: path, score: score), categories, "a plain folder of normal images")
    }

    /// Sizes, depths and damage of some of the images, from their headers.
    private static func probe(_ images: [SourceImage]) -> (findings: [String], shorterSide: Int) {
        let stride = max(1, images.count / probedImages)
        var sizes: [String: Int] = [:], kinds: [String: Int] = [:]
        var sides: [Int] = []
        var odd: [String] = []
        for index in Swift.stride(from: 0, to: images.count, by: stride) {
            do throws(ImagingError) {
                let info = try ImageDecoder.probe(path: images[index].path)
                sizes["\(info.width) x \(info.height)", default: 0] += 1
                kinds["\(info.format.displayName) \(info.colour.rawValue) \(info.bitDepth) bit", default: 0] += 1
                sides.append(min(info.width, info.height))
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
        for fault in odd.prefix(5) { findings.append("odd: \(fault)") }
        if odd.count > 5 { findings.append("odd: and \(odd.count - 5) more") }
        return (findings, sides.sorted().dropFirst(sides.count / 2).first ?? 256)
    }

    private static func jobName(_ folder: String) -> String {
        let kept = folder.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
        let name = String(String(kept).drop { !$0.isLetter && !$0.isNumber }.prefix(64))
        return name.isEmpty ? "images" : name
    }

    /// The manifest's text.
    ///
    /// - Parameter folder: where it will lie, relative to the current folder; paths in it are relative to that.
    public func manifest(relativeTo folder: String) -> String {
        let base = ManifestPath(folder.isEmpty ? "." : folder, relativeTo: FileManager.default.currentDirectoryPath)
            .absolute
        func written(_ path: ManifestPath) -> JSONValue { .string(FolderSurvey.relative(path.absolute, to: base)) }
        var dataset = JSONValue.object([])
        switch self.dataset {
        case .mvtec(let root, let categories):
            dataset = dataset.setting("layout", to: .string("mvtec")).setting("root", to: written(root))
            if let categories {
                dataset = dataset.setting("categories", to: .array(categories.map { JSONValue.string($0) }))
            }
        case .folder(let normal, let score):
            dataset = dataset.setting("layout", to: .string("folder")).setting("normal", to: written(normal))
            if let score { dataset = dataset.setting("score", to: written(score)) }
        }
        dataset = dataset.setting("onBadImage", to: .string("quarantine"))
        let document = JSONValue.object([])
            .setting("name", to: .string(jobName)).setting("dataset", to: dataset)
            .setting(
                "image",
                to: JSONValue.object([]).setting("width", to: .number(side)).setting("height", to: .number(side))
            )
            .setting("training", to: JSONValue.object([]).setting("steps", to: .number(steps)))
        return JSONSerializer.pretty(document)
    }

    private static func relative(_ path: String, to base: String) -> String {
        let target = path.split(separator: "/"), start = base.split(separator: "/")
        let common = zip(target, start).prefix { $0 == $1 }.count
        // A path that shares nothing with the manifest's is clearer as it is.
        guard common > 0 else { return path }
        let steps = Array(repeating: "..", count: start.count - common) + target[common...].map(String.init)
        return steps.isEmpty ? "." : steps.joined(separator: "/")
    }
}
