import Folders

extension FuzzedParser {
    /// Names of files, which anyone may have given: each comes back from its texts, and none becomes another.
    static let pathText = FuzzedParser(
        name: "path-text", maximumBytes: 255,
        words: ["\\xE4", "\\x5C", "\u{301}", "\u{200D}", "\u{600}", "\u{1100}\u{1161}", "'=", "\u{202E}"],
        seeds: {
            ["plain.png", "caf\u{e9}", "cafe\u{301}", "a\\xE4", "'=1+1", "new\nline", "\u{1f468}\u{200d}\u{1f469}"]
                .map { Array($0.utf8) } + [[0x4D, 0xFC]]
        }
    ) { _ in
        { bytes in
            let name = bytes.filter { $0 != 0 }
            let text = PathText.text(of: name)
            let ways = [
                text, PathText.read(text), PathText.read(PathText.exact(text)), PathText.read(PathText.key(text)),
                PathText.name(ofCell: PathText.cell(text)),
            ]
            guard ways.allSatisfy({ $0.utf8.elementsEqual(text.utf8) }), PathText.bytes(of: text) == name else {
                fatalError("a name does not come back from its text")
            }
            guard text.split(separator: "/").count == name.split(separator: 0x2F).count,
                !text.unicodeScalars.contains(where: PathText.isHazard)
            else { fatalError("a text is not what it seems to be") }
            // Whatever somebody wrote has one text, too.
            let written = String(decoding: bytes, as: UTF8.self)
            let read = PathText.read(written)
            guard PathText.read(read).utf8.elementsEqual(read.utf8) else { fatalError("a text has another text") }
        }
    }
}
