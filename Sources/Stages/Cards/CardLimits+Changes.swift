extension CardLimits {
    /// What the camera, its light or the images may do.
    var changes: [ModelCard.Limit] {
        var limits: [ModelCard.Limit] = []
        for change in assessment.cameraChanges {
            let rise = change.falseAlarms - assessment.falseAlarms
            let figures = [
                "images": Double(assessment.changedImages), "falseAlarms": change.falseAlarms,
                "falseAlarmsUnchanged": assessment.falseAlarms, "scoreShift": change.scoreShift,
            ]
            let samples = CardNumber.plural(assessment.changedImages, "held-out image", "held-out images")
            // Shares of few images are multiples of large fractions: a bound that is reached exactly counts.
            if rise >= Self.falseAlarmRise - 1e-9 {
                limits.append(
                    ModelCard.Limit(
                        rule: "cameraChange",
                        text: "A change of the camera (\(change.label)) raises false alarms from "
                            + "\(CardNumber.percent(assessment.falseAlarms)) to \(CardNumber.percent(change.falseAlarms)) "
                            + "(\(samples)).", figures: figures))
            } else if abs(change.scoreShift) >= Self.scoreShift {
                limits.append(
                    ModelCard.Limit(
                        rule: "cameraShift",
                        text: "A change of the camera (\(change.label)) moves the score of a normal image by "
                            + "\(CardNumber.fixed(change.scoreShift, 2)) of the way from the median to the threshold "
                            + "(\(samples)).", figures: figures))
            }
        }
        for measure in drift where measure.isChange {
            limits.append(
                ModelCard.Limit(
                    rule: "drift",
                    text: "The test images differ from the normal images of training and calibration in "
                        + "\(measure.name.lowercased()): median \(CardNumber.significant(measure.testMedian)) against "
                        + "\(CardNumber.significant(measure.normalMedian)) (\(measure.testImages) and "
                        + "\(measure.normalImages) images, p = \(CardNumber.significant(measure.probability))).",
                    figures: [
                        "testMedian": measure.testMedian, "normalMedian": measure.normalMedian,
                        "probability": measure.probability,
                    ]))
        }
        return limits
    }

    /// What the originals were, beside what the network sees.
    var images: [ModelCard.Limit] {
        var limits: [ModelCard.Limit] = []
        func add(_ rule: String, _ figures: [String: Double], _ text: String) {
            limits.append(ModelCard.Limit(rule: rule, text: text, figures: figures))
        }
        let sets = [data.training, data.heldOut]
        let count = data.normalImages
        let size = "\(details.width) x \(details.height)"
        let resized = sets.reduce(0) { $0 + $1.resized }
        if resized > 0 {
            let reduction = sets.map(\.largestReduction).max() ?? 1
            let detail =
                reduction > 1
                ? " By up to \(CardNumber.fixed(reduction, 1)) times: what is narrower than so many pixels of the original is "
                    + "less than one pixel of what the network sees." : ""
            add(
                "resized", ["resized": Double(resized), "images": Double(count), "reduction": reduction],
                "\(resized) of \(count) normal images had another size and were resized to \(size) pixels.\(detail)")
        }
        let stretched = sets.reduce(0) { $0 + $1.stretched }
        if stretched > 0 {
            add(
                "stretched", ["stretched": Double(stretched), "images": Double(count)],
                "\(stretched) of \(count) normal images have other proportions than \(size) and were stretched by more than "
                    + "\(CardNumber.percent(ImageSet.stretchTolerance)): images of other proportions again look wrong to the "
                    + "model.")
        }
        let enlarged = sets.reduce(0) { $0 + $1.enlarged }
        if enlarged > 0 {
            add(
                "enlarged", ["enlarged": Double(enlarged), "images": Double(count)],
                "\(enlarged) of \(count) normal images are smaller than \(size) pixels and were enlarged: there is no finer "
                    + "detail in them to learn.")
        }
        if data.isGrey, count > 0 {
            add(
                "noColour", ["images": Double(count)],
                "All \(count) normal images are grey: the model has learned nothing of colour, the synthetic defects were grey too, "
                    + "and an image with colours is outside of what it knows.")
        }
        if (details.tileWidth, details.tileHeight) != (details.width, details.height) {
            add(
                "tiles", ["tileWidth": Double(details.tileWidth), "tileHeight": Double(details.tileHeight)],
                "The network sees tiles of \(details.tileWidth) x \(details.tileHeight) pixels: what is wrong in an image of "
                    + "\(size) only as a whole, such as a missing part, may be normal in each tile.")
        }
        return limits
    }
}
