import Foundation
import PythonTestSupport
import Testing

@testable import Imaging

@Suite("Conversion to sRGB")
struct ColourTransformTests {
    /// A picture with a profile, and its colours in sRGB.
    private struct Expected: Decodable {
        var width, height, channels: Int
        /// By Pillow.
        var samples: [Int]
        /// By the formulas of the profile and of sRGB; empty for a profile with a table.
        var exact: [Double]

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            (width, height) = (try list.decode(Int.self), try list.decode(Int.self))
            (channels, samples) = (try list.decode(Int.self), try list.decode([Int].self))
            exact = try list.decode([Double].self)
        }
    }

    private let folder = FileManager.default.temporaryDirectory.appending(path: "colour-\(UUID().uuidString)")

    @Test(
        "equals Pillow's within one level of 8 bits in every format and for grey, and the formulas within a third of one",
        .enabled(if: ProjectPython.isInstalled, Comment(rawValue: ProjectPython.remedy)))
    func pillow() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/colour_profiles.py")
        let outcome = try ProjectPython.run([script.path, folder.path])
        try #require(outcome.status == 0, "\(outcome.errors)")
        let known = try JSONDecoder().decode(
            [String: Expected].self, from: Data(contentsOf: folder.appending(path: "expected.json")))
        #expect(known.count == 6)
        for (name, expected) in known {
            let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
            let stored = try ImageDecoder.decode(bytes: bytes, name: name).image
            let profile = try #require(ColourProfile(of: bytes), "\(name)")
            let image = try profile.convertedToSRGB(stored, name: name)
            #expect((image.width, image.height) == (expected.width, expected.height))
            try #require(image.channels == expected.channels, "\(name)")
            let plane = image.width * image.height
            var (largest, fromFormula) = (0.0, 0.0)
            for (index, sample) in expected.samples.enumerated() {
                let (pixel, channel) = index.quotientAndRemainder(dividingBy: image.channels)
                let value = 255 * Double(image.values[channel * plane + pixel])
                largest = max(largest, abs(value.rounded() - Double(sample)))
                if !expected.exact.isEmpty { fromFormula = max(fromFormula, abs(value - expected.exact[index])) }
            }
            // Pillow computes with 8 bits, and is up to 0.7 levels from the formulas itself; more in dark grey.
            #expect(largest <= 1, "\(name): \(largest)")
            #expect(fromFormula < 0.3, "\(name): \(fromFormula)")
            #expect(image != stored)
        }
        let profile = [UInt8](try Data(contentsOf: folder.appending(path: "wide.icc")))
        let lossy = [UInt8](try Data(contentsOf: folder.appending(path: "lossy.jpg")))
        #expect(ColourProfile(of: lossy)?.bytes == profile)
    }

    private func profile() throws -> ColourProfile {
        try #require(ColourProfile(of: try Fixture.bytes("profile.png")))
    }

    @Test("A profile of sRGB changes a value by less than a fifth of a level, and keeps grey in a colour image")
    func identity() throws {
        let values = (0..<256).map { Float($0) / 255 }
        let image = PlanarImage(width: 256, height: 1, channels: 3, values: values + values + values)
        let converted = try profile().convertedToSRGB(image, name: "a.png")
        for (value, expected) in zip(converted.values, image.values) { #expect(abs(value - expected) < 0.2 / 255) }
    }

    @Test("A profile for RGB makes a grey image one of three channels")
    func greyImage() throws {
        let image = PlanarImage(width: 2, height: 1, channels: 1, values: [0, 1])
        let converted = try profile().convertedToSRGB(image, name: "a.png")
        #expect(converted.channels == 3 && converted.values.allSatisfy { $0 < 0.001 || $0 > 0.999 })
    }

    @Test("A damaged profile, and one for other colours, are errors that name the file")
    func hostile() throws {
        let image = PlanarImage(width: 2, height: 1, channels: 3, repeating: 0.5)
        let bytes = try profile().bytes
        func expectFault(_ bytes: [UInt8]) {
            let error = #expect(throws: ImagingError.self) {
                _ = try ColourProfile(bytes: bytes).convertedToSRGB(image, name: "a.png")
            }
            guard case .unsupported("a.png", _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        expectFault([])
        expectFault([1, 2, 3])
        expectFault(Array(bytes.prefix(200)))
        var other = bytes
        other.replaceSubrange(16..<20, with: Array("CMYK".utf8))
        expectFault(other)
        // Damage anywhere gives an error or an image of numbers.
        for position in stride(from: 0, to: bytes.count, by: 7) {
            var damaged = bytes
            damaged[position] ^= 0xFF
            if let converted = try? ColourProfile(bytes: damaged).convertedToSRGB(image, name: "a.png") {
                #expect(converted.values.allSatisfy { (0...1).contains($0) })
            }
        }
    }
}
