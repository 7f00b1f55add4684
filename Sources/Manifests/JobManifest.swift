import Folders

/// A job manifest that passed every check: what to learn from, what to score, and with which settings.
public struct JobManifest: Sendable, Equatable {
    /// Path of the manifest as given.
    public let file: String
    /// Absolute path of the folder of the manifest, which relative paths start from.
    public let folder: String
    /// The manifest with every default filled in, in the order of the schema; paths and variants as written.
    ///
    /// That of a ``JobCase`` is a manifest of its own; here a variant may contradict a default that was filled in.
    public let resolved: JSONValue

    public let name: String
    /// Empty where the manifest has none.
    public let description: String
    /// How paths are written where they are kept; without influence on any figure.
    public let paths: KeptPaths
    public let dataset: DatasetSection
    public let image: ImageSection
    public let augmentation: AugmentationSection
    public let corruption: CorruptionSection
    public let network: NetworkSection
    public let engine: EngineSection
    public let training: TrainingSection
    public let scoring: ScoringSection
    public let calibration: CalibrationSection
    /// What the figures have to be for a run to succeed.
    public let require: RequirementSection
    /// What people say of the model, for its card.
    public let card: CardSection
    /// How tasks are run; without influence on any result.
    public let execution: ExecutionSection
    /// What a night does; nil where the manifest does not say.
    public let retrain: RetrainSection?

    /// The manifest as written.
    let document: JSONValue

    /// Reads and checks a manifest.
    public static func load(path: String) throws(ManifestError) -> JobManifest {
        try parse(bytes: try read(path), file: path)
    }

    /// Checks the text of a manifest.
    /// - Parameters:
    ///   - bytes: the text, UTF-8.
    ///   - file: the path to name in errors, and whose folder relative paths start from. It need not exist.
    public static func parse(bytes: [UInt8], file: String) throws(ManifestError) -> JobManifest {
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes, file: file)
        } catch {
            throw .malformed(error)
        }
        return try JobManifest(checking: document, file: file)
    }

    /// Every fault of a manifest, by its place in the file; empty for a valid one.
    public static func violations(path: String) -> [ManifestViolation] {
        do {
            _ = try load(path: path)
            return []
        } catch {
            return error.violations
        }
    }

    /// The name of the preset that the manifest asks for; nil where it asks for none.
    public var preset: String? { resolved["preset"]?.string }

    /// The runs that the manifest asks for: variants times seeds, in the order of the text.
    public func cases() throws(ManifestError) -> [JobCase] {
        var cases: [JobCase] = []
        for expansion in CaseExpansion.expand(document) {
            cases.append(
                JobCase(
                    name: expansion.name, variant: expansion.variant,
                    manifest: try JobManifest(checking: expansion.document, file: file)))
        }
        return cases
    }

    /// The names that the manifest has changes for.
    public var changedCategories: [String] {
        (document["perCategory"]?.members ?? []).map { PathText.read($0.name) }
    }

    /// The manifest with the changes for a category; itself where there are none.
    public func narrowed(to category: String) throws(ManifestError) -> JobManifest {
        let changes = document["perCategory"]?.members
        guard let patch = changes?.first(where: { PathText.read($0.name) == category })?.value else { return self }
        return try JobManifest(
            checking: JSONMergePatch.apply(patch, to: document.removing("perCategory")), file: file)
    }

    init(checking document: JSONValue, file: String) throws(ManifestError) {
        let violations = ManifestRules.violations(of: document, file: file)
        guard violations.isEmpty else { throw .invalid(file: file, violations: violations) }
        let resolved = JobSchema.validator.applyingDefaults(to: Preset.applied(to: document))
        let folder = ManifestPath("..", relativeTo: file).absolute
        self.document = document
        self.file = file
        self.folder = folder
        self.resolved = resolved
        name = resolved.text("name")
        description = resolved.text("description")
        paths = resolved.choice("paths")
        dataset = DatasetSection(resolved.member("dataset"), folder: folder)
        image = ImageSection(resolved.member("image"))
        augmentation = AugmentationSection(resolved.member("augmentation"))
        corruption = CorruptionSection(resolved.member("corruption"), folder: folder)
        network = NetworkSection(resolved.member("network"))
        engine = EngineSection(resolved.member("engine"))
        training = TrainingSection(resolved.member("training"))
        scoring = ScoringSection(resolved.member("scoring"))
        calibration = CalibrationSection(resolved.member("calibration"))
        require = RequirementSection(resolved["require"])
        card = CardSection(resolved.member("card"))
        execution = ExecutionSection(resolved.member("execution"))
        retrain = resolved["retrain"].map { RetrainSection($0, folder: folder) }
    }

    /// The bytes of a manifest; of a file that is too large, enough for the parser to refuse it.
    public static func read(_ path: String) throws(ManifestError) -> [UInt8] {
        do throws(RegularFile.Fault) {
            // One byte more than allowed, for the parser to see that there are too many.
            return try RegularFile(path).read(JSONParser.sizeLimitBytes + 1)
        } catch {
            throw error == .missing ? .missing(file: path) : .unreadable(file: path, reason: "\(error)")
        }
    }
}
