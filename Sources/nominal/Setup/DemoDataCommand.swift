import ArgumentParser
import Console
import ContentStore
import DemoData
import Foundation
import Imaging
import Manifests
import Wording

struct DemoDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-data",
        abstract: "Generate a small data set with defects and masks.",
        discussion: """
            Three materials with five kinds of defect and exact masks, in the MVTec AD layout: CATEGORY/train/good, \
            CATEGORY/test/KIND, CATEGORY/ground_truth/KIND.

            Examples:
              nominal demo-data demo --manifest demo.json
              nominal demo-data data/demo --seed 2
            """)

    @Argument(help: "The folder to write to.", completion: .directory)
    var folder: String

    @Option(help: "Seed of the random numbers; another seed gives other images.")
    var seed: UInt64 = 1

    @Option(help: "Side of the images in pixels.")
    var size = 128

    @Option(help: "Normal training images per material.")
    var train = 60

    @Option(help: "Normal test images per material.")
    var testGood = 20

    @Option(help: "Test images per kind of defect.")
    var testDefect = 6

    @Option(
        help: ArgumentHelp(
            "Also write a manifest that trains on the images for less than a minute.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var manifest: String?

    @Flag(help: "Overwrite an existing manifest.")
    var force = false

    func run() throws {
        if let manifest, !force, try AtomicFile.exists(manifest) {
            throw ValidationError("\(manifest) exists already; choose another name, or overwrite it with --force")
        }
        let data = try DemoDataSet(
            seed: seed, size: size, trainCount: train, testGoodCount: testGood, testDefectCount: testDefect)
        try AtomicFile.createFolder(folder)
        let output = try OutputFolder(folder)
        var written = 0
        func write(_ bytes: [UInt8], _ path: String) throws {
            if try output.write(bytes, to: path, onlyIfChanged: true) { written += 1 }
        }
        for entry in data.entries {
            let image = data.image(for: entry)
            try write(try PNGEncoder.encode(PlanarImage(interleaved: image)), entry.path)
            if let maskPath = entry.maskPath, let mask = image.mask {
                try write(Mask(width: image.width, height: image.height, values: mask).pngBytes(), maskPath)
            }
        }
        print("\(folder): \(counted(data.entries.count, "image")), \(counted(written, "file")) written")
        guard let manifest else { return }
        let place = ManifestPath((manifest as NSString).deletingLastPathComponent, relativeTo: ".").absolute
        let root = ManifestPath(folder, relativeTo: ".").relative(to: place)
        _ = try AtomicFile.write(
            Array(DemoManifest.text(root: try root.jsonText()).utf8), to: manifest, onlyIfChanged: false)
        print("wrote \(manifest); next: nominal run \(manifest)")
    }
}

extension PlanarImage {
    init(interleaved image: DemoImage) {
        let pixels = image.width * image.height
        var values = [Float](repeating: 0, count: 3 * pixels)
        for pixel in 0..<pixels {
            for channel in 0..<3 { values[channel * pixels + pixel] = Float(image.rgb[3 * pixel + channel]) / 255 }
        }
        self.init(width: image.width, height: image.height, channels: 3, values: values)
    }
}
