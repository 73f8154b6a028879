"""Steps of recipes: arrays in, arrays out; no reading, no writing."""
