import ContentStore
import Foundation
import Imaging
import Manifests
import PipelineTestSupport

/// Images of a few pixels, made by a formula, in a temporary folder.
package struct TinyDataSet {
    package static let width = 24, height = 16
    package let folder: TemporaryFolder

    package init() throws { folder = try TemporaryFolder() }

    package var path: String { folder.path }

    /// A grey-free pattern; another number gives another image. All values are multiples of 1/255.
    package static func image(_ number: Int, width: Int = width, height: Int = height) -> PlanarImage {
        var values: [Float] = []
        for channel in 0..<3 {
            for y in 0..<height {
                for x in 0..<width {
                    values.append(Float((x * 7 + y * 13 + number * 29 + channel * 5) % 64 + 96) / 255)
                }
            }
        }
        return PlanarImage(width: width, height: height, channels: 3, values: values)
    }

    /// A mask whose upper left quarter is anomalous.
    package static func mask(width: Int = width, height: Int = height) -> Mask {
        var values = [UInt8](repeating: 0, count: width * height)
        for y in 0..<height / 2 { for x in 0..<width / 2 { values[y * width + x] = 1 } }
        return Mask(width: width, height: height, values: values)
    }

    package func writeImage(_ number: Int, to name: String) throws {
        try write(try PNGEncoder.encode(TinyDataSet.image(number)), to: name)
    }

    package func writeMask(to name: String) throws { try write(TinyDataSet.mask().pngBytes(), to: name) }

    package func write(_ bytes: [UInt8], to name: String) throws {
        let file = name.hasPrefix("/") ? name : path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: file))
    }

    package func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    /// `train/good`, `test/good`, `test/dent` and `ground_truth/dent` below a folder.
    package func writeCategory(_ category: String, train: Int = 4) throws {
        for number in 0..<train { try writeImage(number, to: "\(category)/train/good/00\(number).png") }
        try writeImage(10, to: "\(category)/test/good/000.png")
        try writeImage(11, to: "\(category)/test/dent/000.png")
        try writeMask(to: "\(category)/ground_truth/dent/000_mask.png")
    }

    /// A job on `categories` below this folder that trains for four steps; `more` are further members of the manifest.
    package func manifest(
        _ categories: [String] = ["bolt"], network: String = #"{ "baseWidth": 4 }"#, more: String = ""
    ) throws -> JobManifest {
        let names = categories.map { "\"\($0)\"" }.joined(separator: ", ")
        let text = """
            {
              "name": "tiny",
              "dataset": { "layout": "mvtec", "root": ".", "categories": [\(names)] },
              "image": { "width": 32, "height": 32 },
              "network": \(network),
              "training": { "steps": 4, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 }\(more)
            }
            """
        return try JobManifest.parse(bytes: Array(text.utf8), file: path + "/tiny.json")
    }
}
