extension CardLimits {
    /// How far the labels of test images reach.
    var labels: [ModelCard.Limit] {
        var limits: [ModelCard.Limit] = []
        let (normal, anomalous) = (tests.images.normal, tests.images.anomalous)
        let figures = ["normal": Double(normal), "anomalous": Double(anomalous)]
        if !tests.isMeasured {
            limits.append(
                ModelCard.Limit(
                    rule: "notMeasured",
                    text:
                        "There are no labelled test images to measure it on (\(normal) normal, \(anomalous) anomalous): what "
                        + "it does with real defects is not known from this job.", figures: figures))
        } else if min(normal, anomalous) < Self.fewTestImages {
            limits.append(
                ModelCard.Limit(
                    rule: "fewTestImages",
                    text:
                        "The figures of the test images rest on \(normal) normal and \(anomalous) anomalous ones; other "
                        + "images of the same kind may well give others.", figures: figures))
        }
        if data.testCopies > 0 {
            limits.append(
                ModelCard.Limit(
                    rule: "testCopies",
                    text:
                        "\(CardNumber.plural(data.testCopies, "test image is an exact copy", "test images are exact copies")) "
                        + "of images that the model was trained on or calibrated with, which makes its figures look better.",
                    figures: ["images": Double(data.testCopies)]))
        }
        return limits
    }

    /// What the way in which it was made leaves open.
    var making: [ModelCard.Limit] {
        var limits: [ModelCard.Limit] = []
        func add(_ rule: String, _ figures: [String: Double], _ text: String) {
            limits.append(ModelCard.Limit(rule: rule, text: text, figures: figures))
        }
        if data.training.images < Self.fewTrainingImages, training.startedFrom == nil {
            add(
                "fewTrainingImages", ["images": Double(data.training.images)],
                "It has learned what is normal from \(CardNumber.plural(data.training.images, "image", "images")): what is "
                    + "normal and does not occur in these may be called anomalous.")
        }
        if training.startedFrom != nil {
            add(
                "warmStart", ["images": Double(data.training.images), "steps": Double(training.stepsTaken)],
                "It goes on from an earlier model by \(training.stepsTaken) steps on "
                    + "\(CardNumber.plural(data.training.images, "image", "images")). What that model was trained on is in "
                    + "the card of that model, not in this one.")
        }
        switch details.preset {
        case "object":
            add(
                "presetObject", ["shift": Double(training.augmentation.shift)],
                "Trained with the preset for objects, which expects one thing on a plain background, always in the same place: "
                    + "it was shown shifts of up to \(CardNumber.percent(Double(training.augmentation.shift))) of a side."
            )
        case "texture":
            add(
                "presetTexture", ["tileWidth": Double(details.tileWidth), "tileHeight": Double(details.tileHeight)],
                "Trained with the preset for textures, which expects surfaces that look alike everywhere: a part that is "
                    + "missing or in the wrong place may not be noticed.")
        default: break
        }
        let (before, after) = (assessment.identityErrorBefore, assessment.identityError)
        if after > Self.identityShare * before {
            add(
                "littleTraining", ["identityError": after, "identityErrorBefore": before],
                "Normal images are given back with an error of \(CardNumber.percent(after)) of their length, against "
                    + "\(CardNumber.percent(before)) before training: the network has learned little.")
        }
        let setAside = data.normalSetAside.values.reduce(0, +)
        if setAside > 0 {
            add(
                "setAside", ["setAside": Double(setAside)],
                "\(CardNumber.plural(setAside, "normal file was", "normal files were")) set aside and took no part; see the "
                    + "reasons above.")
        }
        return limits
    }
}
