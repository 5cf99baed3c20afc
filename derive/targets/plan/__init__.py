"""The pass over a block of samples as data: calls, what they read and fill, and where it is kept."""
