import Foundation

@testable import Imaging

/// The files made by Fixtures/make_fixtures.py.
enum Fixture {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path

    static func path(_ name: String) -> String { folder + "/" + name }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path(name))))
    }

    /// All images, in a fixed order.
    static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: folder))?
        .filter { ImageFormat(extensionOf: $0) != nil }.sorted() ?? []

    static func decode(_ name: String) throws -> DecodedImage { try ImageDecoder.decode(path: path(name)) }
}
