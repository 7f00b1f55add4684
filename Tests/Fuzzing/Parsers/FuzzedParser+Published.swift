import ContentStore
import Datasets
import Imaging
import Manifests

extension FuzzedParser {
    /// The lists of published data sets, and ICC profiles.
    static let published = [
        list(
            "visa", .published(.visa, root: ManifestPath(".", relativeTo: "/"), categories: .all),
            file: "split_csv/1cls.csv", images: ["pcb1/a.png", "pcb1/b.png"],
            words: ["pcb1/", "..", "//", ",,", "train,normal"],
            seed:
                "object,split,label,image,mask\npcb1,train,normal,pcb1/a.png,\npcb1,test,anomaly,pcb1/b.png,pcb1/a.png\n"
        ),
        list(
            "real-iad", .published(.realIad, root: ManifestPath(".", relativeTo: "/"), categories: .all),
            file: "realiad_jsons/fuse.json", images: ["realiad_256/fuse/a.png", "realiad_256/fuse/b.png"],
            words: ["\"train\":", "\"prefix\":", "\"image_path\":", "..", "null"],
            seed:
                #"{"meta":{"normal_class":"OK","prefix":"fuse/"},"train":[{"anomaly_class":"OK","image_path":"a.png"}],"#
                + #""test":[{"anomaly_class":"BX","image_path":"b.png","mask_path":"a.png"}]}"#),
        list(
            "defects-config", .mvtec(root: ManifestPath(".", relativeTo: "/"), categories: .all),
            file: "bag/defects_config.json",
            images: ["bag/train/good/a.png", "bag/test/dent/b.png", "bag/ground_truth/dent/b.png"],
            words: ["\"pixel_value\":", "1e308", "-1", "true", "0"],
            seed: #"[{"defect_name":"a","pixel_value":255,"saturation_threshold":0.5,"relative_saturation":true}]"#),
        colourProfile,
    ]

    private static func list(
        _ name: String, _ layout: DatasetSection.Layout, file: String, images: [String], words: [String], seed: String
    ) -> FuzzedParser {
        FuzzedParser(name: "list-" + name, words: words, seeds: { [Array(seed.utf8)] }) { folder in
            for image in images + [file] {
                try AtomicFile.createFolder(folder + "/" + image.prefix(upTo: image.lastIndex(of: "/")!))
                try AtomicFile.writePrivate([0x89], to: folder + "/" + image)
            }
            let root = ManifestPath(folder, relativeTo: "/")
            let own: DatasetSection.Layout =
                if case .published(let layout, _, _) = layout {
                    .published(layout, root: root, categories: .all)
                } else {
                    .mvtec(root: root, categories: .all)
                }
            return { bytes in
                try AtomicFile.writePrivate(bytes, to: folder + "/" + file)
                for category in try DatasetScan.scan(own, jobName: "job") {
                    for image in category.images {
                        guard
                            ([image.path] + image.masks.map(\.path)).allSatisfy({ path in
                                images.contains { folder + "/" + $0 == path }
                            })
                        else { fatalError("a file outside of the data set: \(image)") }
                        for saturation in image.saturations ?? [] {
                            guard (1...60).contains(saturation.pixels(ofRegion: 60)) else {
                                fatalError("\(saturation)")
                            }
                        }
                    }
                }
            }
        }
    }

    private static let colourProfile = FuzzedParser(
        name: "colour-profile", maximumBytes: 8192,
        words: ["RGB ", "GRAY", "CMYK", "mntr", "curv", "para", "mft2", "XYZ "],
        checksLeaks: true,
        seeds: { try fixtures { $0.hasPrefix("profile.") }.compactMap { ColourProfile(of: $0)?.bytes } }
    ) { _ in
        let images = [1, 3].map { channels in
            PlanarImage(
                width: 5, height: 3, channels: channels,
                values: (0..<15 * channels).map { Float($0) / Float(15 * channels) })
        }
        return { bytes in
            for image in images {
                let converted = try ColourProfile(bytes: bytes).convertedToSRGB(image, name: "input")
                guard converted.values.allSatisfy({ (0...1).contains($0) }) else {
                    fatalError("a colour outside of 0 to 1")
                }
            }
        }
    }
}
