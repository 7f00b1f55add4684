import Foundation
import SeededRandom
import Testing

@testable import DemoData

@Suite("Texture functions")
struct WavesTests {
    @Test("The polynomial sine is accurate to 2e-6 over many turns")
    func sine() {
        for step in -4000...4000 {
            let turns = Float(step) / 1000
            #expect(abs(Double(Waves.sine(turns: turns)) - sin(2 * .pi * Double(turns))) < 2e-6)
            #expect(abs(Double(Waves.cosine(turns: turns)) - cos(2 * .pi * Double(turns))) < 4e-6)
        }
    }

    @Test("The smooth step rises or falls between its ends and is flat outside")
    func smoothStep() {
        #expect([-1, 0, 1, 2, 3].map { Waves.smoothStep(0, 2, $0) } == [0, 0, 0.5, 1, 1])
        #expect([-1, 0, 1, 2, 3].map { Waves.smoothStep(2, 0, $0) } == [1, 1, 0.5, 0, 0])
    }

    @Test("Lattice noise equals its lattice values at integers, stays in range and is continuous")
    func noise() {
        var random = SeededGenerator(seed: 1)
        let noise = LatticeNoise(from: &random)
        #expect(noise.value(-3, 7) == noise.at(-3, 7))
        var previous = noise.value(-20, 0.3)
        for step in -2000...2000 {
            let value = noise.value(Float(step) / 100, 0.3)
            #expect(abs(value) <= 1 && abs(value - previous) < 0.05)
            previous = value
        }
    }
}
