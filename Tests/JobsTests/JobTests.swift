import ContentStore
import DatasetTestSupport
import Datasets
import Foundation
import Imaging
import Manifests
import Pipeline
import Testing

@testable import Jobs

@Suite struct JobTests {
    private let data: TinyDataSet

    init() throws { data = try TinyDataSet() }

    private func job(_ manifest: JobManifest) throws -> Job {
        try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
    }

    private func count(_ job: Job, _ stage: String) -> Int {
        job.graph.tasks.count { type(of: $0.stage).name == stage }
    }

    @Test("Variants with different learning rates share ingest, selection and corruptions, but not training")
    func sharedTasks() throws {
        try data.writeCategory("bolt")
        let variants =
            #", "variants": { "slow": { "training": { "learningRate": 0.0001 } }, "#
            + #""fast": { "training": { "learningRate": 0.01 } } }"#
        let single = try job(data.manifest())
        let double = try job(data.manifest(more: variants))
        #expect(double.cases.map(\.name) == ["bolt.slow", "bolt.fast"])
        for stage in ["ingest", "select", "corrupt"] {
            #expect(count(double, stage) == count(single, stage), "\(stage)")
        }
        for stage in ["train", "autoencoder", "calibrate", "score", "overlay", "metrics"] {
            #expect(count(double, stage) == 2 * count(single, stage), "\(stage)")
        }
    }

    @Test("Adding or removing textures during planning does not crash the program")
    func changingTextures() throws {
        try data.writeCategory("bolt")
        for number in 0..<3 { try data.writeImage(number, to: "textures/\(number).png") }
        let manifest = try data.manifest(more: #", "corruption": { "textures": "textures" }"#)
        let before = try job(manifest)
        let changed = try Job(manifest) { paths in
            try data.writeImage(9, to: "textures/9.png")
            let digests = try paths.map { try Digest.of(filePath: $0) }
            try data.remove("textures/0.png")
            return digests
        }
        #expect(changed.graph.tasks.map(\.id) == before.graph.tasks.map(\.id))
        #expect(changed.sourcePaths == before.sourcePaths)
    }

    @Test("Variants that stop earlier share the training up to that point, but not calibration and scoring")
    func stopAfter() throws {
        try data.writeCategory("bolt")
        let variants = #", "variants": { "whole": {}, "early": { "training": { "stopAfter": 2 } } }"#
        let single = try job(data.manifest()), double = try job(data.manifest(more: variants))
        #expect(count(single, "train") == 2)
        for stage in ["corrupt", "train"] { #expect(count(double, stage) == count(single, stage), "\(stage)") }
        for stage in ["autoencoder", "calibrate", "score"] {
            #expect(count(double, stage) == 2 * count(single, stage), "\(stage)")
        }
    }

    @Test("Variants with different settings of shared tasks get separate tasks with separate names")
    func separateTasks() throws {
        try data.writeCategory("bolt")
        let variants = #", "variants": { "fail": {}, "go on": { "dataset": { "onBadImage": "quarantine" } } }"#
            .replacing("go on", with: "quarantine")
        let double = try job(data.manifest(more: variants))
        #expect(count(double, "ingest") == 4)
        #expect(Set(double.graph.tasks.map(\.id)).count == double.graph.tasks.count)
    }

    @Test("A category with its own settings gets separate tasks; an unknown category is refused")
    func perCategory() throws {
        try data.writeCategory("bolt")
        try data.writeCategory("nut")
        let change = #", "perCategory": {"nut": {"training": {"stepsPerShard": 1}}}"#
        let job = try job(data.manifest(["bolt", "nut"], more: change))
        func trainings(_ category: String) -> Int {
            job.graph.tasks.count { $0.id.path.hasPrefix("\(category)/train/") }
        }
        let steps = try data.manifest().training.steps
        #expect(trainings("nut") == steps && trainings("bolt") < steps)
        #expect(throws: DatasetError.unknownChange(category: "nuts", found: ["bolt", "nut"])) {
            try self.job(data.manifest(["bolt", "nut"], more: change.replacing("nut\"", with: "nuts\"")))
        }
    }

    @Test("Two seeds share the images but no training")
    func seeds() throws {
        try data.writeCategory("bolt")
        let manifest = try data.manifest(more: #", "variants": { "a": { "training": { "seeds": [1, 2] } } }"#)
        let job = try job(manifest)
        #expect(job.cases.map(\.name) == ["bolt.a.seed1", "bolt.a.seed2"])
        #expect(["ingest", "corrupt", "train"].map { count(job, $0) } == [2, 4, 4])
    }

    @Test("A job depends on its images and masks")
    func sourcePaths() throws {
        try data.writeCategory("bolt", train: 2)
        try data.writeCategory("nut", train: 2)
        #expect(
            try job(data.manifest()).sourcePaths
                == [
                    "ground_truth/dent/000_mask.png", "test/dent/000.png", "test/good/000.png", "train/good/000.png",
                    "train/good/001.png",
                ].map { data.path + "/bolt/" + $0 })
    }

    @Test("Skipped files are reported")
    func notes() throws {
        try data.writeCategory("bolt")
        try data.write([1], to: "bolt/train/good/Thumbs.db")
        let notes = try job(data.manifest()).notes
        #expect(
            notes == ["bolt: skipped files without an image extension: train/good/Thumbs.db"])
    }

    /// The manifests that ship with the program.
    static let shipped: [String] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../jobs").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().map { folder + "/" + $0 }.filter {
            !SweepManifest.isSweep(path: $0)
        }
    }()

    @Test("Manifests ship with the program")
    func shippedManifests() { #expect(JobTests.shipped.count >= 7) }

    private func write(_ category: String, _ folders: CategoryFolders) throws {
        guard folders != .usual else { return try data.writeCategory(category, train: 4) }
        for number in 0..<4 { try data.writeImage(number, to: "\(category)/\(folders.train)/\(number).png") }
        try data.writeImage(10, to: "\(category)/\(folders.imagesFolder("dent"))/0.png")
        try data.writeMask(to: "\(category)/\(folders.masksFolder("dent"))/0.png")
    }

    private func writePublished(_ layout: DatasetSection.PublishedLayout, _ root: String) throws {
        func write(_ text: String, to name: String) throws { try data.write(Array(text.utf8), to: "\(root)/\(name)") }
        switch layout {
        case .visa:
            for number in 0..<2 { try data.writeImage(number, to: "\(root)/pcb1/\(number).png") }
            let rows = (0..<2).map { "pcb1,train,normal,pcb1/\($0).png," }
            try write((["object,split,label,image,mask"] + rows).joined(separator: "\n"), to: "split_csv/1cls.csv")
        case .realIad:
            for number in 0..<2 { try data.writeImage(number, to: "\(root)/realiad_1024/fuse/\(number).png") }
            let images = (0..<2).map { #"{"anomaly_class": "OK", "image_path": "\#($0).png"}"# }
            try write(
                #"{"meta": {"normal_class": "OK"}, "train": [\#(images.joined(separator: ","))]}"#,
                to: "realiad_jsons/fuse.json")
        case .kolektorSdd2:
            for (number, name) in ["train/0", "train/1", "test/2"].enumerated() {
                try data.writeImage(number, to: "\(root)/\(name).png")
                let side = TinyDataSet.width * TinyDataSet.height
                let mask = Mask(
                    width: TinyDataSet.width, height: TinyDataSet.height, values: [UInt8](repeating: 0, count: side))
                try data.write(mask.pngBytes(), to: "\(root)/\(name)_GT.png")
            }
        case .aitex:
            for number in 0..<4 { try data.writeImage(number, to: "\(root)/NODefect_images/a/000\(number)_000_00.png") }
            try data.writeImage(4, to: "\(root)/Defect_images/0004_002_00.png")
            try data.writeMask(to: "\(root)/Mask_images/0004_002_00_mask.png")
        }
    }

    @Test("Every manifest in jobs/ can be planned on a data set with its names", arguments: shipped)
    func shippedManifest(file: String) throws {
        let bytes = try AtomicFile.read(file)
        let manifest = try JobManifest.parse(bytes: bytes, file: data.path + "/jobs/job.json")
        for job in try manifest.cases() {
            switch job.manifest.dataset.layout {
            case .mvtec(let root, .named(let names)):
                for name in names { try write(root.absolute + "/" + name, job.manifest.dataset.folders) }
            case .mvtec(let root, .all): try write(root.absolute + "/only", job.manifest.dataset.folders)
            case .published(let layout, let root, _): try writePublished(layout, root.absolute)
            case .folder(let normal, let score):
                for number in 0..<2 { try data.writeImage(number, to: normal.absolute + "/\(number).png") }
                if let score { try data.writeImage(2, to: score.absolute + "/2.png") }
            }
            if let textures = job.manifest.corruption.textures {
                try data.writeImage(3, to: textures.absolute + "/woven/3.png")
            }
        }
        let job = try job(manifest)
        let store = try ContentStore(path: data.path + "/store")
        let plan = try Planner.plan(job.graph, store: store, keyParts: Job.keyParts)
        #expect(plan.steps.count == job.graph.tasks.count)
        #expect(plan.cachedCount == 0)
        #expect(!job.cases.isEmpty)
    }
}
