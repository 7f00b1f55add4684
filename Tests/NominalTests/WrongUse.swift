import Testing

/// Something that a user may get wrong, with the exit code and the words that tell.
struct WrongUse: CustomTestStringConvertible {
    let testDescription: String
    let arguments: [String]
    let status: Int32
    /// All have to be in the message: the object, the fault, the remedy.
    let words: [String]

    init(_ description: String, _ arguments: String..., status: Int32, words: String...) {
        (testDescription, self.arguments, self.status, self.words) = (description, arguments, status, words)
    }

    /// In a folder with `tiny.json` and its data, an empty folder `empty`, a regular file `file`, a text `text.nominal`,
    /// and manifests with faults.
    static let all = [
        WrongUse(
            "a manifest that is not there", "run", "none.json", status: 66,
            words: "none.json: there is no such file", "correct the path"),
        WrongUse(
            "a folder for a manifest", "run", "empty", status: 74, words: "empty: the file cannot be read", "directory"),
        WrongUse(
            "a manifest that is no JSON", "run", "malformed.json", status: 65,
            words: "malformed.json:2:14: found '}'; expected a value"),
        WrongUse(
            "an empty manifest", "run", "file", status: 65, words: "file:1:1: found no value; expected one JSON value",
            "write"),
        WrongUse(
            "a key that is misspelt", "run", "misspelt.json", status: 65,
            words: "misspelt.json:7:17: ", "unknown key \"learningRat\"", "did you mean \"learningRate\"?"),
        WrongUse(
            "a data set that is not there", "run", "elsewhere.json", status: 66,
            words: "/elsewhere: no such folder", "Correct the path", "make data"),
        WrongUse(
            "a category that is not there", "run", "category.json", status: 66,
            words: "no category \"steel\"", "found brushed_metal, wood, woven_cloth", "Correct \"categories\""),
        WrongUse(
            "an option that does not exist", "run", "tiny.json", "--frob", status: 64, words: "Unknown option '--frob'"),
        WrongUse(
            "a model that is neither a file nor registered", "score", "--model", "a/b", "empty", status: 66,
            words: "a/b: no such model file", "nominal models lists registered ones"),
        WrongUse(
            "a registered model without a store", "score", "--model", "wood@2", "empty", status: 66,
            words: "wood@2: no such model file", "no store .nominal"),
        WrongUse(
            "a promotion of what is in production", "models", "promote", "wood", status: 64,
            words: "wood@production is in production already", "wood@latest"),
        WrongUse("a command that does not exist", "fly", status: 64, words: "fly"),
        WrongUse(
            "a number out of its range", "run", "tiny.json", "--jobs", "0", status: 64,
            words: "--jobs is 0; expected 1 to 1024"),
        WrongUse(
            "a store below a regular file", "run", "tiny.json", "--store", "file/store", "--output", "empty",
            status: 74, words: "Cannot create the folder file", "move away what is there"),
        WrongUse(
            "results below a regular file", "run", "tiny.json", "--output", "file/runs", status: 74,
            words: "file/runs: cannot write here (Cannot create the folder file", "--output"),
        WrongUse(
            "demo data below a regular file", "demo-data", "file/data", status: 74,
            words: "Cannot create the folder file", "move away what is there"),
        WrongUse(
            "demo data of no use", "demo-data", "new", "--size", "3", status: 65,
            words: "'size' is 3, expected 64 to 2048"),
        WrongUse(
            "a model that is not there", "score", "--model", "none.nominal", "empty", status: 66,
            words: "none.nominal: no such model file", "runs/NAME/models/"),
        WrongUse(
            "a model that is none", "score", "--model", "text.nominal", "data/wood/test", status: 65,
            words: "text.nominal is not a file of the format NOMMODEL", "give the right file"),
        WrongUse(
            "a folder for init that is not there", "init", "none", status: 66, words: "/none: no such folder", "Correct"
        ),
        WrongUse(
            "a folder for init without images", "init", "empty", status: 65, words: "/empty",
            "expected PNG, TIFF or JPEG"),
        WrongUse(
            "a store to collect in that is not there", "gc", "--max-size", "0", status: 74,
            words: ".nominal is not a usable store: there is no store here", "give the path of a store"),
        WrongUse("a size that is none", "gc", "--max-size", "20Q", status: 64, words: "20Q", "--max-size"),
        WrongUse("a time that is none", "gc", "--keep-used", "30", status: 64, words: "30", "--keep-used"),
        WrongUse(
            "a store to check that is not there", "verify", "--store", "none", status: 74,
            words: "none is not a usable store"),
        WrongUse(
            "a way to check that does not exist", "run", "tiny.json", "--verify", "all", status: 64, words: "content"),
        WrongUse(
            "a bundle that is not there", "import", "none", status: 66, words: "none: no such file", "nominal export"),
        WrongUse(
            "a bundle that is none", "import", "file", status: 65,
            words: "file is not a usable bundle", "nothing was imported"),
        WrongUse(
            "a bundle that is another file", "import", "data/wood/test/good/000.png", status: 65,
            words: "000.png is not a usable bundle: it does not begin with bundle.json"),
        WrongUse(
            "a manifest that init would overwrite", "init", "data", "--manifest", "tiny.json", status: 64,
            words: "tiny.json is there already", "--force"),
    ]
}
