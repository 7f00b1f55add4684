import Imaging

/// Poisson image editing on a rectangle (Pérez, Gangnet and Blake, SIGGRAPH 2003): the pasted patch keeps its gradients
/// and takes its border from the image, so that no seam is left.
enum SeamlessCloning {
    /// Which gradients the result follows.
    enum Gradients {
        /// The patch's alone.
        case patch
        /// From pixel to pixel the larger of the patch's and the image's.
        case mixed
    }

    /// Clones a patch into an image. The outermost ring of the patch's rectangle keeps the image's values.
    ///
    /// - Parameters:
    ///   - patch: RGB, at least 3 x 3 to have any effect.
    ///   - box: where it goes, of the patch's size, within the image.
    static func clone(_ patch: PlanarImage, into image: inout PlanarImage, at box: PixelBox, gradients: Gradients) {
        let innerWidth = box.width - 2, innerHeight = box.height - 2
        guard innerWidth > 0 && innerHeight > 0 else { return }
        let old = image.region(box)
        let plane = box.area
        var rightSide = [Float](repeating: 0, count: 3 * innerWidth * innerHeight)
        for channel in 0..<3 {
            for y in 0..<innerHeight {
                for x in 0..<innerWidth {
                    let here = channel * plane + (y + 1) * box.width + x + 1
                    var sum: Float = 0
                    for there in [here - 1, here + 1, here - box.width, here + box.width] {
                        let pasted = patch.values[there] - patch.values[here]
                        let present = old.values[there] - old.values[here]
                        sum += gradients == .mixed && abs(present) > abs(pasted) ? present : pasted
                    }
                    // Known boundary values move to the right side.
                    if x == 0 { sum -= old.values[here - 1] }
                    if x == innerWidth - 1 { sum -= old.values[here + 1] }
                    if y == 0 { sum -= old.values[here - box.width] }
                    if y == innerHeight - 1 { sum -= old.values[here + box.width] }
                    rightSide[(channel * innerHeight + y) * innerWidth + x] = sum
                }
            }
        }
        let solution = PoissonSolver(width: innerWidth, height: innerHeight).solve(rightSide)
        for channel in 0..<3 {
            for y in 0..<innerHeight {
                let source = (channel * innerHeight + y) * innerWidth
                let target = (channel * image.height + box.y + y + 1) * image.width + box.x + 1
                for x in 0..<innerWidth {
                    image.values[target + x] = min(max(solution[source + x], 0), 1)
                }
            }
        }
    }
}
