import SeededRandom

/// How a piece lies under the camera: where it was cut, how it is turned, how bright the lamp is. Differs a little
/// from image to image.
struct TextureFrame {
    private let origin: Place
    private let cosine: Float
    private let sine: Float
    let brightness: Float

    /// - Parameter rotationTurns: largest rotation to either side.
    init(rotationTurns: Float, brightness: ClosedRange<Float>, from random: inout SeededGenerator) {
        origin = Place(random.uniform(0, 4096), random.uniform(0, 4096))
        let turns = random.uniform(-rotationTurns, rotationTurns)
        cosine = Waves.cosine(turns: turns)
        sine = Waves.sine(turns: turns)
        self.brightness = random.uniform(brightness.lowerBound, brightness.upperBound)
    }

    /// A place in the image as a place on the material.
    func onMaterial(_ place: Place) -> Place {
        origin + Place(cosine * place.x - sine * place.y, sine * place.x + cosine * place.y)
    }
}
