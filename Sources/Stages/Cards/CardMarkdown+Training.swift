import Wording

/// The sections on a model's data, training and threshold.
extension CardMarkdown {
    var trainingData: String {
        let data = card.data, owner = card.statedByOwner
        var rows = FactRows()
        rows.add("Category", data.category)
        rows.add("Layout", data.layout)
        rows.add("Source", stated(owner.dataSource))
        rows.add("Licence of the data", stated(owner.dataLicence))
        rows.add("Normal files set aside", setAside(data.normalSetAside))
        rows.add("Test files set aside", setAside(data.testSetAside))
        rows.add("Exact copies among the normal files", data.copies == 0 ? "none" : "\(data.copies), used once")
        if let textures = data.textures {
            rows.add("Foreign textures", counted(textures.images, "image"))
            rows.add("SHA-256 of the list of textures", code: textures.listSHA256.hex)
        } else {
            rows.add("Foreign textures", "none: made by formula")
        }
        let sets = [("training", data.training), ("held out", data.heldOut), ("test", data.test)]
        let table = MarkdownText.table(
            ["Images", "Number", "Formats", "Sizes in pixels", "SHA-256 of the list"],
            sets.map { name, set -> [Cell] in
                let digest = set.images == 0 ? Cell.text("none") : .code(set.listSHA256.hex)
                return [.text(name), .text("\(set.images)"), .text(formats(set)), .text(sizes(set)), digest]
            })
        return section(
            "Training and evaluation data",
            [
                rows.markdown, table,
                "Training takes the normal images alone; held-out images are normal ones that the threshold is set from. The "
                    + "division depends on the content of the files, not on their names.",
            ])
    }

    private func setAside(_ counts: [String: Int]) -> String {
        guard !counts.isEmpty else { return "none" }
        let total = counts.values.reduce(0, +)
        let reasons = counts.sorted { $0.key < $1.key }.map { name, count in
            "\(count) \(ImageFault(rawValue: name)?.words ?? "for a reason that is not recorded")"
        }
        return "\(total): " + reasons.joined(separator: "; ")
    }

    private func formats(_ set: ImageSet) -> String {
        set.formats.map { kind in
            let all = kind.images == set.images ? "" : ": \(kind.images)"
            return "\(kind.format.uppercased()), \(kind.colour), \(kind.bitDepth) bit\(all)"
        }.joined(separator: "; ")
    }

    private func sizes(_ set: ImageSet) -> String {
        let listed = set.sizes.map { size in
            "\(size.width) x \(size.height)" + (size.images == set.images ? "" : ": \(size.images)")
        }
        let more = set.distinctSizes - set.sizes.count
        return (listed + (more > 0 ? ["and \(more) other sizes"] : [])).joined(separator: "; ")
    }

    /// Nil for a detector that is not trained.
    var training: String? {
        guard let facts = card.training else { return nil }
        let corruption = facts.corruption
        func number(_ value: Float) -> String { CardNumber.significant(Double(value)) }
        var rows = FactRows()
        rows.add("Start", facts.startedFrom.map { "the model \($0.hex)" } ?? "new weights")
        var steps = "\(facts.stepsTaken)"
        if facts.stepsTaken != facts.steps { steps += " of a schedule of \(facts.steps)" }
        if facts.candidates > 1 { steps += ", the best of the last \(facts.candidates) checkpoints" }
        rows.add("Steps", steps)
        rows.add("Batch", counted(facts.batchSize, "image"))
        rows.add("Optimiser", "Adam (beta 0.9 and 0.999)")
        rows.add(
            "Learning rate",
            "\(number(facts.learningRate)) after \(facts.warmupSteps) steps of warm-up, falling by a cosine to "
                + number(facts.finalLearningRate))
        rows.add("Weight of corrupted pixels (lambda)", number(facts.lambda))
        rows.add("Noise on input and target", facts.noise > 0 ? number(facts.noise) : "none")
        rows.add("Average of the weights", facts.averageDecay > 0 ? "decay \(number(facts.averageDecay))" : "none")
        rows.add("Longest gradient", facts.gradientNorm > 0 ? number(facts.gradientNorm) : "any")
        rows.add("Seed", "\(facts.seed)")
        let (first, last) = (CardNumber.significant(facts.lossAtStart), CardNumber.significant(facts.lossAtEnd))
        let count = min(TrainingFacts.lossSteps, facts.stepsTaken)
        rows.add(
            "Loss",
            "\(first) at the start, \(last) at the end (means over \(counted(count, "step")))")
        let clean = CardNumber.percent(Double(corruption.cleanFraction))
        rows.add(
            "Corruption",
            "\(corruption.model), version \(corruption.version); \(clean) of the samples stay clean"
                + (corruption.foregroundOnly ? "; the object alone" : ""))
        let settings = corruption.settings.sorted { $0.key < $1.key }.map {
            "\($0.key) \(CardNumber.significant($0.value))"
        }
        rows.add("Settings of the corruption", settings.isEmpty ? nil : settings.joined(separator: ", "))
        rows.add("Augmentation", augmentation(facts.augmentation))
        return section("Training", [rows.markdown])
    }

    private func augmentation(_ changes: TrainingFacts.Changes) -> String {
        var parts: [String] = []
        if changes.flipHorizontal { parts.append("mirrored left and right") }
        if changes.flipVertical { parts.append("mirrored top and bottom") }
        if changes.quarterTurns { parts.append("turned by quarters") }
        let ranges: [(String, Float)] = [
            ("shift", changes.shift), ("brightness", changes.brightness), ("contrast", changes.contrast),
            ("colour", changes.colour), ("sharpness", changes.sharpness),
        ]
        for (name, value) in ranges where value > 0 {
            parts.append("\(name) up to \(CardNumber.percent(Double(value)))")
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    var threshold: String {
        let facts = card.threshold
        func number(_ value: Float) -> String { CardNumber.significant(Double(value)) }
        var rows = FactRows()
        rows.add("Threshold", "\(number(facts.value)) (median normal image: \(number(facts.median)))")
        if let calibrated = facts.calibrated {
            rows.add("Set by", "a person, in the manifest; the held-out images give \(number(calibrated))")
        } else {
            rows.add("Method", "\(facts.estimate), quantile \(number(facts.quantile))")
            rows.add(
                facts.expectedMisses == nil ? "Target" : "Expected",
                "\(CardNumber.percent(facts.targetFalseAlarmRate)) false alarms on normal images"
                    + (facts.expectedMisses.map { ", \(CardNumber.percent($0)) of synthetic defects missed" } ?? ""))
        }
        var basis = counted(facts.heldOutImages, "held-out image")
        if facts.heldOutScores > facts.heldOutImages { basis += " (\(facts.heldOutScores) scores, with augmentations)" }
        if facts.trainingScores > 0 {
            basis += "; the spread also on \(facts.trainingScores) images that were trained on"
        }
        rows.add("Rests on", basis)
        var uncertain = "none"
        if let to = facts.uncertainTo {
            uncertain =
                facts.uncertainFrom.map { "of scores from \(number($0)) to \(number(to))" }
                ?? "of all scores below \(number(to))"
        }
        rows.add("Uncertain verdicts", "\(uncertain), at a tolerance of \(CardNumber.significant(facts.tolerance))")
        let marked = card.testMetrics.kinds.reduce(0) { $0 + $1.uncertain }
        let tested = card.testMetrics.kinds.reduce(0) { $0 + $1.images }
        rows.add("Uncertain among the test images", tested > 0 ? "\(marked) of \(tested)" : nil)
        let note =
            facts.calibrated == nil
            ? "No test image and no label took part in it."
            : "What led to it is not recorded here, so figures on test images may be better than on new ones."
        return section("Decision threshold", [rows.markdown, note])
    }
}
