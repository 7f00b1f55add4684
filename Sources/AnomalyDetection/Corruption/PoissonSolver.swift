import Glibc

/// Solves the five-point Poisson equation with zero boundary values on a rectangle, directly: a sine transform along
/// the shorter axis turns it into one tridiagonal system for each wave number (Hockney 1965; Buzbee, Golub and Nielson
/// 1970, section 2). For n x m points, n <= m, it takes 2n^2 m multiplications and no iteration.
struct PoissonSolver {
    let width: Int
    let height: Int
    /// Waves lie along the columns when the rectangle is not higher than wide.
    private let isTransposed: Bool
    private let order: Int
    private let length: Int
    /// sin(pi (k + 1)(j + 1) / (order + 1)), order x order: its own inverse up to the factor 2 / (order + 1).
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

    /// The u with u(x-1, y) + u(x+1, y) + u(x, y-1) + u(x, y+1) - 4u(x, y) = f(x, y), u = 0 all around.
    ///
    /// - Parameter rightSide: f for any number of independent systems, each height x width values, rows first.
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

    /// Multiplies the sine matrix with order x rowLength values.
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

    /// Thomas's algorithm for v(i-1) + dv(i) + v(i+1) = f(i) with d = 2cos(pi (k + 1) / (order + 1)) - 4, which is
    /// below -2: stable without pivots.
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
