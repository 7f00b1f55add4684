import Testing

/// Manifests with their expected faults, for the tests of validation and the comparison with Python's jsonschema.
struct ManifestTableRow: Sendable, CustomTestStringConvertible {
    /// The pointer, line and column of an expected violation.
    struct Fault: Sendable, Hashable, CustomStringConvertible {
        var pointer: String
        var line: Int
        var column: Int

        var description: String { "\(pointer) at \(line):\(column)" }
    }

    /// The check that finds the faults.
    enum Judge: Sendable {
        case grammar
        case schema
        /// Relations between keys.
        case rules
    }

    var title: String
    var text: String
    var judge: Judge
    /// In reporting order; empty for a valid manifest.
    var faults: [Fault]

    var isValid: Bool { faults.isEmpty }

    var testDescription: String { title }
}

extension ManifestTableRow {
    static let prefix = #"{"name": "a", "dataset": {"layout": "mvtec", "root": "d"}, "#

    /// A valid manifest on line 1 with these members on line 2.
    static func extended(_ members: String) -> String { prefix + "\n" + members + "}" }

    static func good(_ title: String, _ members: String) -> Self {
        Self(title: title, text: extended(members), judge: .schema, faults: [])
    }

    /// Faults on line 2, as pairs of pointer and column.
    static func bad(_ title: String, _ members: String, by judge: Judge = .schema, _ faults: (String, Int)...) -> Self {
        Self(
            title: title, text: extended(members), judge: judge,
            faults: faults.map { Fault(pointer: $0.0, line: 2, column: $0.1) })
    }

    /// A whole text, with faults on line 1.
    static func whole(_ title: String, _ text: String, by judge: Judge = .schema, _ faults: (String, Int)...) -> Self {
        Self(title: title, text: text, judge: judge, faults: faults.map { Fault(pointer: $0.0, line: 1, column: $0.1) })
    }

    static let all = valid + topLevel + dataset + sections + nested + variants + relations + grammar

    private static let valid: [Self] = [
        whole("the shortest manifest", #"{"name":"a","dataset":{"layout":"mvtec","root":"d"}}"#),
        whole("a folder layout", #"{"name":"a","dataset":{"layout":"folder","normal":"n","score":"s"}}"#),
        good("a schema for editors", #""$schema": "../schemas/job.schema.json""#),
        good("an empty description", #""description": """#),
        good("whole numbers written as decimals", #""image": {"width": 256.0, "height": 2.56e2}"#),
        good(
            "every section empty",
            #""image":{},"augmentation":{},"corruption":{},"network":{},"engine":{},"training":{}"#),
        good("bounds of a range", #""corruption": {"structured": {"size": {"min": 0.005, "max": 1}}}"#),
        good("equal bounds", #""corruption": {"structured": {"patches": {"min": 3}}}"#),
        good("several seeds", #""training": {"seeds": [1, 2, 3]}"#),
        good("nights", #""retrain": {"incoming": "x", "base": "bottle@3", "window": {"kind": "reservoir"}}"#),
        good("a card", #""card": {"licence": "CC-BY-4.0 OR MIT", "owner": "Ä <b> | 線", "notes": "a  b"}"#),
        good("an empty card", #""card": {}"#),
        good("the longest licence", #""card": {"licence": ""# + String(repeating: "é", count: 200) + #""}"#),
        good(
            "a card of a variant and of a category",
            #""variants": {"a": {"card": {"notes": "n"}}}, "perCategory": {"c": {"card": {"owner": "o"}}}"#),
        good("the largest seed", #""training": {"seed": 9007199254740991}"#),
        good(
            "variants", #""variants": {"lambda0": {"training": {"lambda": 0}}, "plain": {}, "w.8": {"network": null}}"#),
        good(
            "a variant that changes the layout",
            #""variants":{"f":{"dataset":{"layout":"folder","root":null,"normal":"n"}}}"#),
        whole(
            "letters outside ASCII",
            #"{"name":"a","dataset":{"layout":"mvtec","root":"größe","categories":["キズ","a b"]}}"#),
        whole("escaped letters", #"{"n\u0061me":"\u0061","dataset":{"layout":"mvtec","root":"\ud83d\ude00"}}"#),
    ]

    private static let topLevel: [Self] = [
        whole("an array", "[]", ("", 1)),
        whole("a string", #" "name""#, ("", 2)),
        whole("an empty object", "{}", ("", 1), ("", 1)),
        whole("no dataset", #"{"name": "a"}"#, ("", 1)),
        whole("no name", #"{"dataset": {"layout": "mvtec", "root": "d"}}"#, ("", 1)),
        whole("a name that is a number", #"{"name": 1, "dataset": {"layout": "mvtec", "root": "d"}}"#, ("/name", 10)),
        whole("an empty name", #"{"name": "", "dataset": {"layout": "mvtec", "root": "d"}}"#, ("/name", 10)),
        whole("a name with a slash", #"{"name": "a/b", "dataset": {"layout": "mvtec", "root": "d"}}"#, ("/name", 10)),
        whole(
            "a name that ends in a line feed", #"{"name": "a\n", "dataset": {"layout": "mvtec", "root": "d"}}"#,
            ("/name", 10)),
        whole(
            "a name that starts with a dot", #"{"name": ".a", "dataset": {"layout": "mvtec", "root": "d"}}"#,
            ("/name", 10)),
        whole(
            "a name of 65 letters",
            #"{"name": ""# + String(repeating: "n", count: 65) + #"", "dataset": {"layout": "folder", "normal": "n"}}"#,
            ("/name", 10)),
        bad("an unknown key", #""trainign": {}"#, ("/trainign", 1)),
        bad("a key that differs in case", #""Image": {}"#, ("/Image", 1)),
        bad("a key with a slash and a tilde", #""a/b~c": 1"#, ("/a~1b~0c", 1)),
        bad("an empty key", #""": 1"#, ("/", 1)),
        bad("a section that is null", #""image": null"#, ("/image", 10)),
        bad("a section that is an array", #""engine": []"#, ("/engine", 11)),
        bad("a description that is an object", #""description": {}"#, ("/description", 16)),
        bad("columns after wide letters", #""description": "größe 😀", "imag": 1"#, ("/imag", 27)),
    ]

    private static let dataset: [Self] = [
        whole("no layout", #"{"name":"a","dataset":{"root":"d"}}"#, ("/dataset", 23)),
        whole("a wrong layout", #"{"name":"a","dataset":{"layout":"mvtek","root":"d"}}"#, ("/dataset/layout", 33)),
        whole(
            "a misspelt layout, without faults of the other keys",
            #"{"name":"a","dataset":{"layout":"Folder","normal":"n"}}"#, ("/dataset/layout", 33)),
        whole("mvtec without root", #"{"name":"a","dataset":{"layout":"mvtec"}}"#, ("/dataset", 23)),
        whole("folder without normal", #"{"name":"a","dataset":{"layout":"folder"}}"#, ("/dataset", 23)),
        whole(
            "folder with root", #"{"name":"a","dataset":{"layout":"folder","normal":"n","root":"d"}}"#,
            ("/dataset/root", 62)),
        whole(
            "folder with categories", #"{"name":"a","dataset":{"layout":"folder","normal":"n","categories":"all"}}"#,
            ("/dataset/categories", 68)),
        whole(
            "mvtec with normal", #"{"name":"a","dataset":{"layout":"mvtec","root":"d","normal":"n"}}"#,
            ("/dataset/normal", 61)),
        whole(
            "mvtec with score", #"{"name":"a","dataset":{"layout":"mvtec","root":"d","score":"n"}}"#,
            ("/dataset/score", 60)),
        whole(
            "mvtec with annotations",
            #"{"name":"a","dataset":{"layout":"mvtec","root":"d","groundTruth":{"format":"coco","file":"n"}}}"#,
            ("/dataset/groundTruth", 66)),
        whole(
            "annotations of an unknown tool",
            #"{"name":"a","dataset":{"layout":"folder","normal":"n","groundTruth":{"format":"cocoa","file":"n"}}}"#,
            ("/dataset/groundTruth/format", 79)),
        whole("an empty path", #"{"name":"a","dataset":{"layout":"mvtec","root":""}}"#, ("/dataset/root", 48)),
        whole(
            "a path with a zero", #"{"name":"a","dataset":{"layout":"mvtec","root":"d\u0000"}}"#, ("/dataset/root", 48)),
        whole(
            "categories misspelt", #"{"name":"a","dataset":{"layout":"mvtec","root":"d","categories":"al"}}"#,
            ("/dataset/categories", 65)),
        whole(
            "no categories", #"{"name":"a","dataset":{"layout":"mvtec","root":"d","categories":[]}}"#,
            ("/dataset/categories", 65)),
        whole(
            "a category twice", #"{"name":"a","dataset":{"layout":"mvtec","root":"d","categories":["a","b","a"]}}"#,
            ("/dataset/categories/2", 74)),
        whole(
            "a category above its root",
            #"{"name":"a","dataset":{"layout":"mvtec","root":"d","categories":["..","a/b"]}}"#,
            ("/dataset/categories/0", 66), ("/dataset/categories/1", 71)),
        whole(
            "a category that is a number", #"{"name":"a","dataset":{"layout":"mvtec","root":"d","categories":[1]}}"#,
            ("/dataset/categories/0", 66)),
        whole(
            "two faults in a section",
            #"{"name":"a","dataset":{"layout":"mvtec","root":"d","onBadImage":"skip","heldOutFraction":1}}"#,
            ("/dataset/onBadImage", 65), ("/dataset/heldOutFraction", 90)),
        whole(
            "folders of a published data set",
            #"{"name":"a","dataset":{"layout":"visa","root":"d","folders":{"train":"a"}}}"#, ("/dataset/folders", 61)),
        whole("a published data set without a root", #"{"name":"a","dataset":{"layout":"aitex"}}"#, ("/dataset", 23)),
        whole(
            "colours together with a depth",
            #"{"name":"a","dataset":{"layout":"visa","root":"d"},"image":{"colour":"sRGB","depth":12}}"#, by: .rules,
            ("/image/colour", 70)),
        whole(
            "links that are neither refused nor followed",
            #"{"name":"a","dataset":{"layout":"mvtec","root":"d","links":"all"}}"#, ("/dataset/links", 60)),
        whole(
            "absolute paths", #"{"name":"a","paths":"absolute","dataset":{"layout":"mvtec","root":"d"}}"#,
            ("/paths", 21)),
    ]

    private static let sections: [Self] = [
        bad("a width that is a string", #""image": {"width": "256"}"#, ("/image/width", 20)),
        bad("a width with a fraction", #""image": {"width": 256.5}"#, ("/image/width", 20)),
        bad("a width that is not a multiple of 8", #""image": {"width": 100}"#, ("/image/width", 20)),
        bad("a width that is too small", #""image": {"width": 24}"#, ("/image/width", 20)),
        bad("a huge width", #""image": {"width": 1e300}"#, ("/image/width", 20)),
        bad(
            "a width of 40 digits", #""image": {"width": 1000000000000000000000000000000000000000}"#,
            ("/image/width", 20)),
        bad("a width that is true", #""image": {"width": true}"#, ("/image/width", 20)),
        bad("a flag that is 0", #""augmentation": {"flipVertical": 0}"#, ("/augmentation/flipVertical", 34)),
        bad("a flag between quotes", #""augmentation": {"flipVertical": "true"}"#, ("/augmentation/flipVertical", 34)),
        bad("a shift beyond its range", #""augmentation": {"shift": 0.2500001}"#, ("/augmentation/shift", 27)),
        bad("a negative brightness", #""augmentation": {"brightness": -1e-9}"#, ("/augmentation/brightness", 32)),
        bad("an unknown architecture", #""network": {"architecture": "unet"}"#, ("/network/architecture", 29)),
        bad("a base width of 0", #""network": {"baseWidth": 0}"#, ("/network/baseWidth", 26)),
        bad("a wrong engine", #""engine": {"name": "cuda"}"#, ("/engine/name", 20)),
        bad("a wrong precision", #""engine": {"precision": "float16"}"#, ("/engine/precision", 25)),
        bad("no steps", #""training": {"steps": 0}"#, ("/training/steps", 23)),
        bad("a learning rate of 0", #""training": {"learningRate": 0}"#, ("/training/learningRate", 30)),
        bad("a lambda above 1", #""training": {"lambda": 1.0000001}"#, ("/training/lambda", 24)),
        bad("a negative seed", #""training": {"seed": -1}"#, ("/training/seed", 22)),
        bad("a seed beyond exact numbers", #""training": {"seed": 9007199254740992}"#, ("/training/seed", 22)),
        bad("seed and seeds", #""training": {"seed": 1, "seeds": [2]}"#, ("/training/seed", 22)),
        bad("a seed twice", #""training": {"seeds": [1, 1.0]}"#, ("/training/seeds/1", 27)),
        bad("no seeds", #""training": {"seeds": []}"#, ("/training/seeds", 23)),
        bad("a decay of 1", #""training": {"averageDecay": 1}"#, ("/training/averageDecay", 30)),
        bad("an even box", #""scoring": {"boxSize": 8}"#, ("/scoring/boxSize", 24)),
        bad("a wrong image score", #""scoring": {"imageScore": "topk"}"#, ("/scoring/imageScore", 27)),
        bad("a top fraction of 0", #""scoring": {"topFraction": 0}"#, ("/scoring/topFraction", 28)),
        bad("a quantile below a half", #""calibration": {"quantile": 0.01}"#, ("/calibration/quantile", 29)),
        bad("a price of zero", #""calibration": {"costs": {"miss": 0}}"#, ("/calibration/costs/miss", 35)),
        bad("a frame without extent", #""image": {"frame": {"width": 0}}"#, ("/image/frame/width", 30)),
        bad("an unknown region", #""image": {"region": "manual"}"#, ("/image/region", 21)),
        bad("a region of another form", #""image": {"region": {"box": [0, 0, 1, 1]}}"#, ("/image/region/box", 22)),
        bad(
            "a polygon of two corners", #""image": {"region": {"polygon": [[0, 0], [1, 1]]}}"#,
            ("/image/region/polygon", 33)),
        bad(
            "a corner outside", #""image": {"region": {"polygon": [[0, 0], [1, 1], [0, 2]]}}"#,
            ("/image/region/polygon/2/1", 54)),
        bad("a wrong estimate", #""calibration": {"estimate": "mean"}"#, ("/calibration/estimate", 29)),
        bad("no level", #""scoring": {"levels": 0}"#, ("/scoring/levels", 23)),
    ]

    private static let nested: [Self] = [
        bad("a night without a folder", #""retrain": {}"#, ("/retrain", 12)),
        bad("replay of all", #""retrain": {"incoming": "x", "replay": 1}"#, ("/retrain/replay", 40)),
        bad("an invalid name of a model", #""retrain": {"incoming": "x", "model": "a b"}"#, ("/retrain/model", 39)),
        bad("an invalid base model", #""retrain": {"incoming": "x", "base": "a@0"}"#, ("/retrain/base", 38)),
        bad(
            "a wrong window", #""retrain": {"incoming": "x", "window": {"kind": "weeks"}}"#,
            ("/retrain/window/kind", 49)),
        bad("an unknown key of a card", #""card": {"license": "MIT"}"#, ("/card/license", 10)),
        bad("an empty owner", #""card": {"owner": ""}"#, ("/card/owner", 19)),
        bad("an owner that is a number", #""card": {"owner": 1}"#, ("/card/owner", 19)),
        bad("a contact that begins with a space", #""card": {"contact": " a"}"#, ("/card/contact", 21)),
        bad("notes of two lines", #""card": {"notes": "a\nb"}"#, ("/card/notes", 19)),
        bad("notes with a line separator", #""card": {"notes": "a\u2028b"}"#, ("/card/notes", 19)),
        bad("notes that turn the writing direction", #""card": {"notes": "a\u202eb"}"#, ("/card/notes", 19)),
        bad("notes with a control character of C1", #""card": {"notes": "a\u0085b"}"#, ("/card/notes", 19)),
        bad(
            "a licence of 201 characters", #""card": {"licence": ""# + String(repeating: "l", count: 201) + #""}"#,
            ("/card/licence", 21)),
        bad(
            "notes of 4001 characters", #""card": {"notes": ""# + String(repeating: "n", count: 4001) + #""}"#,
            ("/card/notes", 19)),
        bad("a wrong corruption", #""corruption": {"model": "draem"}"#, ("/corruption/model", 25)),
        bad(
            "an unknown shape", #""corruption": {"structured": {"shapes": {"line": 1}}}"#,
            ("/corruption/structured/shapes/line", 42)),
        bad(
            "a negative weight", #""corruption": {"structured": {"contents": {"blur": -1}}}"#,
            ("/corruption/structured/contents/blur", 52)),
        bad(
            "an opacity of 0", #""corruption": {"structured": {"opacity": {"min": 0}}}"#,
            ("/corruption/structured/opacity/min", 50)),
        bad(
            "a range that is a list", #""corruption": {"structured": {"size": [0.1, 0.2]}}"#,
            ("/corruption/structured/size", 39)),
    ]
}
