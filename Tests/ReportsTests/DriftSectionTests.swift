import Testing

@testable import Reports

@Suite("Drift section")
struct DriftSectionTests {
    @Test("A change opens the section and is named in its summary; without measures there is no section")
    func drift() {
        let quiet = DriftSection(
            measures: SampleReport.drift(1).map { measure in
                var measure = measure
                measure.probability = 0.5
                return measure
            }
        ).render().render()
        #expect(quiet.contains("no change detected") && !quiet.contains("open=\"\""))
        let loud = DriftSection(measures: SampleReport.drift(1)).render().render()
        #expect(loud.contains("changed: warmth") && loud.contains("<details class=\"drift\" open=\"\">"))
        #expect(DriftSection(measures: []).render().render().isEmpty)
    }

    @Test("A strip chart omits values that are not finite and accepts equal values")
    func strip() {
        #expect(StripChart(first: [.nan], second: [.infinity], summary: "").render().render().isEmpty)
        let same = StripChart(first: [2, 2], second: [2], summary: "s").render().render()
        #expect(same.contains("M130 2v12") && same.contains("M130 17v12"))
    }
}
