import Foundation
import Imaging
import Testing

/// Masks in another format than their images, in nested folders, and unused masks.
@Suite struct MaskFileTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
    }

    /// Returns the first of these metrics of a run, or nil if it is undefined.
    private func figure(_ name: String, _ folder: String = "runs/tiny") throws -> Double? {
        let object = try JSONSerialization.jsonObject(with: Data(fixture.bytes(folder + "/metrics.json")))
        let mean = try #require((object as? [String: Any])?["mean"] as? [String: Any])
        return mean[name] as? Double
    }

    /// Converts the images or masks of a folder to JPEG.
    private func becomeJPEG(_ folder: String) throws {
        for name in fixture.files(below: folder) where name.hasSuffix(".png") {
            let image = try ImageDecoder.decode(path: fixture.place("\(folder)/\(name)")).image
            try fixture.write(
                try JPEGEncoder.encode(image, quality: 90), to: "\(folder)/\(name.dropLast(4)).jpg")
            try fixture.remove("\(folder)/\(name)")
        }
    }

    @Test("JPEG images with PNG masks give image and pixel metrics, and so do PNG images with JPEG masks")
    func formats() throws {
        try becomeJPEG("data/wood/test")
        try becomeJPEG("data/wood/train")
        try becomeJPEG("data/woven_cloth/ground_truth")
        try fixture.writeManifest(dataset: #", "onBadImage": "quarantine""#)
        for _ in 0..<2 {
            let outcome = try fixture.nominal("run", "tiny.json")
            #expect(outcome.status == 0 && !outcome.errors.contains("set aside"), "\(outcome.errors)")
            #expect(
                outcome.errors.contains(
                    "ground_truth/hole/000_mask.jpg has more than two values, so those from half of the largest, 255, on"
                ))
        }
        #expect(try figure("imageAUROC") != nil && figure("pixelAUROC") != nil)
    }

    @Test("A run without usable anomalous images explains why its metrics are undefined")
    func allSetAside() throws {
        for name in fixture.files(below: "data/wood/ground_truth") {
            try fixture.write("no image", to: "data/wood/ground_truth/" + name)
        }
        try fixture.writeManifest(categories: ["wood"], dataset: #", "onBadImage": "quarantine""#)
        for _ in 0..<2 {
            let outcome = try fixture.nominal("run", "tiny.json")
            #expect(outcome.status == 0)
            #expect(
                outcome.errors.contains(
                    "all figures are undefined, as no anomalous image is left: 5 anomalous test images were set aside. The first is"
                ))
        }
        #expect(try figure("imageAUROC") == nil)
    }

    @Test(
        "evaluate and run agree on nested folders of images and masks; both report unused masks"
    )
    func nested() throws {
        for kind in ["hole", "scratch"] {
            for camera in ["cam1", "cam2"] {
                let image = try fixture.bytes("data/wood/test/\(camera == "cam1" ? "hole" : "scratch")/000.png")
                let mask = try fixture.bytes(
                    "data/wood/ground_truth/\(camera == "cam1" ? "hole" : "scratch")/000_mask.png")
                try fixture.write(image, to: "data/wood/test/\(kind)/\(camera)/007.png")
                try fixture.write(mask, to: "data/wood/ground_truth/\(kind)/\(camera)/007_mask.png")
            }
        }
        let mask = try fixture.bytes("data/wood/ground_truth/hole/000_mask.png")
        try fixture.write(mask, to: "data/wood/ground_truth/hole/Oops.png")
        try fixture.write(mask, to: "data/wood/ground_truth/good/000_mask.png")
        try fixture.writeManifest(categories: ["wood"])
        for command in [["run", "tiny.json"], ["plan", "tiny.json"], ["init", "data/wood"]] {
            let outcome = try fixture.finish(try fixture.start(arguments: command))
            #expect(outcome.status == 0)
            for name in ["ground_truth/hole/Oops.png", "ground_truth/good/000_mask.png"] {
                #expect(outcome.errors.contains("warning: wood: 1 mask") && outcome.errors.contains(name), "\(command)")
            }
        }
        try fixture.remove("data/wood/ground_truth/good")
        let judged = try fixture.nominal(
            "evaluate", "--maps", "runs/tiny", "--ground-truth", "data", "--scores", "runs/tiny/scores.csv", "--json")
        #expect(judged.status == 0, "\(judged.errors)")
        #expect(
            judged.errors.contains("warning: wood: 1 mask is not used (no image with this name): hole/Oops"))
        let object = try JSONSerialization.jsonObject(with: Data(judged.output.utf8)) as? [String: Any]
        let mean = try #require(object?["mean"] as? [String: Any])
        for name in ["imageAUROC", "pixelAUROC", "pixelAP"] {
            let figure = try #require(try figure(name))
            #expect(mean[name] as? Double == figure, "\(name)")
        }
    }
}
