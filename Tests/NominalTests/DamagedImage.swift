import ContentStore
import Testing

/// A way in which an image file of the demo data can be of no use.
struct DamagedImage: CustomTestStringConvertible {
    let testDescription: String
    /// What the message says.
    let words: String
    let damage: @Sendable (CommandLineFixture) throws -> Void

    private static let file = "data/wood/train/good/003.png"

    static let all = [
        DamagedImage(
            testDescription: "a PNG that was cut", words: "train/good/003.png: the PNG ends early, after 300 bytes"
        ) { fixture in
            try fixture.write(Array(try AtomicFile.read(fixture.place(file)).prefix(300)), to: file)
        },
        DamagedImage(testDescription: "an empty file", words: "train/good/003.png: the file is empty") {
            try $0.write("", to: file)
        },
        DamagedImage(
            testDescription: "a text",
            words: "train/good/003.png: not a PNG, TIFF or JPEG image: its 9 bytes begin with"
        ) { try $0.write("no image\n", to: file) },
        DamagedImage(
            testDescription: "a PNG that is called JPEG",
            words: "train/good/004.jpg: the name says JPEG, the bytes are PNG; rename it to .png"
        ) { fixture in
            try fixture.writeImage(0.5, width: 64, height: 64, to: "data/wood/train/good/004.jpg")
            try fixture.remove("data/wood/train/good/004.png")
        },
        DamagedImage(
            testDescription: "a mask of another size",
            words:
                "the mask of test/hole/000.png has 30 x 20 pixels, but the image has 64 x 64"
        ) { try $0.writeImage(1, width: 30, height: 20, to: "data/wood/ground_truth/hole/000_mask.png") },
    ]
}
