import Host
import Tensors

/// Inference by oneDNN. All maps except the image use the blocked layout, and all maps of a worker share one arena.
final class OneDNNInferencePlan: InferencePlan {
    private let request: InferenceRequest
    private let library: OneDNNLibrary
    private let scaling: InferenceGraph.InputScaling
    private var program: OneDNNInferenceProgram
    private let memory: MemoryPlan
    private var workers: [Worker?]
    private let profile: LayerProfile
    var measures = false

    /// The arena of one worker and the steps bound to it.
    private struct Worker {
        var arena: AlignedBuffer<UInt8>
        var steps: [(node: Int, run: () -> Void)]
    }

    init(_ request: InferenceRequest, _ library: OneDNNLibrary) throws(TensorError) {
        self.request = request
        self.library = library
        scaling = request.graph.scaling
        program = try OneDNNInferenceProgram(request, library)
        memory = MemoryPlan(program.blocks)
        workers = Array(repeating: nil, count: request.workerCount)
        profile = LayerProfile(request.graph.nodes.map(\.name), workerCount: request.workerCount)
    }

    var kernelNames: [(node: String, kernel: String)] {
        program.steps.map { (request.graph.nodes[$0.node].name, $0.kernelName) }
    }

    var nodeSeconds: [(node: String, seconds: Double)] {
        zip(profile.rows, request.needed).filter(\.1).map { ($0.0.convolution, $0.0.seconds[0]) }
    }

    func prepare(workers count: Int) throws {
        for worker in 0..<count where workers[worker] == nil {
            let arena = AlignedBuffer<UInt8>(count: memory.totalBytes + program.scratchBytes)
            let start = UnsafeMutableRawPointer(arena.pointer)
            let steps = try program.steps.map { step in
                let run = try step.bound(
                    library, worker: worker, scratch: start + memory.totalBytes
                ) { start + memory.offsets[$0] }
                return (step.node, run)
            }
            workers[worker] = Worker(arena: arena, steps: steps)
        }
    }

    func run(_ image: [Float], worker number: Int) -> [FeatureMap] {
        let worker = workers[number]!
        let start = UnsafeMutableRawPointer(worker.arena.pointer)
        func values(_ value: Int) -> UnsafeMutablePointer<Float> {
            (start + memory.offsets[program.blockOfValue[value]!]).assumingMemoryBound(to: Float.self)
        }
        InferenceRequest.scale(image, scaling, to: values(0))
        for step in worker.steps {
            let begin = measures ? HostClock.monotonicSeconds() : 0
            step.run()
            if measures { profile.add(HostClock.monotonicSeconds() - begin, step.node, .forward, number) }
        }
        return request.tapped.map { value in
            request.map(of: value) { BlockedMap(values(value), request.shapes[value]!).unpack(to: $0) }
        }
    }
}

/// The values of one map in the blocked layout: block of channels, pixel, channel within the block.
struct BlockedMap {
    private let values: UnsafeMutablePointer<Float>
    private let channels, pixels: Int
    private let block = OneDNN.blockSize

    init(_ values: UnsafeMutablePointer<Float>, _ shape: FeatureShape) {
        self.values = values
        (channels, pixels) = (shape.channels, shape.height * shape.width)
    }

    private func channel(_ channel: Int) -> UnsafeMutablePointer<Float> {
        values + channel / block * block * pixels + channel % block
    }

    func unpack(to output: UnsafeMutablePointer<Float>) {
        for first in stride(from: 0, to: channels, by: block) {
            let from = channel(first)
            // A few pixels at a time, so that they are still in the cache for the next channel.
            for start in stride(from: 0, to: pixels, by: Self.pixelsAtOnce) {
                let end = min(pixels, start + Self.pixelsAtOnce)
                for lane in 0..<min(block, channels - first) {
                    let to = output + (first + lane) * pixels
                    for pixel in start..<end { to[pixel] = from[pixel * block + lane] }
                }
            }
        }
    }

    private static let pixelsAtOnce = 64

    /// Concatenates maps by channel.
    func concatenate(_ maps: [BlockedMap]) {
        let blocks = (channels + block - 1) / block
        // The padding channels of the last block must be zero.
        if channels % block != 0 {
            (values + (blocks - 1) * block * pixels).update(repeating: 0, count: block * pixels)
        }
        var offset = 0
        for map in maps {
            for number in 0..<map.channels {
                let (from, to) = (map.channel(number), channel(offset + number))
                for pixel in 0..<pixels { to[pixel * block] = from[pixel * block] }
            }
            offset += map.channels
        }
    }
}
