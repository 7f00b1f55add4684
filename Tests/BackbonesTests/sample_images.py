"""Writes scikit-image's sample images as float32 channel-major RGB of 0 to 1: usage sample_images.py SIZE NAME... > FILE.

The centre 90 % of the shorter side, resized with bicubic filtering.
"""
import sys

import numpy as np
import skimage.data
from PIL import Image

size = int(sys.argv[1])
for name in sys.argv[2:]:
    image = Image.fromarray(getattr(skimage.data, name)())
    side = int(0.9 * min(image.size))
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side)).resize((size, size), Image.BICUBIC)
    values = np.asarray(image, dtype=np.float32) / 255
    sys.stdout.buffer.write(values.transpose(2, 0, 1).tobytes())
