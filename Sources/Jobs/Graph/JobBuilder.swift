import ContentStore
import Datasets
import Folders
import Manifests
import Pipeline
import Stages
import Wording

/// Builds the graph of a job:
///
///     ingest -> select -> corrupt-i -> train-i -> calibrate -> score-k -> metrics -> aggregate -> report
struct JobBuilder {
    var assembler = GraphAssembler()
    private(set) var sourcePaths: [String] = []
    private(set) var notes: [String] = []
    private(set) var warnings: [String] = []
    /// The task that checks the requirements; nil if absent.
    private(set) var require: TaskID?
    private var requirements: [RequireStage.Case] = []
    let manifest: JobManifest
    let backbones: BackboneIndex
    let cases: [JobCase]
    private(set) var scans: [ScanKey: [SourceCategory]] = [:]
    /// The files at the first listing; the next run uses files that are added later.
    private(set) var textureScans: [NamedFolder: [SourceImage]] = [:]
    private var detectorScans: [[String]: [DetectorFile]] = [:]
    private(set) var digestOf: [String: Digest] = [:]

    struct ScanKey: Hashable {
        let layout: String
        let folders: CategoryFolders
        let groundTruth: DatasetSection.GroundTruth?
        let testFraction: Double
        let groups: DatasetSection.Groups
        let followsLinks: Bool

        init(_ dataset: DatasetSection) {
            (layout, folders, groundTruth) = ("\(dataset.layout)", dataset.folders, dataset.groundTruth)
            (testFraction, groups) = (dataset.testFraction, dataset.groups)
            followsLinks = dataset.links == .follow
        }
    }

    init(_ manifest: JobManifest, _ backbones: BackboneIndex, digests: ([String]) throws -> [Digest]) throws {
        (self.manifest, self.backbones) = (manifest, backbones)
        cases = try manifest.cases()
        var paths = Set<String>()
        for job in cases {
            let dataset = job.manifest.dataset
            let key = ScanKey(dataset)
            if scans[key] == nil {
                let scanned = try DatasetScan.scan(dataset, jobName: manifest.name)
                scans[key] = scanned
                for category in scanned {
                    paths.formUnion(category.images.map(\.path))
                    paths.formUnion(category.images.flatMap(\.masks).map(\.path))
                    paths.formUnion(category.listFiles)
                    notes += category.resultNotes + FolderRole.doubtfulKinds(of: category)
                    warnings += category.maskWarnings
                    if !category.ignoredFiles.isEmpty {
                        notes.append(
                            "\(category.name): skipped files without an image extension: "
                                + category.ignoredFiles.listed())
                    }
                }
            }
            let names = (scans[key] ?? []).map(\.name)
            if let unknown = job.manifest.changedCategories.first(where: { !names.contains($0) }) {
                throw DatasetError.unknownChange(category: unknown, found: names)
            }
            for name in names {
                let own = try job.manifest.narrowed(to: name)
                if let mask = own.regionMask { paths.insert(mask.path) }
                if own.regionMasks != nil, var category = scans[ScanKey(dataset)]?.first(where: { $0.name == name }) {
                    try own.assignRegions(to: &category)
                    paths.formUnion(category.images.compactMap(\.regionPath))
                }
                let key = own.detectorFilesKey(category: name)
                if own.detector.kind == .external, detectorScans[key] == nil {
                    let found = try own.detectorFiles(category: name)
                    detectorScans[key] = found
                    paths.formUnion(found.map(\.path))
                }
                guard let textures = own.textures else { continue }
                if textureScans[textures] == nil {
                    let scanned = try DatasetScan.textures(below: textures)
                    textureScans[textures] = scanned.images
                    paths.formUnion(scanned.images.map(\.path))
                    notes += scanned.resultNotes
                }
            }
        }
        sourcePaths = paths.sorted()
        digestOf = Dictionary(uniqueKeysWithValues: zip(sourcePaths, try digests(sourcePaths)))
    }

    /// The files of a detector of the kind `external`, at the first listing.
    func detectorFiles(category: String, _ manifest: JobManifest) -> [DetectorFile] {
        detectorScans[manifest.detectorFilesKey(category: category)] ?? []
    }

    mutating func build() throws -> (cases: [Job.Case], aggregate: TaskID, report: TaskID, record: TaskID) {
        var built: [Job.Case] = []
        var recordCases: [RunRecordStage.Case] = []
        var aggregateInputs: [TaskInput] = [], reportInputs: [TaskInput] = [], recordInputs: [TaskInput] = []
        for job in cases {
            let scanned = scans[ScanKey(job.manifest.dataset)] ?? []
            for category in scanned {
                let number = built.count
                let name = job.name.isEmpty ? category.name : "\(category.name).\(job.name)"
                if built.contains(where: { $0.name == name }) { throw DatasetError.sameCase(name) }
                let own = try job.manifest.narrowed(to: category.name)
                var category = category
                try own.assignRegions(to: &category)
                let parts = try build(name, category, own)
                if !own.require.requirements.isEmpty {
                    requirements.append(
                        RequireStage.Case(
                            name: name,
                            requirements: own.require.requirements.map {
                                RequireStage.Requirement(figure: $0.figure, least: $0.least)
                            }))
                }
                built.append(
                    Job.Case(
                        name: name, category: category.name, variant: job.variant, recipe: parts.recipe,
                        select: parts.select, corruptions: parts.corruptions, calibrate: parts.model.calibrate,
                        assess: parts.model.assess, metrics: parts.metrics, card: parts.card, overlays: parts.overlays))
                aggregateInputs += parts.aggregateInputs(number)
                reportInputs += parts.reportInputs(number)
                recordInputs += parts.recordInputs(number, textures: try textures(own))
                recordCases.append(
                    RunRecordStage.Case(name: name, category: category.name, parameters: own.parameters))
            }
        }
        let aggregate = assembler.add(
            "aggregate", AggregateStage(categories: built.map(\.name)), inputs: aggregateInputs)
        if !requirements.isEmpty {
            require = assembler.add(
                "require", RequireStage(cases: requirements, title: manifest.name),
                inputs: [TaskInput("metrics", aggregate, "metrics.json")])
        }
        reportInputs.append(TaskInput("metrics", aggregate, "metrics.json"))
        let report = assembler.add(
            "report", reportStage(built.map(\.name), recipes: built.map(\.recipe)), inputs: reportInputs)
        let versions = assembler.tasks.map { (type(of: $0.stage).name, type(of: $0.stage).version) }
        let record = assembler.add(
            "record",
            RunRecordStage(
                title: manifest.name, cases: recordCases, stages: Dictionary(versions) { first, _ in first }),
            inputs: recordInputs)
        return (built, aggregate, report, record)
    }

    private mutating func build(_ name: String, _ category: SourceCategory, _ manifest: JobManifest) throws -> CaseTasks
    {
        let recipe = try TrainingRecipe(manifest)
        assembler.estimateMemory(recipe, hasTextures: manifest.textures != nil)
        let normal = try ingest(category, .train, recipe, manifest)
        let tested = try ingest(category, .test, recipe, manifest)
        let select = assembler.add(
            "\(name)/select",
            SelectStage(
                category: category.name, heldOutFraction: Float(manifest.dataset.heldOutFraction),
                groups: manifest.dataset.groups, prefix: manifest.dataset.trainingPrefix),
            inputs: normal.enumerated().map { TaskInput("images.\($0.offset)", $0.element, "images.json") })
        let trained = try train(name, recipe, select, manifest)
        let model = try model(name, category, recipe, select, trained, manifest)
        var metricsInputs: [TaskInput] = []
        var overlays: [TaskID] = []
        for (number, images) in tested.enumerated() {
            let part = images.path.split(separator: "/").last.map(String.init) ?? "\(number)"
            let scores = try assembler.add(
                "\(name)/score/\(part)", ScoreStage(engine: recipe.scoringEngine),
                inputs: [TaskInput("model", model.calibrate, "model"), TaskInput("images", images, "images.json")]
                    + backbones.inputs(recipe),
                resources: .wholeMachine)
            overlays.append(
                assembler.add(
                    "\(name)/overlay/\(part)", OverlayStage(),
                    inputs: [
                        TaskInput("model", model.calibrate, "model"), TaskInput("images", images, "images.json"),
                        TaskInput("scores", scores, "scores.json"),
                    ]))
            metricsInputs.append(TaskInput("scores.\(number)", scores, "scores.json"))
            metricsInputs.append(TaskInput("images.\(number)", images, "images.json"))
        }
        let metrics = assembler.add(
            "\(name)/metrics", MetricsStage(), inputs: metricsInputs, resources: .wholeMachine)
        let confidence = assembler.add(
            "\(name)/confidence", ConfidenceStage(tolerance: manifest.calibration.tolerance),
            inputs: [TaskInput("model", model.calibrate, "model"), TaskInput("scores", metrics, "scores.json")])
        let drift = assembler.add(
            "\(name)/drift", DriftStage(),
            inputs: [TaskInput("training", select, "training.json"), TaskInput("heldout", select, "heldout.json")]
                + tested.enumerated().map { TaskInput("images.\($0.offset)", $0.element, "images.json") })
        let card = try card(
            name, category.name, recipe, manifest,
            CardEvidenceTasks(
                fit: model.fit, calibrate: model.calibrate, assess: model.assess, division: select,
                ingests: normal + tested, metrics: metrics,
                confidence: confidence, drift: drift))
        return CaseTasks(
            recipe: recipe, ingests: normal + tested, corruptions: trained.corruptions, model: model, select: select,
            metrics: metrics, confidence: confidence, drift: drift, card: card, overlays: overlays)
    }
}
