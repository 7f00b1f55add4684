import Imaging
import NeuralNetworks
import Testing

@testable import AnomalyDetection

@Suite("Tiles")
struct TileTests {
    static let grid = TileGrid(width: 100, height: 70, tileWidth: 32, tileHeight: 40, overlap: 12)

    @Test(
        "A minimum number of evenly spaced tiles covers an axis with at least the overlap",
        arguments: [(100, 32, 12), (70, 40, 12), (256, 256, 0), (64, 63, 31), (65, 32, 0), (1000, 8, 3), (33, 32, 15)])
    func starts(_ length: Int, _ tile: Int, _ overlap: Int) {
        let starts = TileGrid.starts(length: length, tile: tile, overlap: overlap)
        #expect(starts.first == 0 && starts.last == length - tile)
        let steps = zip(starts, starts.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { $0 > 0 && tile - $0 >= overlap })
        #expect((steps.max() ?? 0) - (steps.min() ?? 0) <= 1)
        // One tile less could not cover the axis.
        #expect(starts.count == 1 || (starts.count - 1) * (tile - overlap) + overlap < length)
    }

    @Test("Joined tiles equal the image")
    func identity() {
        let image = CorruptionTestImages.weave(width: 100, height: 70, seed: 4)
        let tiles = Self.grid.tiles(of: image)
        #expect(tiles.count == Self.grid.count && tiles.allSatisfy { ($0.width, $0.height) == (32, 40) })
        let joined = Self.grid.joined(tiles)
        #expect(zip(joined.values, image.values).allSatisfy { abs($0 - $1) < 1e-6 })
        let single = TileGrid(width: 100, height: 70)
        #expect(single.isSingle && single.joined(single.tiles(of: image)) == image)
    }

    @Test("Tiles with different outputs are joined without a seam")
    func blending() {
        // Each tile outputs a different level. The border between two tiles is a slope over the overlap.
        let tiles = (0..<Self.grid.count).map {
            PlanarImage(width: 32, height: 40, channels: 1, repeating: Float($0 % 5))
        }
        let row = Array(Self.grid.joined(tiles).values[..<100])
        #expect(row == row.sorted())
        #expect(zip(row, row.dropFirst()).allSatisfy { $1 - $0 < 0.1 })
    }

    @Test("Away from tile borders, filtered tiles equal the filtered image")
    func local() {
        // A blur with a radius of 4 pixels. Repeated edges make it differ near the borders of tiles only.
        let image = CorruptionTestImages.weave(width: 100, height: 70, seed: 5)
        let whole = image.blurred(sigma: 1.2)
        let joined = Self.grid.joined(Self.grid.tiles(of: image).map { $0.blurred(sigma: 1.2) })
        let columns = TileGrid.starts(length: 100, tile: 32, overlap: 12)
        let rows = TileGrid.starts(length: 70, tile: 40, overlap: 12)
        var compared = 0
        for y in 0..<70 {
            for x in 0..<100 {
                let isNearBorder =
                    columns.contains { ($0 > 0 && abs(x - $0) < 5) || ($0 < 68 && abs(x - $0 - 32) < 5) }
                    || rows.contains { ($0 > 0 && abs(y - $0) < 5) || ($0 < 30 && abs(y - $0 - 40) < 5) }
                let index = y * 100 + x
                if !isNearBorder {
                    compared += 1
                    #expect(abs(joined.values[index] - whole.values[index]) < 1e-5)
                }
            }
        }
        #expect(compared > 1500)
        // Near its border a tile's output is wrong and has a low weight.
        let errors = zip(joined.values, whole.values).map { abs($0 - $1) }
        #expect((errors.max() ?? 0) < 0.05)
    }

    @Test(
        "A tiled detector matches a whole-image detector if the receptive field fits a tile"
    )
    func detector() throws {
        // Only the first and the last layers have weights, so the receptive field is a few pixels.
        let network = NetworkArchitecture.sdcCCM.description(baseWidth: 2)
        var parameters = network.initialParameters(seed: 3)
        for layer in network.convolutions where layer.name.hasPrefix("sdc") || layer.name == "encoder4" {
            for index in layer.parameterOffset..<layer.biasOffset + layer.outputChannels { parameters[index] = 0 }
        }
        let payload = AutoencoderPayload(
            architecture: .sdcCCM, baseWidth: 2, parameters: parameters,
            normalization: PixelNormalization(mean: [0.5, 0.5, 0.5], deviation: 0.25))
        let scoring = ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .mean, topFraction: 0)
        func detector(_ grid: TileGrid) throws -> Autoencoder {
            let engine = try NetworkEngine(
                .openblas, network: network, height: grid.tileHeight, width: grid.tileWidth, purpose: .inference,
                threads: 1)
            return try Autoencoder(engine: engine, payload, grid: grid, scoring: scoring)
        }
        let image = CorruptionTestImages.weave(width: 160, height: 64, seed: 6)
        let whole = try #require(try detector(TileGrid(width: 160, height: 64)).detect([image], scoring).first)
        // Starts at 0, 48 and 96, multiples of the network's downsampling factor, which aligns the feature grids.
        let grid = TileGrid(width: 160, height: 64, tileWidth: 64, tileHeight: 64, overlap: 16)
        #expect(TileGrid.starts(length: 160, tile: 64, overlap: 16) == [0, 48, 96])
        let tiled = try #require(try detector(grid).detect([image, image], scoring).last)
        var compared = 0
        for y in 0..<64 {
            for x in 0..<160 where ![48, 64, 96, 112].contains(where: { abs(x - $0) < 16 }) {
                compared += 1
                #expect(abs(tiled.map.values[y * 160 + x] - whole.map.values[y * 160 + x]) < 1e-4)
            }
        }
        #expect(compared >= 64 * 48)
        #expect(abs(tiled.score - whole.score) < 0.1 * whole.score)
    }

    @Test("Tiles of images are an image source")
    func source() {
        let images = [1, 2].map { CorruptionTestImages.weave(width: 100, height: 70, seed: $0) }
        let source = TileSource(base: ImageList(images: images), grid: Self.grid)
        #expect(source.count == 2 * Self.grid.count)
        #expect(source.image(at: 0) == Self.grid.tiles(of: images[0])[0])
        #expect(source.image(at: source.count - 1) == Self.grid.tiles(of: images[1]).last)
    }
}
