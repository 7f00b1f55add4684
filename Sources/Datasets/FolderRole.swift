/// The role of a folder's images, inferred from its name regardless of case: `train`, `OK`, `NG`, `test_public` or
/// `ground_truth`.
package struct FolderRole: OptionSet {
    package let rawValue: Int

    package static let normal = FolderRole(rawValue: 1)
    package static let defects = FolderRole(rawValue: 2)
    package static let train = FolderRole(rawValue: 4)
    package static let test = FolderRole(rawValue: 8)
    package static let masks = FolderRole(rawValue: 16)

    /// True for images that must not be trained on.
    package var isNotForTraining: Bool { !isDisjoint(with: [.defects, .test, .masks]) }

    private static let normalWords: Set = [
        "good", "ok", "okay", "io", "normal", "normals", "nominal", "pass", "passed", "accepted", "healthy", "clean",
        "flawless", "perfect", "intact", "conforming", "gut", "nodefect", "nodefects", "nondefective", "undamaged",
        "defectfree", "anomalyfree", "nonanomalous", "faultless", "noncracked", "uncracked",
        "bon", "良品",
    ]
    private static let defectWords: Set = [
        "bad", "ko", "ng", "nok", "nio", "fail", "fails", "failed", "failure", "failures", "fault", "faults", "faulty",
        "broken", "scrap", "scrapped", "waste", "bent", "cut", "cuts", "hole", "holes", "chip", "chipped", "dent",
        "dents", "missing", "poor", "wrong", "outlier", "outliers", "stain", "stains", "burr", "schlecht", "notok",
        "notgood", "nogood", "nonok", "notnormal", "nonnormal", "unnormal", "novelty", "novelties", "crack", "cracks",
        "cracked", "cracking", "mauvais", "不良品", "不良",
    ]
    private static let defectBeginnings = [
        "defect", "defekt", "anomal", "abnormal", "reject", "damag", "scratch", "fehler", "contaminat",
        "nonconform", "imperfect", "flawed", "blemish",
    ]
    private static let maskWords: Set = [
        "mask", "masks", "groundtruth", "groundtruths", "gt", "segmentation", "segmentations", "annotation",
        "annotations",
    ]
    /// Words that mean masks only without other words: a bottle may lack its label, or be a labelled one.
    private static let maskNames: Set = ["label", "labels", "labelled", "seg"]
    /// Words that may stand beside these.
    private static let maskAttributes: Set = [
        "image", "images", "img", "map", "maps", "pixel", "pixels", "pixelwise", "binary", "v", "png", "jpg", "tif",
        "tiff", "bmp", "xml", "json",
    ]
    /// Words that may stand beside the plural of these, as in `NG_labels`.
    private static let verdictWords: Set = [
        "good", "ok", "normal", "bad", "ko", "ng", "nok", "nio", "defect", "defects", "defective", "anomaly",
        "anomalies", "anomalous", "abnormal",
    ]
    private static let testWords: Set = [
        "test", "tests", "testing", "testset", "val", "valid", "validation", "eval", "evaluation",
    ]
    private static let trainWords: Set = ["train", "training", "trainset"]

    /// Words that are a verdict only as the whole name: a battery has a positive plate.
    private static let wholeNames: [String: FolderRole] = [
        "negative": .normal, "negatives": .normal, "positive": .defects, "positives": .defects,
    ]

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// The role of a file, from the words of its name that are set off by other characters than letters and digits:
    /// `crack_07`. Numbers in hexadecimal digits hold "bad" by chance.
    init(stem: String) {
        let words = stem.split { !$0.isLetter && !$0.isNumber }.filter { $0.allSatisfy(\.isLetter) }
        self.init(words.joined(separator: " "))
    }

    package init(_ name: String) {
        let words = FolderRole.words(name)
        let whole = words.joined()
        var role: FolderRole = []
        if words.contains(where: FolderRole.maskWords.contains) || FolderRole.maskWords.contains(whole)
            || FolderRole.isLabelling(words)
        {
            role.insert(.masks)
        }
        if words.contains(where: FolderRole.testWords.contains) { role.insert(.test) }
        if words.contains(where: FolderRole.trainWords.contains) { role.insert(.train) }
        role.formUnion(FolderRole.wholeNames[whole] ?? [])
        // The whole name first: a part of "not good" or "defect-free" means the opposite.
        let rest = words.filter { !FolderRole.testWords.contains($0) && !FolderRole.trainWords.contains($0) }.joined()
        if FolderRole.normalWords.contains(rest) {
            role.insert(.normal)
        } else if FolderRole.isDefect(rest) || words.contains(where: FolderRole.isDefect) {
            role.insert(.defects)
        } else if words.contains(where: FolderRole.normalWords.contains) {
            role.insert(.normal)
        }
        self = role
    }

    /// True for `labels`, `test_labels` or `NG_labels`, and not for `missing_label`.
    private static func isLabelling(_ words: [String]) -> Bool {
        let isPlural = words.contains("labels") || words.contains("seg")
        let rest = words.filter { word in
            !testWords.contains(word) && !trainWords.contains(word) && !maskAttributes.contains(word)
                && !(isPlural && verdictWords.contains(word))
        }
        return !rest.isEmpty && rest.allSatisfy(maskNames.contains)
    }

    private static func isDefect(_ word: String) -> Bool {
        defectWords.contains(word) || defectBeginnings.contains { word.hasPrefix($0) }
    }

    /// The words of a name in lower case, split at non-letters and camel-case humps.
    private static func words(_ name: String) -> [String] {
        var words = [""]
        var isAfterLower = false
        for character in name {
            if !character.isLetter || (isAfterLower && character.isUppercase) { words.append("") }
            if character.isLetter { words[words.count - 1] += character.lowercased() }
            isAfterLower = character.isLowercase
        }
        return words.filter { !$0.isEmpty }
    }

    /// True for the name of a mask file: `003_mask`, or `003_label` and the like beside `003`.
    ///
    /// - Parameters:
    ///   - stem: the name without extension.
    ///   - stems: the names of all images in its folder.
    static func isMask(_ stem: String, among stems: Set<String>) -> Bool {
        guard let end = stem.lastIndex(where: { "_-.".contains($0) }) else { return false }
        let word = stem[stem.index(after: end)...].lowercased()
        if word == "mask", stem[end] == "_" { return true }
        return (maskWords.contains(word) || maskNames.contains(word)) && stems.contains(String(stem[..<end]))
    }

    /// A sentence for each kind that counts as defective although its name, or that of a folder in it, says normal.
    package static func doubtfulKinds(of category: SourceCategory) -> [String] {
        let defective = category.images.filter { $0.isAnomalous == true }
        return Set(defective.map(\.kind)).sorted().compactMap { kind in
            if FolderRole(kind) == .normal {
                return
                    "\(category.name): test images of the kind \"\(kind)\" count as defective; if they are normal, add the name "
                    + "to \"folders\": { \"normalKinds\": [...] } in the manifest's dataset"
            }
            let inner = defective.lazy.filter { $0.kind == kind }.compactMap { image in
                image.file.split(separator: "/").dropLast().map(String.init).first {
                    $0 != kind && FolderRole($0) == .normal
                }
            }.first
            return inner.map {
                "\(category.name): test images of the kind \"\(kind)\" count as defective, also those in its folder \"\($0)\"; kinds are "
                    + "the folders directly below that of the test images"
            }
        }
    }
}
