"""Proof of a derivation: modulo a prime, by explicit expansion, and by running what was printed."""

from derive.proof.modular import Proof, prove

__all__ = ["Proof", "prove"]
