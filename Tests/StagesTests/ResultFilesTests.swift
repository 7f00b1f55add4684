import ContentStore
import Foundation
import Testing

@testable import Stages

@Suite struct ResultFilesTests {
    private func row(_ category: String, _ file: String, isAnomalous: Bool?) -> ScoreRow {
        let digest = Digest.of(text: "")
        return ScoreRow(
            category: category,
            ScoreIndex.Entry(
                file: file, kind: "a kind", isAnomalous: isAnomalous, source: digest, score: 0.25,
                normalizedScore: -1.5,
                threshold: 1e-6, verdict: .anomalous, confidence: 0.875, isUncertain: true, width: 4, height: 3,
                pixelThreshold: 0.5, regions: [], map: digest,
                picture: digest))
    }

    @Test("A line of scores.csv has the header's columns")
    func plainLine() {
        #expect(
            ScoreRow.header == "category,kind,image,label,score,normalizedScore,threshold,verdict,confidence,uncertain")
        #expect(
            row("bolt", "test/a.png", isAnomalous: false).line
                == "bolt,a kind,test/a.png,normal,0.25,-1.5,1e-06,anomalous,0.875,true")
    }

    @Test("An unlabelled image has an empty label in CSV and null in JSON")
    func unlabelled() throws {
        let row = row("bolt", "a.png", isAnomalous: nil)
        #expect(row.line == "bolt,a kind,a.png,,0.25,-1.5,1e-06,anomalous,0.875,true")
        #expect(String(decoding: try StageJSON.encode(row), as: UTF8.self).contains("\"label\":null"))
    }

    @Test(
        "Fields with commas, quotes and line breaks are quoted by RFC 4180",
        arguments: [
            ("a,b.png", "\"a,b.png\""), ("a \"b\".png", "\"a \"\"b\"\".png\""), ("a\nb.png", "\"a\nb.png\""),
            ("a\r\nb.png", "\"a\r\nb.png\""), ("\u{FC} b.png", "\u{FC} b.png"),
        ])
    func quoting(file: String, field: String) {
        #expect(
            row("bolt", file, isAnomalous: true).line
                == "bolt,a kind,\(field),anomalous,0.25,-1.5,1e-06,anomalous,0.875,true")
    }
}
