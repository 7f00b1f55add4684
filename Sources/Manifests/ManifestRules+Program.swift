/// The rules of `detector.external`.
extension ManifestRules {
    mutating func checkProgram() {
        let program = ["detector", "external"]
        let section = value(program)
        func words(_ key: String) -> [JSONValue] { section[key]?.elements ?? [] }
        if section["maps"] != nil { return checkMaps(program, words) }
        if words("score").isEmpty {
            report(
                program + ["score"], found: "no command", expected: "the program that scores images, and its arguments",
                remedy: "write it as a list, such as [\"python3\", \"detector.py\", \"score\"]")
        }
        for key in ["fit", "score"] {
            for (number, word) in words(key).enumerated() {
                let text = word.string ?? ""
                guard number == 0 && text.isEmpty || text.utf8.contains(0) else { continue }
                report(
                    program + [key, "\(number)"],
                    found: text.isEmpty ? "an empty name of a program" : "the character U+0000",
                    expected: "a word that a command can have", remedy: "correct it")
            }
        }
        for (number, file) in words("files").enumerated() {
            let parts = (file.string ?? "").split(separator: "/", omittingEmptySubsequences: false)
            let place = program + ["files", "\(number)"]
            if parts.contains("..") || parts.contains(".") || parts.contains("") {
                report(
                    place, found: "\"\(file.string ?? "")\"",
                    expected: "a path within the folder of the manifest, without . and ..",
                    remedy: "put the file beside the manifest or into a folder there")
            } else if ["train", "model", "images", "maps", "scores.json", "tmp"].contains(parts[0]) {
                report(
                    place, found: "\"\(parts[0])\", a name that the working folder uses for images and results",
                    expected: "another name", remedy: "rename it")
            }
        }
    }

    /// Only the images as they are have maps.
    private mutating func checkMaps(_ program: [String], _ words: (String) -> [JSONValue]) {
        for key in ["files", "fit", "score"] where !words(key).isEmpty {
            report(
                program + [key], found: "a program beside \"maps\"", expected: "either a program or maps",
                remedy: "remove \"\(key)\" or \"maps\"")
        }
        for change in value(["augmentation"]).members ?? [] where change.value.bool ?? (change.value.double != 0) {
            report(
                ["augmentation", change.name], found: "an augmentation with \"maps\"",
                expected: "none: changed images have no map", remedy: "remove it, or the preset that sets it")
        }
        if value(["image"])["frame"] != nil {
            report(
                ["image", "frame"], found: "a frame with \"maps\"", expected: "whole images, which the maps show",
                remedy: "remove \"frame\"")
        }
        if resolved["retrain"] != nil {
            report(
                program + ["maps"], found: "maps in a manifest with the section retrain",
                expected: "a detector that scores new images", remedy: "give the program itself: \"score\"")
        }
    }
}
