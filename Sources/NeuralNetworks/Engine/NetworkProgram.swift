import Tensors

/// A network at one image size in an engine's layout: its steps and the memory that they read and write, forward and
/// backward.
///
/// Offsets are bytes in one worker's arena. In training, activations are kept until the backward pass has read them; in
/// inference, the memory of a tensor is free after its last reader.
struct NetworkProgram {
    /// A view of a tensor in memory.
    struct Region {
        var tensor: Int
        var byteOffset: Int  // from the start of the tensor
        var channels: Int  // including padding
        var height, width: Int
        var elementCount: Int { channels * height * width }
    }

    enum Step {
        case convolution(index: Int)
        case upsample(input: Region, output: Region)
        case combine(gate: Region, first: Region, second: Region, output: Region)
    }

    let network: NetworkDescription
    let height, width: Int
    let block: Int
    let elementBytes: Int
    private(set) var steps: [Step] = []
    private(set) var geometries: [ConvolutionGeometry] = []
    private(set) var sources: [Region] = []
    private(set) var destinations: [Region] = []
    /// The offset of each tensor, and in training of each tensor's gradient, in the arena.
    private(set) var activationOffsets: [Int] = []
    private(set) var gradientOffsets: [Int] = []
    private(set) var arenaBytes = 0

    init(
        _ network: NetworkDescription, height: Int, width: Int, purpose: NetworkEngine.Purpose, block: Int,
        elementBytes: Int
    ) {
        guard height > 0, width > 0, height % network.sizeMultiple == 0, width % network.sizeMultiple == 0 else {
            fatalError("an image of \(width) x \(height) for a network that needs multiples of \(network.sizeMultiple)")
        }
        (self.network, self.height, self.width) = (network, height, width)
        (self.block, self.elementBytes) = (block, elementBytes)
        for operation in network.operations {
            switch operation {
            case .convolution(let convolution):
                steps.append(.convolution(index: geometries.count))
                let source = region(convolution.input), destination = region(convolution.output)
                geometries.append(
                    ConvolutionGeometry(
                        convolution: convolution, inputHeight: source.height, inputWidth: source.width,
                        inputChannelMap: channelMap(convolution.input),
                        outputChannelMap: channelMap(convolution.output),
                        isPlanarSource: convolution.input.tensor == 0, sourceGradient: nil,
                        isTrained: purpose == .training))
                sources.append(source)
                destinations.append(destination)
            case .upsample(let input, let output):
                steps.append(.upsample(input: region(input), output: region(output)))
            case .combine(let gate, let first, let second, let output):
                steps.append(
                    .combine(gate: region(gate), first: region(first), second: region(second), output: region(output)))
            }
        }
        if purpose == .training { chooseGradientUses() }
        planMemory(purpose)
    }

    // MARK: Layout

    private func padded(_ channels: Int, tensor: Int) -> Int {
        tensor == 0 ? channels : (channels + block - 1) / block * block
    }

    private func region(_ view: NetworkDescription.View) -> Region {
        let tensor = network.tensors[view.tensor]
        let (height, width) = (height / tensor.reduction, width / tensor.reduction)
        let before = tensor.groups[..<view.groups.lowerBound].reduce(0) { $0 + padded($1, tensor: view.tensor) }
        let channels = tensor.groups[view.groups].reduce(0) { $0 + padded($1, tensor: view.tensor) }
        return Region(
            tensor: view.tensor, byteOffset: before * height * width * bytes(ofTensor: view.tensor), channels: channels,
            height: height, width: width)
    }

    /// The bytes of an element. The image is float32 for every precision of the activations.
    private func bytes(ofTensor tensor: Int) -> Int { tensor == 0 ? MemoryLayout<Float>.size : elementBytes }

    private func tensorBytes(_ tensor: Int) -> Int {
        let groups = 0..<network.tensors[tensor].groups.count
        return region(NetworkDescription.View(tensor: tensor, groups: groups)).elementCount * bytes(ofTensor: tensor)
    }

    private func channelMap(_ view: NetworkDescription.View) -> [Int?] {
        var map: [Int?] = []
        var channel = 0
        for group in network.tensors[view.tensor].groups[view.groups] {
            for lane in 0..<padded(group, tensor: view.tensor) { map.append(lane < group ? channel + lane : nil) }
            channel += group
        }
        return map
    }

    // MARK: Backward

    /// In the backward pass the first reader of a tensor writes its gradient; further readers accumulate.
    private mutating func chooseGradientUses() {
        var written = Set<[Int]>()  // (tensor, byte offset of a group)
        func groups(_ region: Region) -> [[Int]] {
            let bytes = region.height * region.width * elementBytes * block
            return stride(from: 0, to: region.channels, by: block).map {
                [region.tensor, region.byteOffset + $0 / block * bytes]
            }
        }
        func claim(_ region: Region) -> ConvolutionGeometry.GradientUse {
            let parts = groups(region)
            let known = parts.filter(written.contains).count
            guard known == 0 || known == parts.count else { fatalError("a gradient that is written in part") }
            written.formUnion(parts)
            return known == 0 ? .write : .accumulate
        }
        for step in steps.reversed() {
            switch step {
            case .convolution(let index):
                if sources[index].tensor != 0 { geometries[index].sourceGradient = claim(sources[index]) }
            case .upsample(let input, _):
                guard claim(input) == .write else { fatalError("the input of an enlargement has another reader") }
            case .combine(let gate, let first, let second, _):
                for region in [gate, first, second] where claim(region) != .write {
                    fatalError("a combination must be the last reader of its inputs")
                }
            }
        }
    }

    // MARK: Memory

    private mutating func planMemory(_ purpose: NetworkEngine.Purpose) {
        let count = network.tensors.count
        let end = steps.count
        var lives = [ClosedRange<Int>?](repeating: nil, count: count)
        var gradientLives = lives
        func touch(_ lives: inout [ClosedRange<Int>?], _ tensor: Int, at time: Int) {
            let life = lives[tensor] ?? time...time
            lives[tensor] = min(life.lowerBound, time)...max(life.upperBound, time)
        }
        touch(&lives, 0, at: 0)
        for (time, step) in steps.enumerated() {
            for region in regions(step) { touch(&lives, region.tensor, at: time) }
        }
        touch(&lives, network.output.tensor, at: end)
        if purpose == .training {
            touch(&gradientLives, network.output.tensor, at: end)
            for (reversed, step) in steps.reversed().enumerated() {
                let time = end + 1 + reversed
                for region in regions(step) where region.tensor != 0 { touch(&gradientLives, region.tensor, at: time) }
                // Weight gradients read the source; activation gradients read the destination.
                if case .upsample = step { continue }
                for region in regions(step) { touch(&lives, region.tensor, at: time) }
            }
        }
        var blocks = lives.indices.map { MemoryPlan.Block(bytes: tensorBytes($0), life: lives[$0] ?? 0...0) }
        if purpose == .training {
            blocks += gradientLives.indices.map {
                MemoryPlan.Block(
                    bytes: gradientLives[$0] == nil ? 0 : tensorBytes($0), life: gradientLives[$0] ?? 0...0)
            }
        }
        let plan = MemoryPlan(blocks)
        activationOffsets = Array(plan.offsets[..<count])
        gradientOffsets = Array(plan.offsets[count...])
        arenaBytes = plan.totalBytes
    }

    private func regions(_ step: Step) -> [Region] {
        switch step {
        case .convolution(let index): [sources[index], destinations[index]]
        case .upsample(let input, let output): [input, output]
        case .combine(let gate, let first, let second, let output): [gate, first, second, output]
        }
    }
}
