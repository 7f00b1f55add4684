import Foundation
import GRDB

extension Digest {
    /// The digest as a column of 32 bytes.
    var column: DatabaseValue { Data(bytes).databaseValue }

    /// Reads a column of 32 bytes without copying it first.
    init(_ row: Row, _ index: Int) throws {
        let digest = try row.withUnsafeData(atIndex: index) { data in data.flatMap { Digest(bytes: $0) } }
        guard let digest else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a digest has a wrong length")
        }
        self = digest
    }
}
