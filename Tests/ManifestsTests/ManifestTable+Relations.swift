/// Rows about variants, relations between keys and the grammar.
extension ManifestTableRow {
    static let variants: [Self] = [
        bad("variants that are a list", #""variants": []"#, ("/variants", 13)),
        bad("a variant that is null", #""variants": {"a": null}"#, ("/variants/a", 19)),
        bad("a variant with a name", #""variants": {"a": {"name": "b"}}"#, ("/variants/a/name", 20)),
        bad("a variant within a variant", #""variants": {"a": {"variants": {}}}"#, ("/variants/a/variants", 20)),
        bad("a variant with a bad name", #""variants": {"a/b": {}}"#, ("/variants/a~1b", 14)),
        bad(
            "a value that a variant breaks", #""variants": {"a": {"image": {"width": 7}}}"#, by: .rules,
            ("/variants/a/image/width", 39)),
        bad(
            "a section that a variant breaks", #""variants": {"a": {"image": 7}}"#, by: .rules,
            ("/variants/a/image", 29)),
        bad(
            "a dataset that a variant removes", #""variants": {"a": {"dataset": null}}"#, by: .rules,
            ("/variants/a", 19)),
        bad(
            "a relation that a variant breaks", #""variants": {"a": {"training": {"steps": 9}}}"#, by: .rules,
            ("/variants/a/training/warmupSteps", 32)),
        bad(
            "variants whose cases share a name", #""variants": {"a": {"training": {"seeds": [1]}}, "a.seed1": {}}"#,
            by: .rules, ("/variants", 13)),
    ]

    static let relations: [Self] = [
        bad(
            "warm-up as long as training", #""training": {"steps": 100, "warmupSteps": 100}"#, by: .rules,
            ("/training/warmupSteps", 43)),
        bad(
            "a choice among checkpoints of a fusion",
            #""detector": {"kind": "fusion"}, "training": {"candidates": 4}"#, by: .rules, ("/training/candidates", 60)),
        bad(
            "training shorter than the default warm-up", #""training": {"steps": 50}"#, by: .rules,
            ("/training/warmupSteps", 13)),
        bad(
            "a learning rate that rises", #""training": {"finalLearningRate": 0.1}"#, by: .rules,
            ("/training/finalLearningRate", 35)),
        bad(
            "too few patches at most", #""corruption": {"structured": {"patches": {"min": 4}}}"#, by: .rules,
            ("/corruption/structured/patches/min", 50)),
        bad(
            "sizes in the wrong order", #""corruption": {"structured": {"size": {"max": 0.01}}}"#, by: .rules,
            ("/corruption/structured/size/min", 39)),
        bad(
            "two relations at once",
            #""corruption": {"structured": {"opacity": {"min": 0.9, "max": 0.8}, "softness": {"min": 0.05}}}"#,
            by: .rules, ("/corruption/structured/opacity/min", 50), ("/corruption/structured/softness/min", 88)),
        bad(
            "shapes without weight",
            #""corruption": {"structured": {"shapes": {"ellipse": 0, "polygon": 0, "stroke": 0}}}"#,
            by: .rules, ("/corruption/structured/shapes", 41)),
        bad(
            "a box as large as the image", #""image": {"width": 32}, "scoring": {"boxSize": 33}"#, by: .rules,
            ("/scoring/boxSize", 48)),
        bad(
            "a stop after the last step", #""training": {"stopAfter": 1001}"#, by: .rules, ("/training/stopAfter", 27)),
        bad(
            "levels of plain errors", #""scoring": {"levels": 3}"#, by: .rules, ("/scoring/levels", 23)),
        bad(
            "quarter turns of an oblong", #""image": {"width": 128}, "augmentation": {"quarterTurns": true}"#,
            by: .rules, ("/augmentation/quarterTurns", 59)),
        bad(
            "a tile wider than the image",
            #""image": {"width": 64, "height": 64, "tile": {"height": 64, "overlap": 8, "width": 128}}"#,
            by: .rules, ("/image/tile/width", 84)),
        bad(
            "tiles that overlap by half",
            #""image": {"tile": {"width": 64, "height": 128, "overlap": 32}}"#,
            by: .rules, ("/image/tile/overlap", 59)),
        bad(
            "a side that a reduction does not divide",
            #""image": {"width": 264}, "network": {"reduction": 2}"#,
            by: .rules, ("/image/width", 20)),
        bad(
            "a tile that a reduction does not divide",
            #""image": {"tile": {"width": 72, "height": 64, "overlap": 7}}, "network": {"reduction": 2}"#,
            by: .rules, ("/image/tile/width", 29), ("/image/tile/overlap", 58)),
        bad(
            "an image that a reduction makes too small",
            #""image": {"width": 96, "height": 128}, "network": {"reduction": 4}"#,
            by: .rules, ("/image/width", 20)),
        bad(
            "quarter turns of oblong tiles",
            #""image": {"tile": {"width": 64, "height": 128, "overlap": 8}}, "augmentation": {"quarterTurns": true}"#,
            by: .rules, ("/augmentation/quarterTurns", 97)),
        bad(
            "a relation that a preset's value breaks",
            #""preset": "object", "corruption": {"structured": {"patches": {"max": 1}}}"#,
            by: .rules, ("/corruption/structured/patches/min", 62)),
        bad(
            "factors in the wrong order", #""corruption": {"nsa": {"resize": {"min": 2}}}"#, by: .rules,
            ("/corruption/nsa/resize/min", 42)),
        bad(
            "a value that breaks a category alone",
            #""perCategory": {"a": {"image": {"width": 7}}}"#,
            by: .rules, ("/perCategory/a/image/width", 42)),
        bad(
            "a seed of one category",
            #""perCategory": {"a": {"training": {"seed": 3}}}"#,
            by: .rules, ("/perCategory/a/training/seed", 44)),
        bad(
            "a box too large for one category",
            #""perCategory": {"a": {"image": {"width": 32}, "scoring": {"boxSize": 33}}}"#,
            by: .rules, ("/perCategory/a/scoring/boxSize", 70)),
        bad(
            "a detector of the kind external without a command", #""detector": {"kind": "external"}"#, by: .rules,
            ("/detector/external/score", 13)),
        bad(
            "files of a program out of the manifest's folder, and in a place for images",
            #""detector": {"kind": "external", "external": {"score": ["a"], "files": ["../a", "/a", "train/a"]}}"#,
            by: .rules, ("/detector/external/files/0", 73), ("/detector/external/files/1", 81),
            ("/detector/external/files/2", 87)),
        bad(
            "maps and a program", #""detector": {"kind": "external", "external": {"maps": "m", "score": ["a"]}}"#,
            by: .rules, ("/detector/external/score", 69)),
        bad(
            "maps and augmentations",
            #""detector": {"kind": "external", "external": {"maps": "m"}}, "augmentation": {"shift": 0.1}"#, by: .rules,
            ("/augmentation/shift", 88)),
        bad(
            "maps and a frame",
            #""detector": {"kind": "external", "external": {"maps": "m"}}, "image": {"frame": {}}"#, by: .rules,
            ("/image/frame", 81)),
        bad(
            "two regions", #""image": {"region": {"mask": "a", "masks": "b"}}"#, by: .rules, ("/image/region", 21)),
        bad("an empty region", #""image": {"region": {}}"#, by: .rules, ("/image/region", 21)),
        bad("a region and a frame", #""image": {"region": "auto", "frame": {}}"#, by: .rules, ("/image/region", 21)),
        bad(
            "maps with scores and a region",
            #""detector": {"kind": "external", "external": {"maps": "m", "scores": true}}, "image": {"region": "auto"}"#,
            by: .rules, ("/image/region", 98)),
        bad(
            "bfloat16 without onednn", #""engine": {"name": "openblas", "precision": "bfloat16"}"#, by: .rules,
            ("/engine/precision", 45)),
        bad(
            "bfloat16 for a detector on features",
            #""engine": {"precision": "bfloat16"}, "detector": {"kind": "memory"}"#, by: .rules,
            ("/engine/precision", 25)),
    ]

    static let grammar: [Self] = [
        bad("a key twice", #""image": {}, "image": {}"#, by: .grammar, ("", 14)),
        bad("a key twice, once escaped", #""image": {"width": 32, "w\u0069dth": 32}"#, by: .grammar, ("", 24)),
        bad("a trailing comma in an object", #""image": {"width": 256,}"#, by: .grammar, ("", 23)),
        bad("a trailing comma in an array", #""training": {"seeds": [1, 2, ]}"#, by: .grammar, ("", 28)),
        bad("a comment", "// colour\n", by: .grammar, ("", 1)),
        bad("NaN", #""training": {"lambda": NaN}"#, by: .grammar, ("", 24)),
        bad("infinity", #""training": {"lambda": -Infinity}"#, by: .grammar, ("", 24)),
        bad("a number beyond double precision", #""training": {"lambda": 1e400}"#, by: .grammar, ("", 24)),
        bad("a raw tab in a string", "\"description\": \"a\tb\"", by: .grammar, ("", 18)),
        bad("65 levels", #""description": "# + String(repeating: "[", count: 65), by: .grammar, ("", 79)),
    ]
}
