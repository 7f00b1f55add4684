import Glibc
import Tensors

/// The time spent in each convolution, by pass.
///
/// Workers add to separate cells, so the overhead is two clock reads per call.
public final class LayerProfile {
    public enum Pass: Int, CaseIterable, Sendable { case forward, dataGradient, weightGradient }

    public struct Row: Sendable, Equatable {
        public var convolution: String
        /// Seconds in the order of `Pass`, summed over all workers.
        public var seconds: [Double]
    }

    private let names: [String]
    private let workerCount: Int
    private let cells: AlignedBuffer<Double>

    init(_ names: [String], workerCount: Int) {
        (self.names, self.workerCount) = (names, workerCount)
        cells = AlignedBuffer(count: names.count * Pass.allCases.count * workerCount)
    }

    func add(_ seconds: Double, _ number: Int, _ pass: Pass, _ worker: Int) {
        cells.pointer[cell(number, pass.rawValue, worker)] += seconds
    }

    private func cell(_ number: Int, _ pass: Int, _ worker: Int) -> Int {
        (worker * names.count + number) * Pass.allCases.count + pass
    }

    var rows: [Row] {
        names.indices.map { number in
            Row(
                convolution: names[number],
                seconds: Pass.allCases.indices.map { pass in
                    (0..<workerCount).reduce(0) { $0 + cells.pointer[cell(number, pass, $1)] }
                })
        }
    }
}
