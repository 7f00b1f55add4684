import Testing

@testable import Evaluation

@Suite("Comma-separated values")
struct CSVTableTests {
    private func table(_ text: String) throws -> CSVTable { try CSVTable(Array(text.utf8), file: "f") }

    @Test(
        "CSV is parsed according to RFC 4180",
        arguments: [
            ("a,b\n1,2\n", [["1", "2"]]), ("a,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
            ("\u{FEFF}a,b\n1,2", [["1", "2"]]), ("a,b\n,\n", [["", ""]]), ("a,b\n\n1,2\n\n", [["1", "2"]]),
            ("a,b\n\"1,\"\"2\"\"\",\"x\ny\"\n", [["1,\"2\"", "x\ny"]]), ("a,b\n\"\",\"\"\n", [["", ""]]),
            ("a\n\"\"\n", [[""]]),
            ("a,b\n1\r,2", [["1\r", "2"]]), ("a,b", []), ("\"a\",\"b\"\n ü, 2\n", [[" ü", " 2"]]),
        ])
    func reads(text: String, rows: [[String]]) throws {
        let table = try table(text)
        #expect(table.header.first == "a")
        #expect(table.rows.map(\.fields) == rows)
    }

    @Test("Rows have the number of their first line")
    func lines() throws {
        #expect(try table("a\n\"1\n2\"\n\n3\n").rows.map(\.line) == [2, 5])
    }

    @Test(
        "Malformed CSV is rejected with its line number",
        arguments: [
            ("", 1, "empty"), ("\n\n", 1, "empty"), ("a,b\n1,2\n3\n", 3, "1 fields where the header has 2"),
            ("a,b\n1,2,3\n", 2, "3 fields"), ("a\n\"1\n", 2, "never closed"), ("a\n1\"2\n", 2, "quotation mark"),
            ("a\n\"1\"2\n", 2, "quotation mark"),
        ])
    func refuses(text: String, line: Int, words: String) {
        #expect { try table(text) } throws: { error in
            "\(error)".hasPrefix("f:\(line): ") && "\(error)".contains(words)
        }
    }

    @Test("Bytes that are not UTF-8 are rejected")
    func notText() {
        #expect(throws: EvaluationError.self) { try CSVTable([0x61, 0xFF, 0x0A], file: "f") }
    }
}

@Suite("Image scores from a table")
struct ImageScoresTests {
    private func scores(_ text: String, hasObjects: Bool = false) throws -> ImageScores {
        try ImageScores(ScoreTable(bytes: Array(text.utf8), file: "scores.csv"), hasObjects: hasObjects)
    }

    @Test(
        "An image is identified by its folder and stem, regardless of leading folders",
        arguments: [
            "image,score\nscratch/003.png,0.5", "score,image\n0.5,/data/wood/test/scratch/003.png",
            "image,score\nscratch/003,0.5", "kind,image,score\nscratch,003.tiff,0.5",
            "category,kind,image,label,score\nwood,scratch,test/scratch/003.png,anomalous,0.5",
        ])
    func names(text: String) throws {
        #expect(try scores(text).score(of: "scratch/003", object: nil) == 0.5)
    }

    @Test(
        "With object folders, the category or the path identifies the object",
        arguments: [
            "category,image,score\nwood,test/scratch/003.png,0.5\ntile,test/scratch/003.png,0.75",
            "image,score\nwood/test/scratch/003.png,0.5\ntile/test/scratch/003.png,0.75",
            "category,image,score\nwood,scratch/003.png,5e-1\ntile,scratch/003.png,0.75\ntile,x.png,1",
        ])
    func objects(text: String) throws {
        let scores = try scores(text, hasObjects: true)
        #expect(try scores.score(of: "scratch/003", object: "wood") == 0.5)
        #expect(try scores.score(of: "scratch/003", object: "tile") == 0.75)
        #expect { try scores.score(of: "x", object: "tile") } throws: {
            "\($0)".contains("scores.csv: no score for the map tile/x")
        }
    }

    @Test("Subfolders of a kind are part of an image's identity")
    func nested() throws {
        let text =
            "category,kind,image,score\nwood,hole,test/hole/cam1/0.png,1\nwood,hole,test/hole/cam2/0.png,2\n"
            + "wood,hole,test/hole/0.png,3\nwood,other,test/other/hole/0.png,4\n"
        for (hasObjects, object) in [(false, nil), (true, "wood")] as [(Bool, String?)] {
            let scores = try scores(text, hasObjects: hasObjects)
            for (name, score) in [("hole/cam1/0", 1), ("hole/cam2/0", 2), ("hole/0", 3), ("other/hole/0", 4)]
                as [(String, Float)]
            {
                #expect(try scores.score(of: name, object: object) == score, "\(name)")
            }
        }
        let scores = try scores("image,score\na/k/0.png,1\nb/k/0.png,2")
        #expect { try scores.score(of: "k/0", object: nil) } throws: {
            "\($0)".contains("the image k/0 has scores in lines 2 and 3")
        }
        #expect(try scores.score(of: "a/k/0", object: nil) == 1)
    }

    @Test(
        "Missing columns, repeated scores and scores that are not finite are rejected",
        arguments: [
            ("name,score\na,1", "no column \"image\"; found name, score"), ("image,value\na,1", "no column \"score\""),
            ("image,score\nk/a.png,1\nk/a.tif,2", "the image k/a has scores in lines 2 and 3"),
            ("image,score\nk/a.png,nan", "scores.csv:2: the score \"nan\" is not a finite number"),
            ("image,score\nk/a.png,", "\"\" is not"), ("image,score\nk/a.png,1e999", "1e999"),
            ("image,score\nk/a.png,inf", "inf"), ("image,score\nk/a.png,0,5", "3 fields"),
        ])
    func refused(text: String, words: String) {
        #expect { try scores(text) } throws: { "\($0)".contains(words) }
    }
}
