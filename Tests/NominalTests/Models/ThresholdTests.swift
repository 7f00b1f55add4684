import Foundation
import Testing

@Suite struct ThresholdTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    /// 200 scores from a formula; every 20th is high.
    private func writeScores() throws {
        var text = "category,image,score\n"
        for i in 0..<200 {
            var sum = i % 20 == 0 ? 3.0 : 0
            for j in 1...4 {
                let draw: Int = 7919 * i + 104_729 * j + 31 * i * j + 1_299_709 * j * j
                sum += Double(draw % 10_007) / 10_007
            }
            text += "bolt,\(i).png,\(Float(sum))\n"
        }
        try fixture.write(text, to: "scores.csv")
    }

    @Test("A threshold is proposed from scores alone, with its uncertainty")
    func threshold() throws {
        try writeScores()
        let text = try fixture.nominal("threshold", "scores.csv")
        #expect(text.status == 0)
        #expect(text.output.hasPrefix("bolt: 200 images, 5.2 % of them anomalous by estimate (2.7 % to 8.1 %); at the"))
        #expect(text.output.contains(", 10 are called anomalous, and "))
        let outcome = try fixture.nominal("threshold", "scores.csv", "--contamination", "0.1", "--json")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: [String: Any]])
        #expect(json["bolt"]?["calledAnomalous"] as? Int == 20)
        #expect(json["bolt"]?["contamination"] as? Double == 0.1)
        #expect(json["bolt"]?["contaminationBounds"] is NSNull)
    }

    @Test("Unusable scores exit with 65, a missing file with 66, a share outside 0 to 1 with 64")
    func faults() throws {
        try fixture.write("image,score\n" + (0..<30).map { "\($0).png,1\n" }.joined(), to: "equal.csv")
        let equal = try fixture.nominal("threshold", "equal.csv")
        #expect(equal.status == 65 && equal.errors.contains("All 30 scores are equal"))
        #expect(try fixture.nominal("threshold", "none.csv").status == 66)
        #expect(try fixture.nominal("threshold", "equal.csv", "--contamination", "1.5").status == 64)
        #expect(try fixture.nominal("threshold", "equal.csv", "--tolerance", "0").status == 64)
    }
}
