import Wording

extension CardLimits {
    /// Limits from changes of the camera and from drift of the test images.
    var changes: [Limit] {
        var found = LimitList()
        for change in assessment.cameraChanges {
            let rise = change.falseAlarms - assessment.falseAlarms
            let figures = [
                "images": Double(assessment.changedImages), "falseAlarms": change.falseAlarms,
                "falseAlarmsUnchanged": assessment.falseAlarms, "scoreShift": change.scoreShift,
            ]
            let samples = counted(assessment.changedImages, "held-out image")
            // Inclusive, because shares of few images often hit the bound exactly.
            if rise >= Self.falseAlarmRise - 1e-9 {
                found.add(
                    "cameraChange", figures,
                    "A change of the camera (\(change.label)) raises false alarms from "
                        + "\(CardNumber.percent(assessment.falseAlarms)) to \(CardNumber.percent(change.falseAlarms)) "
                        + "(\(samples)).")
            } else if abs(change.scoreShift) >= Self.scoreShift {
                found.add(
                    "cameraShift", figures,
                    "A change of the camera (\(change.label)) moves the score of a normal image by "
                        + "\(CardNumber.fixed(change.scoreShift, 2)) of the way from the median to the threshold "
                        + "(\(samples)).")
            }
        }
        for measure in drift where measure.isChange {
            found.add(
                "drift",
                [
                    "testMedian": measure.testMedian, "normalMedian": measure.normalMedian,
                    "probability": measure.probability,
                ],
                "The test images differ from the normal images of training and calibration in "
                    + "\(measure.name.lowercased()): median \(CardNumber.significant(measure.testMedian)) against "
                    + "\(CardNumber.significant(measure.normalMedian)) (\(measure.testImages) and "
                    + "\(measure.normalImages) images, p = \(CardNumber.significant(measure.probability)), corrected for the measures of this category)."
            )
        }
        return found.limits
    }

    /// Limits from the preprocessing of the images.
    var images: [Limit] {
        var found = LimitList()
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
            found.add(
                "resized", ["resized": Double(resized), "images": Double(count), "reduction": reduction],
                "\(resized) of \(count) normal images had another size and were resized to \(size) pixels.\(detail)")
        }
        let stretched = sets.reduce(0) { $0 + $1.stretched }
        if stretched > 0 {
            found.add(
                "stretched", ["stretched": Double(stretched), "images": Double(count)],
                "\(stretched) of \(count) normal images have other proportions than \(size) and were stretched by more than "
                    + "\(CardNumber.percent(ImageSet.stretchTolerance)): images of still other proportions look wrong to "
                    + "the model.")
        }
        let enlarged = sets.reduce(0) { $0 + $1.enlarged }
        if enlarged > 0 {
            found.add(
                "enlarged", ["enlarged": Double(enlarged), "images": Double(count)],
                "\(enlarged) of \(count) normal images are smaller than \(size) pixels and were enlarged: there is no finer "
                    + "detail in them to learn.")
        }
        if data.isGrey, count > 0 {
            found.add(
                "noColour", ["images": Double(count)],
                "All \(count) normal images are grey: the model has learned nothing of colour, the synthetic defects were grey too, "
                    + "and an image with colours is outside of what it knows.")
        }
        if let frame = details.frame {
            found.add(
                "frame", ["width": Double(frame.width), "height": Double(frame.height)],
                "The model sees a frame of \(frame.words) of an image's shorter side around the object, which it turns by the "
                    + "object's outline. What lies outside the frame is not judged; nor is the direction in which the object "
                    + "lies, or a second object.")
        }
        if let region = details.region {
            found.add(
                "region", [:],
                "The model judges \(region.words) in each image. What lies outside is not seen, so defects there are missed."
            )
        }
        if (details.tileWidth, details.tileHeight) != (details.width, details.height) {
            found.add(
                "tiles", ["tileWidth": Double(details.tileWidth), "tileHeight": Double(details.tileHeight)],
                "The network sees tiles of \(details.tileWidth) x \(details.tileHeight) pixels: what is wrong in an image of "
                    + "\(size) only as a whole, such as a missing part, may be normal in each tile.")
        }
        return found.limits
    }

    /// Limits of the labelled test images.
    var labels: [Limit] {
        var found = LimitList()
        let (normal, anomalous) = (tests.images.normal, tests.images.anomalous)
        let figures = ["normal": Double(normal), "anomalous": Double(anomalous)]
        if !tests.isMeasured {
            found.add(
                "notMeasured", figures,
                "There are no labelled test images to measure it on (\(normal) normal, \(anomalous) anomalous): what "
                    + "it does with real defects is not known from this job.")
        } else if min(normal, anomalous) < Self.fewTestImages {
            found.add(
                "fewTestImages", figures,
                "The figures of the test images rest on \(normal) normal and \(anomalous) anomalous ones; other "
                    + "images of the same kind may well give others.")
        }
        if data.testCopies > 0 {
            found.add(
                "testCopies", ["images": Double(data.testCopies)],
                "\(counted(data.testCopies, "test image is an exact copy", "test images are exact copies")) "
                    + "of images that the model was trained on or calibrated with, which makes its figures look better."
            )
        }
        return found.limits
    }

    /// Limits of the training.
    var making: [Limit] {
        var found = LimitList()
        if data.training.images < Self.fewTrainingImages, training?.startedFrom == nil {
            found.add(
                "fewTrainingImages", ["images": Double(data.training.images)],
                "It has learned what is normal from \(counted(data.training.images, "image")): what is "
                    + "normal and does not occur in these may be called anomalous.")
        }
        if let training, training.startedFrom != nil {
            found.add(
                "warmStart", ["images": Double(data.training.images), "steps": Double(training.stepsTaken)],
                "It goes on from an earlier model by \(training.stepsTaken) steps on "
                    + "\(counted(data.training.images, "image")). What that model was trained on is in "
                    + "the card of that model, not in this one.")
        }
        switch details.preset {
        case "object":
            let shift = training?.augmentation.shift ?? 0
            found.add(
                "presetObject", ["shift": Double(shift)],
                "Trained with the preset for objects, which expects one thing on a plain background, always in the same place: "
                    + "it was shown shifts of up to \(CardNumber.percent(Double(shift))) of a side."
            )
        case "texture":
            found.add(
                "presetTexture", ["tileWidth": Double(details.tileWidth), "tileHeight": Double(details.tileHeight)],
                "Trained with the preset for textures, which expects surfaces that look alike everywhere: a part that is "
                    + "missing or in the wrong place may not be noticed.")
        default: break
        }
        if let before = assessment.identityErrorBefore, let after = assessment.identityError,
            after > Self.identityShare * before
        {
            found.add(
                "littleTraining", ["identityError": after, "identityErrorBefore": before],
                "The network reproduces normal images with an error of \(CardNumber.percent(after)) of their length, against "
                    + "\(CardNumber.percent(before)) before training: the network has learned little.")
        }
        let setAside = data.normalSetAside.values.reduce(0, +)
        if setAside > 0 {
            found.add(
                "setAside", ["setAside": Double(setAside)],
                "\(counted(setAside, "normal file was", "normal files were")) set aside and not used; see the "
                    + "reasons above.")
        }
        return found.limits
    }
}
