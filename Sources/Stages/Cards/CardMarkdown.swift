import Wording

/// A model card in Markdown, with the section names of "Model Cards for Model Reporting". Only here are numbers
/// rounded.
struct CardMarkdown {
    typealias Cell = MarkdownText.Cell

    let card: ModelCard

    init(_ card: ModelCard) { self.card = card }

    var text: String {
        let parts: [String?] = [
            "# Model card: \(escaped(card.model.case))",
            escaped(
                "Made by Nominal \(card.program.nominal) from the records of the job \"\(card.model.job)\". Everything "
                    + "below is from these records, except the statements marked as the owner's. The file that ends in "
                    + ".card.json beside this one holds the same for programs, with all digits."),
            details, intendedUse, trainingData, training, threshold, metrics, analyses, factors, caveats, checking,
        ]
        return parts.compactMap(\.self).joined(separator: "\n\n") + "\n"
    }

    func escaped(_ text: String) -> String { MarkdownText.escaped(text) }

    /// A section; nil parts are omitted.
    func section(_ title: String, _ parts: [String?]) -> String {
        (["## \(title)"] + parts.compactMap { $0 }).joined(separator: "\n\n")
    }

    func list(_ sentences: [String]) -> String { sentences.map { "- \(escaped($0))" }.joined(separator: "\n") }

    func stated(_ text: String?) -> String { text.map { "\($0) (stated by the owner)" } ?? "not stated" }

    private var details: String {
        let model = card.model, program = card.program, owner = card.statedByOwner
        var rows = FactRows()
        rows.add("Model", model.case)
        rows.add("Trained on", model.category)
        rows.add("Job", model.job)
        rows.add("SHA-256 of the model file", code: model.sha256.hex)
        rows.add("Format of the model file", "NOMMODEL, version \(model.formatVersion)")
        rows.add(
            "Detector", ([model.detector] + model.facts.map { "\($0.label): \($0.value)" }).joined(separator: ", "))
        rows.add("Input", input)
        rows.add("Preset", model.preset ?? "none")
        rows.add("Anomaly map", map)
        rows.add("Image score", imageScore)
        rows.add("Program", "Nominal \(program.nominal), numerics \(program.numerics)")
        rows.add("Computed by, in training", engine(program.trainingEngine))
        rows.add("Computed by, in scoring", engine(program.scoringEngine))
        let stages = program.stages.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        rows.add("Versions of the stages", stages.joined(separator: ", "))
        rows.add("Owner", stated(owner.owner))
        rows.add("Contact", stated(owner.contact))
        rows.add("Licence of the model", stated(owner.licence))
        return section("Model details", [rows.markdown])
    }

    private var input: String {
        let model = card.model
        let size =
            "\(model.width) x \(model.height) pixels, RGB"
            + (model.region.map { ", of which \($0.words) is judged" } ?? "")
            + (model.frame.map { ", in a frame of \($0.words) of the image's shorter side around the object" } ?? "")
        guard (model.tileWidth, model.tileHeight) != (model.width, model.height) else { return size }
        return size + ", in tiles of \(model.tileWidth) x \(model.tileHeight) that overlap by \(model.tileOverlap)"
    }

    private var map: String {
        let scoring = card.model.scoring
        let passes = counted(scoring.boxPasses, "time")
        var text = "normalization \(scoring.normalization), box filter of \(scoring.boxSize) pixels applied \(passes)"
        if scoring.scales > 1 { text += ", \(scoring.scales) scales" }
        if scoring.levels > 1 { text += ", \(scoring.levels) levels" }
        return text
    }

    private var imageScore: String {
        let scoring = card.model.scoring
        guard scoring.imageScore == "topK" else { return "\(scoring.imageScore) of the map" }
        return "mean of the largest \(CardNumber.percent(Double(scoring.topFraction))) of the map"
    }

    private func engine(_ parts: [String: String]) -> String {
        let rest = parts.filter { !["engine", "precision", "library"].contains($0.key) }
            .sorted { $0.key < $1.key }.map { ", \($0.key.replacing("environment.", with: ""))=\($0.value)" }.joined()
        return "\(parts["library"] ?? parts["engine"] ?? ""), \(parts["precision"] ?? "")\(rest)"
    }

    private var intendedUse: String {
        let owner = card.statedByOwner
        return section(
            "Intended use",
            [
                list(card.intendedUse.whatItDoes), "### Intended", escaped(sentence(owner.intendedUse)),
                "### Out of scope", list(card.intendedUse.outOfScope), escaped(sentence(owner.outOfScope)),
            ])
    }

    private func sentence(_ text: String?) -> String {
        text.map { "Stated by the owner: \($0)" } ?? "The owner has stated nothing."
    }

    private var caveats: String {
        section(
            "Caveats and recommendations",
            [
                "Limits that rules find in the facts above, each with the numbers that it rests on. What no rule looks for may be "
                    + "wrong all the same.",
                card.limits.isEmpty ? "No rule found a limit." : list(card.limits.map(\.text)),
                card.statedByOwner.notes.map { escaped("Notes of the owner: \($0)") },
            ])
    }

    private var checking: String {
        // Nights split the images differently.
        let files =
            card.program.stages[SelectStage.name] != nil
            ? "`run.json` of the run names the files with their digests; of the normal ones, those with the smallest digests were "
                + "held out."
            : "Which images these were is in the record of the night, which `nominal retrain --check` computes again."
        return section(
            "How to check this card",
            [
                "The digest of the model file is what `sha256sum` prints. That of a list of images is of the digests of its files, "
                    + "sorted, a line each: `sha256sum FILES | cut -c1-64 | sort -u | sha256sum`; of equal files, one counts. "
                    + files
            ])
    }
}
