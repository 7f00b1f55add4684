import DatasetTestSupport
import Datasets
import Imaging
import Manifests
import SeededRandom
import Testing

@testable import Jobs

@Suite struct FolderSurveyTests {
    private let data: TinyDataSet

    init() throws {
        data = try TinyDataSet()
        try data.writeCategory("set/bolt")
        try data.writeCategory("set/nut")
        try data.writeImage(1, to: "today/a.png")
    }

    /// The validated manifest that a survey writes for `jobs/` in the same folder.
    private func manifest(_ folder: String, score: String? = nil) throws -> (JobManifest, FolderSurvey, String) {
        let survey = try FolderSurvey(data.path + "/" + folder, score: score.map { data.path + "/" + $0 })
        let text = survey.manifest(relativeTo: data.path + "/jobs")
        return (
            try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/jobs/\(survey.jobName).json"), survey,
            text
        )
    }

    @Test("A data set in the MVTec layout gives one job for all categories")
    func dataSet() throws {
        let (manifest, survey, text) = try manifest("set")
        #expect(manifest.name == "set")
        #expect(
            manifest.dataset.layout
                == .mvtec(root: ManifestPath("../set", relativeTo: data.path + "/jobs"), categories: .all))
        #expect(survey.findings.first == "MVTec layout, 2 categories")
        #expect(
            survey.findings.contains(
                "bolt: 4 normal training images, 1 normal and 1 defective test image, 1 mask"))
        #expect(survey.findings.contains("sizes: 24 x 16"))
        // The images have 24 x 16 pixels: the shorter side gets the smaller network size, and the aspect ratio is kept.
        #expect((manifest.image.width, manifest.image.height) == (192, 128))
        #expect((6...16).contains(text.split(separator: "\n").count))
    }

    @Test("An autoencoder sees half of a large image, and all of a small one")
    func reduction() throws {
        #expect(try manifest("set").0.network.reduction == 1)
        for number in 0..<3 {
            try data.write(
                try PNGEncoder.encode(TinyDataSet.image(number, width: 400, height: 300)), to: "wide/\(number).png")
        }
        let (wide, _, text) = try manifest("wide")
        #expect((wide.image.width, wide.image.height, wide.network.reduction) == (336, 256, 2))
        #expect(text.contains(#""network": { "reduction": 2 }"#))
        let features = try FolderSurvey(data.path + "/wide", score: nil, detector: .memory)
        #expect(!features.manifest(relativeTo: data.path).contains("network"))
    }

    @Test(
        "An autoencoder sees local contrast if brightness varies by more than a tenth from image to image",
        arguments: [(Float(0), false), (0.05, false), (0.2, true), (0.5, true)])
    func light(_ spread: Float, _ varies: Bool) throws {
        for number in 0..<12 {
            var image = TinyDataSet.image(number)
            // Standard deviations of a share of the mean, in equal steps.
            let factor = 0.6 * (1 + spread * (Float(number % 3) - 1) * 1.2)
            for index in image.values.indices { image.values[index] *= factor }
            try data.write(try PNGEncoder.encode(image), to: "light/\(number).png")
        }
        let (manifest, survey, text) = try manifest("light")
        #expect(manifest.network.input == (varies ? .localContrast : .pixels), "\(survey.findings)")
        #expect(text.contains(#""network": { "input": "localContrast" }"#) == varies)
        #expect(survey.findings.contains { $0.hasPrefix("brightness varies from image to image") } == varies)
        let features = try FolderSurvey(data.path + "/light", score: nil, detector: .features)
        #expect(!features.manifest(relativeTo: data.path).contains("network"))
    }

    @Test("Images of a label are not mirrored in training, those of a surface are", arguments: [true, false])
    func arrangement(isFixed: Bool) throws {
        for number in 0..<8 {
            var image = TinyDataSet.image(number, width: 96, height: 96)
            var generator = SeededGenerator(seed: isFixed ? 0 : UInt64(number))
            let isBright = (0..<300).map { _ in generator.integer(below: 3) == 0 }
            for channel in 0..<3 {
                for y in 30..<60 {
                    for x in 20..<70 where isBright[y / 4 * 20 + x / 4] {
                        image.values[channel * 96 * 96 + y * 96 + x] = 0.9
                    }
                }
            }
            try data.write(try PNGEncoder.encode(image), to: "bottles/\(number).png")
        }
        let (manifest, survey, text) = try manifest("bottles")
        #expect(survey.settings.preset == "texture")
        #expect(manifest.augmentation.flipHorizontal == !isFixed && manifest.augmentation.flipVertical == !isFixed)
        #expect(text.contains("augmentation") == isFixed, "\(text)")
        #expect(survey.findings.contains { $0.contains("not mirrored left to right or top to bottom") } == isFixed)
    }

    @Test("Stripes that climb to the right are not mirrored wherever they lie, and grains are")
    func twill() throws {
        for number in 0..<8 {
            for (name, isTwill) in [("twill", true), ("grains", false)] {
                var image = PlanarImage(width: 96, height: 96, channels: 3, repeating: 0.5)
                for index in 0..<96 * 96 {
                    let (x, y) = (index % 96, index / 96)
                    let isBright =
                        isTwill
                        ? (x + y + 5 * number) % 16 < 8
                        : (x / 4 * 7 + y / 4 * 13 + x / 4 * (y / 4) * (number + 3)) % 11 < 3
                    for channel in 0..<3 where isBright { image.values[channel * 96 * 96 + index] = 0.7 }
                }
                try data.write(try PNGEncoder.encode(image), to: "\(name)/\(number).png")
            }
        }
        for (name, isTwill) in [("twill", true), ("grains", false)] {
            let manifest = try manifest(name).0
            #expect(manifest.augmentation.flipHorizontal == !isTwill && manifest.augmentation.flipVertical == !isTwill)
        }
    }

    @Test("Objects of several sizes in equal light are no sign that the light varies", arguments: [false, true])
    func objectSizes(_ lightVaries: Bool) throws {
        for number in 0..<10 {
            var image = PlanarImage(width: 96, height: 96, channels: 3, repeating: 0.08)
            let radius = 15 + 2 * number
            for index in 0..<96 * 96 {
                let (x, y) = (index % 96 - 48, index / 96 - 48)
                for channel in 0..<3 where x * x + y * y < radius * radius {
                    image.values[channel * 96 * 96 + index] = 0.6
                }
            }
            if lightVaries { for index in image.values.indices { image.values[index] *= number % 2 == 0 ? 1.4 : 0.8 } }
            try data.write(try PNGEncoder.encode(image), to: "sizes/\(number).png")
        }
        let (manifest, survey, _) = try manifest("sizes")
        #expect(survey.settings.preset == "object")
        #expect(manifest.network.input == (lightVaries ? .localContrast : .pixels), "\(survey.findings)")
    }

    @Test(
        "Long strips of a surface are seen in tiles, others as a whole",
        arguments: [(96, 64, 192, 128, false), (640, 160, 512, 128, true), (40, 900, 128, 2048, true)])
    func strips(_ width: Int, _ height: Int, _ networkWidth: Int, _ networkHeight: Int, _ isStrip: Bool) throws {
        for number in 0..<3 {
            try data.write(
                try PNGEncoder.encode(TinyDataSet.image(number, width: width, height: height)),
                to: "strips/\(number).png")
        }
        let (manifest, survey, _) = try manifest("strips")
        #expect((manifest.image.width, manifest.image.height) == (networkWidth, networkHeight))
        #expect((manifest.image.tile?.width == 128) == isStrip)
        #expect(survey.findings.contains { $0.hasPrefix("long strips") } == isStrip)
    }

    @Test("Strips are seen in tiles by every detector", arguments: [SurveyedDetector.ssae, .features, .auto])
    func wideStrips(detector: SurveyedDetector) throws {
        for number in 0..<3 {
            try data.write(
                try PNGEncoder.encode(TinyDataSet.image(number, width: 2000, height: 300)), to: "wide/\(number).png")
        }
        let survey = try FolderSurvey(data.path + "/wide", score: nil, detector: detector)
        let text = survey.manifest(relativeTo: data.path)
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/wide.json")
        #expect((manifest.image.width, manifest.image.height) == (1712, 256))
        #expect((manifest.image.tile?.width, manifest.image.tile?.overlap) == (256, 64))
        #expect(manifest.network.reduction == (detector == .features ? 1 : 2))
    }

    @Test("Large images lose details, and the survey says so")
    func details() {
        let sizes = [(width: 4000, height: 3000)]
        let size = NetworkSize(of: sizes, smallest: 128, isSurface: true)
        #expect(size.findings(for: sizes, reduction: 1).contains { $0.contains("by a factor of 12") })
        #expect(size.findings(for: sizes, reduction: 2).contains { $0.contains("by a factor of 23") })
        let small = NetworkSize(of: [(800, 600)], smallest: 128, isSurface: true)
        #expect(small.findings(for: [(800, 600)], reduction: 2).isEmpty)
    }

    @Test("Equal light in files of 16 bits is equal light, whatever the highest sample of each image")
    func sampleRange() throws {
        for number in 0..<8 {
            var image = TinyDataSet.image(number)
            for index in image.values.indices { image.values[index] *= 0.25 * (1 + Float(number % 2) / 50) / 16 }
            // A few bright pixels decide which range an image alone would have.
            image.values[0] = number % 2 == 0 ? 1_000 / 65535 : 4_000 / 65535
            try data.write(try PNGEncoder.encode16(image), to: "sixteen/\(number).png")
        }
        let (manifest, survey, _) = try manifest("sixteen")
        #expect(manifest.network.input == .pixels, "\(survey.findings)")
    }

    @Test(
        "A sample is spread evenly over the list and never larger than asked for",
        arguments: [(0, 5), (3, 5), (5, 5), (6, 5), (65, 64), (127, 64), (799, 400), (600, 3)])
    func sample(count: Int, wanted: Int) {
        let sample = Array(0..<count).evenSample(wanted)
        #expect(sample.count == min(count, wanted) && Set(sample).count == sample.count)
        let steps = zip(sample, sample.dropFirst()).map { $1 - $0 } + (sample.last.map { [count - $0] } ?? [])
        #expect((steps.max() ?? 1) - (steps.min() ?? 1) <= 1)
    }

    @Test(
        "Groups that names show are held out as wholes: at least eight, of two images in the mean",
        arguments: [(8, 2, true), (12, 3, true), (7, 4, false), (16, 1, false)])
    func groups(_ rolls: Int, _ cuts: Int, _ areGroups: Bool) throws {
        for roll in 0..<rolls {
            for cut in 0..<cuts {
                try data.writeImage(roll * cuts + cut, to: "rolls/roll\(roll)_\(cut).png")
            }
        }
        let (manifest, survey, _) = try manifest("rolls")
        #expect(manifest.dataset.groups == (areGroups ? .names : .none))
        #expect(
            survey.findings.contains(
                "names show \(rolls) groups of images, such as roll0_...; each is held out as a whole (\"groups\": \"names\")"
            )
                == areGroups)
    }

    @Test("A single category gets its parent folder as root")
    func category() throws {
        let (manifest, _, _) = try manifest("set/nut")
        #expect(manifest.name == "nut")
        #expect(
            manifest.dataset.layout
                == .mvtec(root: ManifestPath("../set", relativeTo: data.path + "/jobs"), categories: .named(["nut"])))
    }

    @Test("A plain folder gives the normal images of a job, with optional images to score")
    func plainFolder() throws {
        let (manifest, survey, _) = try manifest("set/bolt/train", score: "today")
        #expect(
            manifest.dataset.layout
                == .folder(
                    normal: ManifestPath("../set/bolt/train", relativeTo: data.path + "/jobs"),
                    score: ManifestPath("../today", relativeTo: data.path + "/jobs")))
        #expect(survey.findings.contains("train: 4 normal training images, 1 image to score"))
    }

    @Test("Damaged files are reported, and the manifest quarantines them")
    func damaged() throws {
        try data.write(Array("no image".utf8), to: "set/bolt/train/good/bad.png")
        let (manifest, survey, _) = try manifest("set/bolt")
        #expect(manifest.dataset.onBadImage == .quarantine)
        #expect(survey.findings.contains { $0.hasPrefix("unreadable: ") && $0.contains("bad.png") })
    }

    @Test("The job's name is valid in a manifest", arguments: [("Gute Teile (1)", "Gute-Teile--1-"), ("_x", "x")])
    func jobName(folder: String, name: String) throws {
        try data.writeImage(1, to: folder + "/a.png")
        let (manifest, _, _) = try manifest(folder)
        #expect(manifest.name == name)
    }

    @Test("A folder without images is refused")
    func empty() throws {
        try data.write([1], to: "texts/a.txt")
        #expect(throws: DatasetError.self) { try FolderSurvey(data.path + "/texts", score: nil) }
        #expect(throws: DatasetError.self) { try FolderSurvey(data.path + "/none", score: nil) }
    }
}
