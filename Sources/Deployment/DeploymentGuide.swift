import AnomalyDetection
import Folders
import Imaging
import Stages
import Wording

/// The page beside an exported model.
struct DeploymentGuide {
    let text: String

    /// - Parameters:
    ///   - file: the ONNX file.
    ///   - normal: the user's image in the self-test; nil for a generated one.
    init(_ export: ModelExport, file: String, normal: PlanarImage?) {
        let model = export.model, name = PathText.read(String(file.split(separator: "/").last ?? "model.onnx"))
        // In Python, C++ and C# alike.
        let literal = "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        let samples = export.takesFloat ? "float32" : export.samples.rawValue,
            white = export.samples == .uint8 ? 255 : 65535
        let size = export.size.map { "\($0.height) x \($0.width)" } ?? "H x W"
        let axes = model.grid
        let number = export.takesFloat ? "float" : samples + "_t"
        let sharp = export.takesFloat ? "float" : export.samples == .uint8 ? "byte" : "ushort"
        let tolerance = export.tolerance
        let colours =
            model.colour == .sRGB
            ? " Pixels have the colours of sRGB: apply the colour profile of a file first, as training did." : ""
        let atThreshold = model.calibration.normalized(model.calibration.threshold)
        let steps = [
            "divides by \(white)"
                + ((export.samples == .uint16 ? model.range : nil).map {
                    ", takes \($0.lowest) as black and \($0.highest) as white"
                } ?? ""),
            "resizes to \(axes.width) x \(axes.height), columns first: an axis that shrinks is averaged over the area of each "
                + "new pixel, one that grows is interpolated linearly between pixel centres",
            "clamps to 0...1 and rounds to steps of 1/65535, halves up",
        ]
        text = """
            # \(PathText.read(model.name)): how to score images

            `\(name)` takes original pixels and returns the results of `nominal score`. Nothing needs to be resized or
            normalised outside.\(colours)

            | | name | type | shape |
            |---|---|---|---|
            | input | `image` | \(samples) | N x 3 x \(size): red, green, blue; 0 to \(white) |
            | output | `anomaly_map` | float32 | N x 1 x \(size) |
            | output | `score` | float32 | N |
            | output | `normalized_score` | float32 | N: 0 for the median normal image, \(atThreshold == 1 ? "1" : "\(atThreshold)") at the threshold |
            | output | `is_anomalous` | bool | N: `score` is at least \(model.calibration.threshold) |

            Decode images as `nominal score` does: repeat grey in three channels, apply the orientation that EXIF or TIFF
            state\(model.colour == .sRGB ? "" : ", ignore colour profiles and gamma"). Images with transparency are not equal: `nominal score` composites them
            over black without rounding. Do not convert 16-bit images to 8 bits. The graph then

            \(steps.enumerated().map { "\($0 + 1). \($1);" }.joined(separator: "\n"))

            and computes map and score\(export.quantized == nil ? "" : ", the network with 8-bit integers (QDQ)"). Threshold, digest, licence and card are in the metadata of the file.

            ## Test

            The images `normal.png` (\(normal == nil ? "generated" : "from the owner of the model")), `defect.png` (the same
            with a synthetic defect) and `noise.png` have the expected maps `.tiff` beside them, and scores in
            `\(SelfTest.fileName)`. Scores must agree to \(tolerance.score) of their size, maps to
            \(tolerance.map) of their range, verdicts exactly:

                nominal verify --onnx \(ShellWord.quoted(name)) --with "python3 runner.py"

            The command gets the ONNX file and an image as arguments, and prints
            `{"score": ..., "normalized_score": ..., "is_anomalous": ..., "anomaly_map": [[...], ...]}`. Runners in Python
            and C++ are in `packaging/onnx` of Nominal.

            ## Python

            ```python
            import numpy as np, onnxruntime
            from PIL import Image
            session = onnxruntime.InferenceSession(\(literal))
            \(Self.pythonPixels(export.samples))
            image = pixels.transpose(2, 0, 1)[None]\(export.takesFloat ? ".astype(np.float32)" : "")
            names = ["anomaly_map", "score", "normalized_score", "is_anomalous"]
            maps, scores, normalized, anomalous = session.run(names, {"image": image})
            print(scores[0], anomalous[0], maps[0, 0].shape)
            ```

            ## C++

            ```cpp
            Ort::Env environment;
            Ort::Session session(environment, \(literal), Ort::SessionOptions{});
            std::vector<\(number)> pixels = readPlanes("normal.png", height, width);  // all red, all green, all blue
            std::array<int64_t, 4> shape{1, 3, height, width};
            auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
            auto image = Ort::Value::CreateTensor<\(number)>(memory, pixels.data(), pixels.size(), shape.data(), 4);
            const char *inputs[] = {"image"}, *outputs[] = {"anomaly_map", "score", "is_anomalous"};
            auto results = session.Run(Ort::RunOptions{}, inputs, &image, 1, outputs, 3);
            float score = results[1].GetTensorData<float>()[0];
            bool anomalous = results[2].GetTensorData<bool>()[0];
            ```

            ## C#

            ```csharp
            using Microsoft.ML.OnnxRuntime;
            using Microsoft.ML.OnnxRuntime.Tensors;
            using var session = new InferenceSession(\(literal));
            \(sharp)[] pixels = ReadPlanes("normal.png", out int height, out int width);
            var image = new DenseTensor<\(sharp)>(pixels, new[] { 1, 3, height, width });
            var inputs = new[] { NamedOnnxValue.CreateFromTensor("image", image) };
            using var results = session.Run(inputs);
            var byName = results.ToDictionary(result => result.Name);
            float score = byName["score"].AsTensor<float>()[0];
            bool anomalous = byName["is_anomalous"].AsTensor<bool>()[0];
            ```

            """
    }

    /// Pillow reads 16-bit colour images with 8 bits, OpenCV does not.
    private static func pythonPixels(_ samples: ModelGraph.Samples) -> String {
        samples == .uint8
            ? "pixels = np.asarray(Image.open(\"normal.png\").convert(\"RGB\"))"
            : "pixels = cv2.imread(\"normal.png\", cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH)  # import cv2"
    }
}
