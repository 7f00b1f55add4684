import Imaging

/// Images that corruptions take their material from: normal images (of one size) or textures (of any size). The same
/// index must give the same image every time.
public protocol ImageSource: Sendable {
    var count: Int { get }

    /// An RGB image; `index` lies in 0 ..< `count`.
    func image(at index: Int) -> PlanarImage
}
