import Testing

@testable import Audit
@testable import Stages

@Suite("Rows of a table of scores")
struct ScoreTableRowTests {
    private let table = [
        ScoreRow.header, "wood,dent,test/dent/000.png,anomalous,0.5,1.0,0.25,anomalous,0.9,false",
        "wood,\"a,b\",\"test/a,b/0\"\"1\nx.png\",,0.125,1.0,0.25,normal,0.9,false",
        "wood,good,test/good/000.png,normal,0.1,1.0,0.25,normal,0.9,false", "",
    ].joined(separator: "\n")

    private func place(_ line: Int) -> ScoreTableRow? { ScoreTableRow(line: line, ofTable: Array(table.utf8)) }

    @Test("A row is found by its line, even with commas, quotes and line feeds in names")
    func found() {
        #expect(place(2)?.image == "test/dent/000.png")
        #expect(place(2)?.score == "0.5" && place(2)?.threshold == "0.25" && place(2)?.category == "wood")
        #expect(place(3)?.image == "test/a,b/0\"1\\x0Ax.png")
        #expect(place(5)?.image == "test/good/000.png")
    }

    @Test("A line where no row begins gives nil", arguments: [-1, 0, 1, 4, 6, 7, 1_000_000])
    func absent(_ line: Int) { #expect(place(line) == nil) }
}
