"""What arrives on a pixel each second: of the target, of the sky."""
