"""The rule table: the sweep tries the entries in this order, from the first after each change."""

from __future__ import annotations

from derive.calculus.context import Rule
from derive.calculus.rules.chain import chain, element_partial, elementwise_partial
from derive.calculus.rules.folding import fold_output
from derive.calculus.rules.fusing import fuse
from derive.calculus.rules.merging import accumulate, fact, gather, group
from derive.calculus.rules.outputs import via_input, via_output
from derive.calculus.rules.sums import count, delta, distribute, hoist, shifted_delta

RULES: tuple[Rule, ...] = (
    Rule("chain", chain, "∂S/∂x[p] → Σ_y Σ_k dy[k] · ∂y[k]/∂x[p]"),
    Rule("element partial", element_partial, "∂W[k,r]/∂W[i,j] → δ(k,i) δ(r,j)"),
    Rule("elementwise partial", elementwise_partial, "∂a[k]/∂z[p] → g′(z[k]) δ(k,p)"),
    Rule("distribute", distribute, "Σ_r (A + B) → Σ_r A + Σ_r B, where a term has a delta"),
    Rule("hoist", hoist, "F Σ_r G → Σ_r′ F G"),
    Rule("delta", delta, "Σ_r δ(r,p) F(r) → F(p)"),
    Rule("shifted delta", shifted_delta, "Σ_i δ(i+r,p) F(i) → F(p−r) [0 ≤ p−r < dim i]"),
    Rule("count", count, "Σ_r c → dim(r) c"),
    Rule("via output", via_output, "g′(z) → its form in a = g(z)"),
    Rule("fold output", fold_output, "exp(Z[k,i]) / Σ_c exp(Z[c,i]) → A[k,i]"),
    Rule("fact", fact, "Σ_k Y[k,i] → 1"),
    Rule("accumulate", accumulate, "F + F → 2F"),
    Rule("group", group, "A · (A − Y)/(A(1 − A)) → (A − Y)/(1 − A)"),
    Rule("gather", gather, "F A + F (1 − A) → F"),
    Rule("fuse", fuse, "dA → its value, where that makes the gradient no longer"),
    Rule("via input", via_input, "a → g(z)"),
)
