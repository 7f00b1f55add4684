import Testing

@testable import Evaluation

@Suite("Pairing images with masks by names")
struct MaskPairingTests {
    @Test("A mask is called like its image and lies in a folder of the same name")
    func sameFolder() {
        let pairing = MaskPairing(
            images: ["000", "cam1/000", "cam2/000", "cam2/deep/001", "002"],
            masks: ["cam1/000_mask", "000", "cam2/000", "cam2/000_mask", "cam2/deep/001_mask", "Capital_Mask"])
        #expect(
            pairing.masks == [
                "000": "000", "cam1/000": "cam1/000_mask", "cam2/000": "cam2/000_mask",
                "cam2/deep/001": "cam2/deep/001_mask",
            ])
        #expect(pairing.unused == ["Capital_Mask", "cam2/000"])
        #expect(pairing.shared.isEmpty)
    }

    @Test("A mask in the kind's folder serves one image in a folder below, and none where several could have it")
    func flatMasks() {
        let pairing = MaskPairing(
            images: ["cam1/000", "cam2/000", "cam1/001", "cam1/002", "002", "cam1/003"],
            masks: ["000_mask", "001_mask", "002_mask", "cam9/003"])
        #expect(pairing.masks == ["cam1/001": "001_mask", "002": "002_mask"])
        #expect(pairing.shared == ["000_mask": ["cam1/000", "cam2/000"]])
        #expect(pairing.unused == ["cam9/003"])
    }

    @Test("No mask is used twice, and each is used, shared or unused, whatever the names")
    func partition() {
        let stems = ["0", "0_mask", "a/0", "a/0_mask", "b/0", "b/0_mask", "a/1", "1_mask"]
        for images in 0..<256 {
            let chosen = stems.indices.filter { images >> $0 & 1 == 1 }.map { stems[$0] }
            for masks in stride(from: 0, to: 256, by: 7) {
                let found = stems.indices.filter { masks >> $0 & 1 == 1 }.map { stems[$0] }
                let pairing = MaskPairing(images: chosen, masks: found)
                let all = Array(pairing.masks.values) + pairing.shared.keys + pairing.unused
                #expect(all.sorted() == found.sorted(), "\(chosen) \(found)")
            }
        }
    }
}
