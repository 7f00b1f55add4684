import ContentStore
import Evaluation

extension FuzzedParser {
    static let evaluation = [tiffTags, scoreTable]

    private static let tiffTags = FuzzedParser(
        name: "tiff-tags", maximumBytes: 1024, seeds: { try fixtures { $0.hasSuffix(".tif") && $0.contains("8") } }
    ) { folder in
        let path = folder + "/map.tiff"
        return { bytes in
            try AtomicFile.writePrivate(bytes, to: path)
            _ = try TIFFTags(path: path)
        }
    }

    private static let scoreTable = FuzzedParser(
        name: "score-table", maximumBytes: 1024,
        words: ["image", "score", "category", "kind", "\r\n", "\"\"", "\u{FEFF}"],
        seeds: {
            [
                "image,score\nhole/000.png,0.25\ngood/001.png,1e-3\n",
                "category,kind,image,score,verdict\r\nwood,hole,\"a, \"\"b\"\".png\",0.5,anomalous\r\nwood,good,c,1,\r\n",
                "\u{FEFF}score,image\n1,test/hole/1.png\n\n2,wood/test/hole/2.png\n",
            ].map { Array($0.utf8) }
        }
    ) { _ in
        { bytes in
            let table = try ScoreTable(bytes: bytes, file: "scores.csv")
            guard table.rows.allSatisfy({ $0.score.isFinite }) else { fatalError("a score is not finite") }
            for hasObjects in [false, true] {
                let scores = try ImageScores(table, hasObjects: hasObjects)
                _ = try? scores.score(of: "hole/000", object: hasObjects ? "wood" : nil)
            }
        }
    }
}
