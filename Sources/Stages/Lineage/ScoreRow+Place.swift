import Folders

extension ScoreRow {
    /// What a line of a table of scores is about. The table may have a million lines, of which one is read.
    struct Place: Equatable {
        let category, image, score, threshold: String

        /// - Parameters:
        ///   - line: from 1, the heading's; where the row begins, for a name with a line feed in it takes several.
        ///   - table: as `AggregateStage` writes it.
        init?(line: Int, ofTable table: [UInt8]) {
            guard line >= 2, let fields = Place.fields(ofLine: line, table) else { return nil }
            let names = header.split(separator: ",").map(String.init)
            guard fields.count == names.count else { return nil }
            func field(_ name: String) -> String { names.firstIndex(of: name).map { fields[$0] } ?? "" }
            (category, image) = (PathText.name(ofCell: field("category")), PathText.name(ofCell: field("image")))
            score = field("score")
            threshold = field("threshold")
        }

        /// The fields of the row that begins at a line; nil where none does.
        private static func fields(ofLine line: Int, _ table: [UInt8]) -> [String]? {
            let (lineFeed, quote, comma) = (UInt8(ascii: "\n"), UInt8(ascii: "\""), UInt8(ascii: ","))
            var number = 1, start = 0, isQuoted = false, isRowStart = true
            while number < line || !isRowStart {
                guard number <= line, start < table.count else { return nil }
                let byte = table[start]
                start += 1
                if byte == quote { isQuoted.toggle() }
                isRowStart = byte == lineFeed && !isQuoted
                if byte == lineFeed { number += 1 }
            }
            guard number == line, start < table.count else { return nil }
            var fields: [String] = [], field: [UInt8] = []
            var place = start
            while place < table.count {
                let byte = table[place]
                place += 1
                if byte == quote {
                    // A doubled quotation mark stands for one.
                    if isQuoted, place < table.count, table[place] == quote {
                        field.append(quote)
                        place += 1
                    } else {
                        isQuoted.toggle()
                    }
                } else if !isQuoted, byte == comma || byte == lineFeed {
                    fields.append(String(decoding: field, as: UTF8.self))
                    field = []
                    if byte == lineFeed { break }
                } else {
                    field.append(byte)
                }
            }
            return fields
        }
    }
}
