import Foundation

/// Decodes JSON that this program wrote and that may have passed through other hands.
public enum StrictJSON {
    /// As large as a file of our own gets.
    public static let sizeLimitBytes = 1 << 30

    /// Decodes a value from text that `JSONParser` accepts. `JSONDecoder` alone takes the first of two members with the same name,
    /// where another reader may take the second.
    ///
    /// - Throws: `JSONError` with the place for text that is not strict JSON, `DecodingError` for another shape.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], file: String = "JSON", sizeLimit: Int = sizeLimitBytes
    ) throws -> Value {
        _ = try JSONParser.parse(bytes, file: file, sizeLimit: sizeLimit)
        return try JSONDecoder().decode(type, from: Data(bytes))
    }
}
