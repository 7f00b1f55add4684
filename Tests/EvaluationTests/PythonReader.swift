import Foundation
import PythonTestSupport

/// Metrics in numpy, of maps that tifffile reads and masks that Pillow reads.
enum PythonReader {
    /// AUROC, average precision and F1-max of images by their maxima, then of pixels, of `maps` and `truth` in a folder.
    static func figures(of folder: String) throws -> [Double] {
        let output = try ProjectPython.output(of: ["-c", script, folder])
        return String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }

    private static let script = """
        import glob, numpy, os, sys
        from PIL import Image
        from tifffile import imread as read

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

    /// Standard output of a program in a file.
    static func output(of file: String, _ arguments: [String]) throws -> String {
        String(decoding: try ProjectPython.output(of: [file] + arguments), as: UTF8.self)
    }
}
