import Folders
import Glibc

/// A valid job manifest: the images to train on and to score, and all settings.
public struct JobManifest: Sendable, Equatable {
    /// The path of the manifest as given.
    public let file: String
    /// The absolute path of the manifest's folder, which is the base of relative paths.
    public let folder: String
    /// The manifest with all defaults, in the order of the schema. Paths and variants stay as written.
    ///
    /// Variants may contradict these defaults; a ``JobCase`` has a resolved manifest of its own.
    public let resolved: JSONValue

    public let name: String
    /// Empty if the manifest has none.
    public let description: String
    /// The form of stored paths; does not affect results.
    public let paths: KeptPaths
    public let dataset: DatasetSection
    public let image: ImageSection
    public let augmentation: AugmentationSection
    public let corruption: CorruptionSection
    public let detector: DetectorSection
    public let network: NetworkSection
    public let engine: EngineSection
    public let training: TrainingSection
    public let scoring: ScoringSection
    public let calibration: CalibrationSection
    public let require: RequirementSection
    public let card: CardSection
    /// Does not affect results.
    public let execution: ExecutionSection
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
    ///   - file: the path for error messages, whose folder is the base of relative paths. It need not exist.
    public static func parse(bytes: [UInt8], file: String) throws(ManifestError) -> JobManifest {
        try JobManifest(checking: try document(bytes, file: file), file: file)
    }

    /// Returns every fault of a manifest, ordered by position.
    public static func violations(path: String) -> [ManifestViolation] {
        do {
            _ = try load(path: path)
            return []
        } catch {
            return error.violations
        }
    }

    /// The name of the preset, if the manifest uses one.
    public var preset: String? { resolved["preset"]?.string }

    /// The cases of the manifest: variants times seeds, in the order of the text.
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

    /// The categories with patches in `perCategory`.
    public var changedCategories: [String] {
        (document["perCategory"]?.members ?? []).map { PathText.read($0.name) }
    }

    /// Returns the manifest with the patch for a category applied, or unchanged if there is none.
    public func narrowed(to category: String) throws(ManifestError) -> JobManifest {
        let changes = document["perCategory"]?.members
        guard let patch = changes?.first(where: { PathText.read($0.name) == category })?.value else { return self }
        return try JobManifest(
            checking: JSONMergePatch.apply(patch, to: document.removing("perCategory")), file: file)
    }

    init(checking document: JSONValue, file: String) throws(ManifestError) {
        let violations = ManifestRules.violations(of: document, file: file)
        guard violations.isEmpty else { throw .invalid(file: file, violations: violations) }
        let resolved = Preset.resolved(document)
        let folder = ManifestPath("..", relativeTo: file).absolute
        self.document = document
        self.file = file
        self.folder = folder
        self.resolved = resolved
        name = resolved.text("name")
        description = resolved.text("description")
        paths = resolved.choice("paths")
        dataset = DatasetSection(resolved.member("dataset"), folder: folder)
        image = ImageSection(resolved.member("image"), folder: folder)
        augmentation = AugmentationSection(resolved.member("augmentation"))
        corruption = CorruptionSection(resolved.member("corruption"), folder: folder)
        detector = DetectorSection(resolved.member("detector"))
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

    /// Reads the bytes of a manifest. Of a file above the size limit, it reads just enough for the parser to reject it.
    public static func read(_ path: String) throws(ManifestError) -> [UInt8] {
        do throws(RegularFile.Fault) {
            return try RegularFile(path).read(JSONParser.sizeLimitBytes + 1)
        } catch {
            switch error {
            case .missing: throw .missing(file: path)
            case .system(code: EISDIR): throw .folder(file: path)
            default: throw .unreadable(file: path, reason: "\(error)")
            }
        }
    }

    static func document(_ bytes: [UInt8], file: String) throws(ManifestError) -> JSONValue {
        do {
            return try JSONParser.parse(bytes, file: file)
        } catch {
            throw .malformed(error)
        }
    }
}
