import Glibc
import Imaging

/// Poisson image editing on a rectangle (Pérez, Gangnet and Blake, SIGGRAPH 2003): the pasted patch keeps its gradients
/// and takes its border from the image, which leaves no seam.
enum SeamlessCloning {
    /// The source of the result's gradients.
    enum Gradients {
        /// The patch.
        case patch
        /// The patch or the image, whichever has the larger gradient at the pixel.
        case mixed
    }

    /// Clones a patch into an image. The outermost ring of the patch's rectangle keeps the image's values.
    ///
    /// - Parameters:
    ///   - patch: an RGB image. Smaller ones than 3 x 3 have no effect.
    ///   - box: the target rectangle, inside the image and of the patch's size.
    static func clone(_ patch: PlanarImage, into image: inout PlanarImage, at box: PixelBox, gradients: Gradients) {
        let innerWidth = box.width - 2, innerHeight = box.height - 2
        guard innerWidth > 0 && innerHeight > 0 else { return }
        let old = image.material(box)
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
                    // Moves known boundary values to the right-hand side.
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

/// A direct solver of the five-point Poisson equation with zero boundary values on a rectangle: a sine transform along
/// the shorter axis yields one tridiagonal system per wave number (Hockney 1965; Buzbee, Golub and Nielson 1970,
/// section 2). For n x m points, n <= m, it takes 2n^2 m multiplications.
struct PoissonSolver {
    let width: Int
    let height: Int
    /// True if the rectangle is taller than wide, so that the transform runs along rows.
    private let isTransposed: Bool
    private let order: Int
    private let length: Int
    /// sin(pi (k + 1)(j + 1) / (order + 1)), order x order. Up to the factor 2 / (order + 1) it is its own inverse.
    private let sines: [Float]

    /// - Parameters:
    ///   - width: unknown points per row, at least 1.
    ///   - height: rows of unknown points, at least 1.
    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        isTransposed = height > width
        order = min(width, height)
        length = max(width, height)
        let period = 2 * (order + 1)
        let wave = (0..<period).map { Float(sin(2 * Double.pi * Double($0) / Double(period))) }
        var sines = [Float](repeating: 0, count: order * order)
        for k in 0..<order {
            for j in 0..<order { sines[k * order + j] = wave[(k + 1) * (j + 1) % period] }
        }
        self.sines = sines
    }

    /// Solves u(x-1, y) + u(x+1, y) + u(x, y-1) + u(x, y+1) - 4u(x, y) = f(x, y) with u = 0 outside the rectangle.
    ///
    /// - Parameter rightSide: f for any number of independent systems, each of height x width values.
    /// - Returns: u in the same layout.
    func solve(_ rightSide: [Float]) -> [Float] {
        let points = width * height, systems = rightSide.count / points
        let rowLength = systems * length
        func position(_ j: Int, _ system: Int, _ i: Int) -> Int {
            system * points + (isTransposed ? i * width + j : j * width + i)
        }
        var spatial = [Float](repeating: 0, count: order * rowLength)
        for j in 0..<order {
            for system in 0..<systems {
                for i in 0..<length {
                    spatial[j * rowLength + system * length + i] = rightSide[position(j, system, i)]
                }
            }
        }
        var spectral = transform(spatial, rowLength: rowLength)
        for k in 0..<order { solveTridiagonal(&spectral, wave: k, systems: systems) }
        spatial = transform(spectral, rowLength: rowLength)
        var solution = [Float](repeating: 0, count: rightSide.count)
        let scale = 2 / Float(order + 1)
        for j in 0..<order {
            for system in 0..<systems {
                for i in 0..<length {
                    solution[position(j, system, i)] = scale * spatial[j * rowLength + system * length + i]
                }
            }
        }
        return solution
    }

    /// Multiplies the sine matrix by a matrix of order x rowLength values.
    private func transform(_ input: [Float], rowLength: Int) -> [Float] {
        var output = [Float](repeating: 0, count: order * rowLength)
        for k in 0..<order {
            let target = k * rowLength
            for j in 0..<order {
                let factor = sines[k * order + j], source = j * rowLength
                for i in 0..<rowLength { output[target + i] += factor * input[source + i] }
            }
        }
        return output
    }

    /// Thomas's algorithm for v(i-1) + dv(i) + v(i+1) = f(i) with d = 2cos(pi (k + 1) / (order + 1)) - 4. It is stable
    /// without pivoting because d < -2.
    private func solveTridiagonal(_ values: inout [Float], wave k: Int, systems: Int) {
        let diagonal = Float(2 * cos(Double.pi * Double(k + 1) / Double(order + 1)) - 4)
        var inverses = [Float](repeating: 1 / diagonal, count: length)
        for i in 1..<max(1, length) { inverses[i] = 1 / (diagonal - inverses[i - 1]) }
        for system in 0..<systems {
            let start = (k * systems + system) * length
            values[start] *= inverses[0]
            for i in 1..<max(1, length) {
                values[start + i] = (values[start + i] - values[start + i - 1]) * inverses[i]
            }
            for i in stride(from: length - 2, through: 0, by: -1) {
                values[start + i] -= inverses[i] * values[start + i + 1]
            }
        }
    }
}
