import Console
import ContentStore
import Jobs
import ModelRegistry

extension StoreOptions {
    /// The pretrained networks of the store.
    var backbones: BackboneIndex {
        BackboneIndex { [self] name in
            guard try storeExists() else { throw RegistryError.unknownBackbone(name: name, known: []) }
            return try open(.readOnly).backboneDigest(name)
        }
    }
}
