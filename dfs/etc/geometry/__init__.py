"""How wide the image is, and what slit and aperture keep of it."""
