"""The engine: partial derivatives, rules, the reverse sweep and the matrix form."""
