import Imaging
import NeuralNetworks
import Testing

@testable import AnomalyDetection

@Suite("Autoencoder")
struct AutoencoderTests {
    static let network = NetworkArchitecture.sdcCCM.description(baseWidth: 2)
    static let scoring = ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .mean, topFraction: 0)
    static let payload = AutoencoderPayload(
        architecture: .sdcCCM, baseWidth: 2, parameters: network.initialParameters(seed: 5),
        normalization: PixelNormalization(mean: [0.4, 0.5, 0.6], deviation: 0.2))
    static let images = (0..<2).map { CorruptionTestImages.weave(width: 24, height: 16, seed: $0 + 1) }

    private func engine(threads: Int = 1) throws -> NetworkEngine {
        try NetworkEngine(
            .openblas, network: Self.network, height: 16, width: 24, purpose: .inference, threads: threads)
    }

    private func autoencoder(
        _ payload: AutoencoderPayload = payload, engine: NetworkEngine? = nil
    ) throws -> Autoencoder {
        try Autoencoder(
            engine: engine ?? self.engine(), payload, grid: TileGrid(width: 24, height: 16), scoring: Self.scoring)
    }

    @Test("After a call with untrained parameters, the trained ones are restored")
    func untrained() throws {
        let autoencoder = try autoencoder()
        let before = autoencoder.maps(Self.images).map(\.map)
        let (untrained, pictures) = try autoencoder.untrained(seed: 8) { projection in
            (try projection.maps(Self.images).map(\.map), projection.reconstruct(Self.images))
        }
        #expect(autoencoder.maps(Self.images).map(\.map) == before)
        #expect(untrained != before)
        // In between, it is a new network with parameters of this seed.
        var fresh = Self.payload
        fresh.parameters = Self.network.initialParameters(seed: 8)
        let other = try self.autoencoder(fresh)
        #expect(other.maps(Self.images).map(\.map) == untrained)
        #expect(other.reconstruct(Self.images) == pictures)
    }

    @Test("Maps, pictures and scores do not depend on the number of threads, nor on the other images")
    func threads() throws {
        let grid = TileGrid(width: 40, height: 24, tileWidth: 24, tileHeight: 16, overlap: 4)
        let images = (0..<5).map { CorruptionTestImages.weave(width: 40, height: 24, seed: $0 + 1) }
        var payload = Self.payload
        payload.expectedErrors = [try #require(ExpectedError(values: (0..<1024).map { 1e-3 * Float(1 + $0 % 7) }))]
        func detections(_ threads: Int, at once: Int) throws -> [Detection] {
            let detector = try Autoencoder(
                engine: engine(threads: threads), payload, grid: grid, scoring: Self.scoring)
            return try stride(from: 0, to: images.count, by: once).flatMap {
                try detector.detect(Array(images[$0..<min($0 + once, images.count)]), Self.scoring)
            }
        }
        let expected = try detections(1, at: 1)
        for (threads, once) in [(1, 5), (2, 2), (3, 5), (16, 4), (32, 5)] {
            let found = try detections(threads, at: once)
            #expect(found.map(\.map) == expected.map(\.map), "\(threads) threads")
            #expect(found.map(\.score) == expected.map(\.score) && found.map(\.picture) == expected.map(\.picture))
        }
    }

    @Test(
        "As many images are taken at once as give each thread two tiles",
        arguments: [(1, 1, 2), (2, 1, 4), (16, 1, 32), (2, 4, 1), (4, 4, 2), (32, 25, 3), (1, 25, 1)])
    func batches(_ threads: Int, _ tiles: Int, _ images: Int) throws {
        let side = [1: 1, 4: 2, 25: 5][tiles]!
        let grid = TileGrid(width: 24 * side, height: 16 * side, tileWidth: 24, tileHeight: 16, overlap: 0)
        #expect(grid.count == tiles && grid.imagesAtOnce(threads: threads) == images)
    }

    @Test("It loads its parameters into the engine, and refuses those of another network")
    func parameters() throws {
        let engine = try engine()
        try engine.load([Float](repeating: 0, count: Self.network.parameterCount))
        let expected = try autoencoder().reconstruct(Self.images)
        #expect(try autoencoder(engine: engine).reconstruct(Self.images) == expected)
        var other = Self.payload
        other.parameters.removeLast()
        #expect(throws: EngineError.self) { try autoencoder(other) }
    }

    @Test("A network of local contrast compares what it sees, and its picture has the light of the image")
    func localContrast() throws {
        var payload = Self.payload
        payload.input = .localContrast
        let network = try autoencoder(payload)
        let views = Self.images.map { NetworkInput.localContrast.view($0, payload.normalization) }
        let seen = views.map(\.image)
        let plain = try autoencoder(engine: engine())
        #expect(network.errors(Self.images).map(\.levels) == plain.errors(seen).map(\.levels))
        let pictures = zip(views, plain.reconstruct(seen)).map { $0.picture($1, payload.normalization) }
        #expect(network.reconstruct(Self.images) == pictures)
        for (found, (expected, picture)) in zip(network.maps(Self.images), zip(plain.maps(seen), pictures)) {
            #expect(found.map == expected.map && found.picture == picture)
        }
    }

    @Test("Each tile is seen as in training, by its own local contrast")
    func tilesOfLocalContrast() throws {
        var payload = Self.payload
        (payload.input, payload.reduction) = (.localContrast, 2)
        let grid = TileGrid(width: 80, height: 48, tileWidth: 48, tileHeight: 32, overlap: 8)
        let engine = try engine()
        let network = try Autoencoder(engine: engine, payload, grid: grid, scoring: Self.scoring)
        let image = CorruptionTestImages.weave(width: 80, height: 48, seed: 4)
        let small = grid.reduced(by: 2)
        let views = small.tiles(of: image.resized(width: 40, height: 24)).map {
            NetworkInput.localContrast.view($0, payload.normalization)
        }
        let answers = engine.reconstruct(views.map { payload.normalization.normalized($0.image.values) }).map {
            PlanarImage(width: 24, height: 16, channels: 3, values: payload.normalization.restored($0))
        }
        let errors = ErrorPyramid.maps(small.joined(views.map(\.image)), small.joined(answers), levels: 1)
        #expect(network.errors([image]).map(\.levels) == [errors])
        let picture = small.joined(zip(views, answers).map { $0.picture($1, payload.normalization) })
        #expect(network.reconstruct([image]) == [picture.resized(width: 80, height: 48)])
    }

    @Test("A reduced network sees averages, and its map and picture are enlarged", arguments: [2, 4])
    func reduced(_ reduction: Int) throws {
        let wide = (0..<2).map {
            CorruptionTestImages.weave(width: 24 * reduction, height: 16 * reduction, seed: $0 + 1)
        }
        let small = wide.map { $0.resized(width: 24, height: 16) }
        var payload = Self.payload
        payload.reduction = reduction
        let whole = try Autoencoder(
            engine: engine(), payload, grid: TileGrid(width: 24 * reduction, height: 16 * reduction),
            scoring: Self.scoring)
        let plain = try autoencoder()
        #expect(whole.errors(wide).map(\.levels) == plain.errors(small).map(\.levels))
        for (found, expected) in zip(whole.maps(wide), plain.maps(small)) {
            #expect(found.map == expected.map.resized(width: 24 * reduction, height: 16 * reduction))
            #expect(found.picture == expected.picture?.resized(width: 24 * reduction, height: 16 * reduction))
        }
        #expect(whole.reconstruct(wide) == whole.maps(wide).map(\.picture))
    }

    @Test("Its picture is the reconstruction, and its score is that of the map")
    func maps() throws {
        let autoencoder = try autoencoder()
        let found = autoencoder.maps(Self.images)
        #expect(found.map(\.picture) == autoencoder.reconstruct(Self.images))
        #expect(found.allSatisfy { $0.scoreMap == nil })
        // Without divisors, the map is the first level of the errors.
        #expect(found.map(\.map) == autoencoder.errors(Self.images).compactMap(\.levels.first))
    }
}
