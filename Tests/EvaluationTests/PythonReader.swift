import Foundation

/// Python with numpy and a reader of TIFF files that is not ours.
enum PythonReader {
    /// The statement that defines `read`, or nil where there is no such Python.
    static let available: String? = [
        "from tifffile import imread as read",
        "from PIL import Image; read = lambda path: numpy.asarray(Image.open(path))",
    ].first { (try? run("import numpy\nfrom PIL import Image\n" + $0, [])) != nil }

    /// AUROC, average precision and F1-max of images by their maxima, then of pixels, of `maps` and `truth` in a folder.
    static func figures(of folder: String, reader: String) throws -> [Double] {
        try run("import numpy\n" + reader + "\n" + script, [folder]).split(whereSeparator: \.isWhitespace).compactMap {
            Double($0)
        }
    }

    private static let script = """
        import glob, os, sys
        from PIL import Image

        def figures(scores, labels):
            above, below = numpy.sort(scores[labels]), numpy.sort(scores[~labels])
            pairs = (numpy.searchsorted(below, above, "left") + numpy.searchsorted(below, above, "right")).sum()
            thresholds = numpy.unique(scores)[::-1]
            tp = len(above) - numpy.searchsorted(above, thresholds, "left")
            fp = len(below) - numpy.searchsorted(below, thresholds, "left")
            ap = (numpy.diff(numpy.r_[0, tp]) / len(above) * tp / (tp + fp)).sum()
            return [pairs / (2 * len(above) * len(below)), ap, (2 * tp / (len(above) + tp + fp)).max()]

        maps, masks = [], []
        for path in sorted(glob.glob(sys.argv[1] + "/maps/*/*.tiff")):
            map = numpy.asarray(read(path))
            assert map.dtype == numpy.float32, map.dtype
            kind, stem = path.split("/")[-2], os.path.basename(path)[:-5]
            mask = f"{sys.argv[1]}/truth/{kind}/{stem}_mask.png"
            masks.append(numpy.asarray(Image.open(mask)) > 0 if os.path.exists(mask) else numpy.zeros(map.shape, bool))
            assert map.shape == masks[-1].shape, (map.shape, masks[-1].shape)
            maps.append(map.astype(float))
        image = figures(numpy.array([m.max() for m in maps]), numpy.array([m.any() for m in masks]))
        pixel = figures(numpy.concatenate([m.ravel() for m in maps]), numpy.concatenate([m.ravel() for m in masks]))
        print(*[repr(float(x)) for x in image + pixel])
        """

    private struct Failure: Error { var status: Int32 }

    /// Whether a script ends well.
    static func runs(_ script: String) -> Bool { (try? run(script, [])) != nil }

    /// Standard output of a program in a file.
    static func output(of file: String, _ arguments: [String]) throws -> String { try python([file] + arguments) }

    /// Standard output of a script; its messages go to standard error.
    private static func run(_ script: String, _ arguments: [String]) throws -> String {
        try python(["-c", script] + arguments)
    }

    private static func python(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
