"""The nights of a site: how often they are how good, what that does to an answer, and which constraint buys most."""
