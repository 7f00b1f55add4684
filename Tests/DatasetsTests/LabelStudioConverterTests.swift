import DatasetTestSupport
import Datasets
import Foundation
import Imaging
import PythonTestSupport
import Testing

@Suite("Label Studio's own converter")
struct LabelStudioConverterTests {
    private struct Brush: Decodable {
        var width, height: Int
        var rle: [Int]
        var mask: [UInt8]
    }

    /// Random brushes, packed and unpacked by `label_studio_converter.brush`.
    private static let script = """
        import contextlib, io, json, numpy
        with contextlib.redirect_stdout(io.StringIO()):  # it reports missing packages that it can do without
            from label_studio_converter import brush
        random = numpy.random.default_rng(3)
        found = []
        for number in range(20):
            width, height = int(random.integers(1, 40)), int(random.integers(1, 40))
            mask = (random.random((height, width)) < (0.02, 0.5, 0.98)[number % 3]).astype(numpy.uint8) * 255
            pixels = numpy.repeat(mask.reshape(-1, 1), 4, 1).ravel()
            rle = brush.encode_rle(pixels)
            decoded = numpy.asarray(brush.decode_rle(rle)).reshape(height, width, 4)[..., 3]
            assert (decoded == mask).all()
            labels = (decoded > 0).astype(int).ravel().tolist()
            found.append({"width": width, "height": height, "rle": list(map(int, rle)), "mask": labels})
        print(json.dumps(found))
        """

    @Test(
        "unpacks brushes to the same pixels",
        .enabled(
            if: ProjectPython.has("label_studio_converter"),
            "optional: the package label-studio-converter is not installed"))
    func brushes() throws {
        let outcome = try ProjectPython.run(["-c", Self.script])
        try #require(outcome.status == 0, "\(outcome.errors)")
        let brushes = try JSONDecoder().decode([Brush].self, from: outcome.output)
        #expect(brushes.count == 20)
        for brush in brushes {
            let task = """
                [{"data": {"image": "a.png"}, "annotations": [{"result": [{"type": "brushlabels", "original_width": \(brush.width),
                  "original_height": \(brush.height), "value": {"rle": \(brush.rle), "brushlabels": ["x"]}}]}]}]
                """
            let entry = try AnnotationSet.entries(Array(task.utf8), .labelStudio, "file")[0]
            #expect(entry.regions.mask(width: brush.width, height: brush.height).values == brush.mask)
        }
    }
}
