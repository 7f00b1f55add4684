import Tensors

extension NetworkEngine {
    func forward(_ input: UnsafePointer<Float>, slot index: Int, worker: Int) {
        let slot = slots[index]
        let arena = UnsafeMutableRawPointer(slot.arena.pointer)
        (arena + program.activationOffsets[0]).copyMemory(
            from: input, byteCount: network.inputChannels * height * width * MemoryLayout<Float>.size)
        for step in program.steps {
            switch step {
            case .convolution(let number):
                timed(number, .forward, worker) { convolutions[number].forward(slot: index) }
            case .upsample(let input, let output):
                kernels.upsample(
                    activation(input, slot), to: activation(output, slot), blocks: input.channels / backend.block,
                    height: input.height, width: input.width, block: backend.block)
            case .combine(let gate, let first, let second, let output):
                kernels.combine(
                    gate: activation(gate, slot), first: activation(first, slot), second: activation(second, slot),
                    output: activation(output, slot), count: output.elementCount)
            }
        }
    }

    func outputActivation(_ slot: Slot) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(slot.arena.pointer) + program.activationOffsets[network.output.tensor]
    }

    /// Returns the network's output for each image. Images and outputs are channel-major values of channels * height *
    /// width.
    public func reconstruct(_ images: [[Float]]) -> [[Float]] {
        let inputCount = network.inputChannels * height * width
        for image in images where image.count != inputCount {
            fatalError("an image of \(image.count) values for an engine of \(inputCount)")
        }
        let outputCount = network.outputChannels * height * width
        var results = [[Float]](repeating: [], count: images.count)
        results.withUnsafeMutableBufferPointer { results in
            let results = results.baseAddress
            pool.run(images.count) { [self] piece, worker in
                // Few images use the memory of the first slots only.
                let slot = images.count <= pool.workerCount ? piece : worker
                images[piece].withUnsafeBufferPointer { forward($0.baseAddress!, slot: slot, worker: worker) }
                results![piece] = [Float](unsafeUninitializedCapacity: outputCount) { values, count in
                    kernels.unpack(
                        outputActivation(slots[slot]), to: values.baseAddress!, channels: network.outputChannels,
                        pixels: height * width, block: backend.block)
                    count = outputCount
                }
            }
        }
        return results
    }
}
