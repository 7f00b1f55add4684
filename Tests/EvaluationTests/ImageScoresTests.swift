import Testing

@testable import Evaluation

@Suite("Image scores from a table")
struct ImageScoresTests {
    private func scores(_ text: String, hasObjects: Bool = false) throws -> ImageScores {
        try ImageScores(ScoreTable(bytes: Array(text.utf8), file: "scores.csv"), hasObjects: hasObjects)
    }

    @Test(
        "an image is told by its folder and stem, whatever stands before",
        arguments: [
            "image,score\nscratch/003.png,0.5", "score,image\n0.5,/data/wood/test/scratch/003.png",
            "image,score\nscratch/003,0.5", "kind,image,score\nscratch,003.tiff,0.5",
            "category,kind,image,label,score\nwood,scratch,test/scratch/003.png,anomalous,0.5",
        ])
    func names(text: String) throws {
        #expect(try scores(text).score(of: "scratch/003", object: nil) == 0.5)
    }

    @Test(
        "where maps lie in folders of objects, the category or the path names the object",
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

    @Test("images in folders below that of their kind are told by these too")
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
            "\($0)".contains("the image k/0 has scores in the lines 2 and 3")
        }
        #expect(try scores.score(of: "a/k/0", object: nil) == 1)
    }

    @Test(
        "a table without the columns, with two scores of one image, or with a score that is no number is refused",
        arguments: [
            ("name,score\na,1", "no column \"image\"; found name, score"), ("image,value\na,1", "no column \"score\""),
            ("image,score\nk/a.png,1\nk/a.tif,2", "the image k/a has scores in the lines 2 and 3"),
            ("image,score\nk/a.png,nan", "scores.csv:2: the score \"nan\" is not a finite number"),
            ("image,score\nk/a.png,", "\"\" is not"), ("image,score\nk/a.png,1e999", "1e999"),
            ("image,score\nk/a.png,inf", "inf"), ("image,score\nk/a.png,0,5", "3 fields"),
        ])
    func refused(text: String, words: String) {
        #expect { try scores(text) } throws: { "\($0)".contains(words) }
    }
}
