/// The rules of `image`.
extension ManifestRules {
    mutating func checkImage() {
        let (width, height) = (number("image", "width"), number("image", "height"))
        if let box = value(["scoring"])["boxSize"]?.number, box.double >= min(width.double, height.double) {
            report(
                ["scoring", "boxSize"], found: "\(box.text) for an image of \(width.text) x \(height.text) pixels",
                expected: "less than both sides", remedy: "lower it")
        }
        if let range = value(["image"])["range"], let bounds = range.elements?.compactMap(\.number), bounds.count == 2,
            // Samples have single precision.
            Float(bounds[0].double) >= Float(bounds[1].double)
        {
            report(
                ["image", "range"], found: "the range \(bounds[0].text) to \(bounds[1].text)",
                expected: "the sample value of black, then a larger one of white",
                remedy: "write [0, 4095] for a 12-bit camera, or remove \"range\"")
        }
        if let depth = value(["image"])["depth"]?.number, value(["image"])["range"] != nil {
            report(
                ["image", "depth"], found: "\(depth.text) together with \"range\"",
                expected: "one of them, as both state the sample value of white", remedy: "remove one")
        }
        checkRegion()
        if value(["image", "colour"]).string == "sRGB",
            let key = ["range", "depth"].first(where: { value(["image"])[$0] != nil })
        {
            report(
                ["image", "colour"], found: "\"sRGB\" together with \"\(key)\"",
                expected: "the full range of the files, to which colour profiles apply", remedy: "remove \"\(key)\"")
        }
        checkReduction()
        let tile = value(["image"])["tile"]
        if let tile { checkTile(tile, width, height) }
        let (seenWidth, seenHeight) = (tile?.member("width").number ?? width, tile?.member("height").number ?? height)
        if value(["augmentation", "quarterTurns"]).bool == true, seenWidth != seenHeight {
            report(
                ["augmentation", "quarterTurns"],
                found:
                    "true for \(tile == nil ? "an image" : "tiles") of \(seenWidth.text) x \(seenHeight.text) pixels",
                expected: "quarter turns of square images only",
                remedy: "set it to false, or make width and height equal")
        }
    }

    private mutating func checkRegion() {
        guard let region = value(["image"])["region"] else { return }
        let path = ["image", "region"]
        if let keys = region.members?.map(\.name), keys.count != 1 {
            report(
                path, found: keys.isEmpty ? "an empty object" : keys.joined(separator: " and "),
                expected: "one of polygon, mask and masks", remedy: "keep one; in a patch, null removes the other")
        }
        if value(["image"])["frame"] != nil {
            report(
                path, found: "a region together with \"frame\"",
                expected: "one of them: the frame moves with the object",
                remedy: "remove one")
        }
        if region["masks"] != nil, resolved["retrain"] != nil {
            report(
                path + ["masks"], found: "a mask for each image in a manifest with the section retrain",
                expected: "a region that new images have too", remedy: "use \"polygon\", \"mask\" or \"auto\"")
        }
        let external = value(["detector"])["external"]
        if string("detector", "kind") == "external", external?["maps"] != nil, external?["scores"]?.bool == true {
            report(
                path, found: "a region with scores of another program", expected: "scores of the region alone",
                remedy: "set detector.external.scores to false, which computes them from the maps")
        }
    }

    /// A network needs multiples of 8 pixels.
    private mutating func checkReduction() {
        guard let reduction = value(["network"])["reduction"]?.number, reduction.double > 1 else { return }
        let tile = value(["image"])["tile"] == nil ? [] : [["image", "tile", "width"], ["image", "tile", "height"]]
        for (path, multiple, least) in ([["image", "width"], ["image", "height"]] + tile).map({ ($0, 8.0, 32.0) })
            + (tile.isEmpty ? [] : [(["image", "tile", "overlap"], 1.0, 0.0)])
        {
            guard let number = value(path).number else { continue }
            let (step, lowest) = (multiple * reduction.double, least * reduction.double)
            guard number.double.truncatingRemainder(dividingBy: step) != 0 || number.double < lowest else { continue }
            report(
                path, found: "\(number.text) where network.reduction is \(reduction.text)",
                expected: "a multiple of \(Int(step))" + (lowest > 0 ? " of at least \(Int(lowest))" : ""),
                remedy: "change it, or lower network.reduction")
        }
    }

    private mutating func checkTile(_ tile: JSONValue, _ width: JSONNumber, _ height: JSONNumber) {
        for (side, whole) in [("width", width), ("height", height)] {
            guard let number = tile.member(side).number, number.double > whole.double else { continue }
            report(
                ["image", "tile", side], found: "\(number.text) in an image of \(width.text) x \(height.text) pixels",
                expected: "at most \(whole.text)", remedy: "lower it, or remove \"tile\"")
        }
        let sides = [tile.member("width"), tile.member("height")].compactMap(\.double)
        guard let overlap = tile.member("overlap").number, let least = sides.min(), 2 * overlap.double >= least else {
            return
        }
        report(
            ["image", "tile", "overlap"],
            found: "\(overlap.text) pixels for a tile with a shorter side of \(Int(least))",
            expected: "less than half the shorter side", remedy: "lower it, or enlarge the tile")
    }
}
