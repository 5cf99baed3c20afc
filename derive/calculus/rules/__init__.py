"""The rule table: the sweep tries the entries in this order, from the first after each change."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from derive.calculus.context import Example, Rule
from derive.calculus.rules.chain import chain, element_partial, elementwise_partial
from derive.calculus.rules.folding import fold_output
from derive.calculus.rules.fusing import fuse
from derive.calculus.rules.matrices import matrix_form
from derive.calculus.rules.merging import accumulate, fact, gather, group
from derive.calculus.rules.outputs import via_input, via_output
from derive.calculus.rules.sums import count, delta, distribute, hoist, shifted_delta


def _example(name: str) -> Callable[[], Example]:
    """The example of that name; a derivation does not wait for programs that only tests look at."""

    def build() -> Example:
        return getattr(import_module("derive.calculus.rules.examples"), name)()  # type: ignore[no-any-return]

    return build


RULES: tuple[Rule, ...] = (
    Rule(
        "chain",
        "∂S/∂x[p] → Σ_y Σ_k dy[k] · ∂y[k]/∂x[p]",
        chain,
        {
            "en": "chain rule: {of} reaches the cost through {because}",
            "zh": "链式法则：{of} 通过 {because} 影响成本",
        },
        _example("chain"),
    ),
    Rule(
        "element partial",
        "∂W[k,r]/∂W[i,j] → δ(k,i) δ(r,j)",
        element_partial,
        {
            "en": "an entry changes with itself only: its derivative is a Kronecker delta",
            "zh": "各元素只依赖自身，导数为 δ",
        },
        _example("element_partial"),
    ),
    Rule(
        "elementwise partial",
        "∂a[k]/∂z[p] → g′(z[k]) δ(k,p)",
        elementwise_partial,
        {
            "en": "{because} works entry by entry: g′ on the same entry, 0 elsewhere",
            "zh": "{because} 逐元素作用：对应元素的导数为 g′，其余为 0",
        },
        _example("elementwise_partial"),
    ),
    Rule(
        "distribute",
        "Σ_r (A + B) → Σ_r A + Σ_r B, where a summand has a delta",
        distribute,
        {
            "en": "the product is multiplied out, so that each delta stands alone",
            "zh": "展开乘积，使每个 δ 单独出现",
        },
        _example("distribute"),
    ),
    Rule(
        "hoist",
        "F Σ_r G → Σ_r′ F G",
        hoist,
        {
            "en": "the inner sum moves to the front under an index of its own",
            "zh": "内层求和移到前面，并使用新的下标",
        },
        _example("hoist"),
    ),
    Rule(
        "delta",
        "Σ_r δ(r,p) F(r) → F(p)",
        delta,
        {"en": "each delta keeps one term of its sum", "zh": "每个 δ 只保留求和中的一项"},
        _example("delta"),
    ),
    Rule(
        "shifted delta",
        "Σ_i δ(i+r,p) F(i) → F(p−r) where 0 ≤ p−r < dim i",
        shifted_delta,
        {
            "en": "each delta fixes a summed index, as long as it stays in its range",
            "zh": "每个 δ 确定一个求和下标，前提是它在取值范围内",
        },
        _example("shifted_delta"),
    ),
    Rule(
        "count",
        "Σ_r c → dim(r) c",
        count,
        {"en": "what does not depend on the summed index is counted", "zh": "与求和下标无关的项只需计数"},
        _example("count"),
    ),
    Rule(
        "via output",
        "g′(z) → its form in a = g(z)",
        via_output,
        {"en": "g′ written in the output, {because}", "zh": "用输出表示 g′，{because}"},
        _example("via_output"),
    ),
    Rule(
        "fold output",
        "exp(Z[k,i]) / Σ_c exp(Z[c,i]) → A[k,i]",
        fold_output,
        {"en": "the exponential over its sum is {because} again", "zh": "指数与其总和之比又是 {because}"},
        _example("fold_output"),
    ),
    Rule(
        "fact",
        "Σ_k Y[k,i] → 1",
        fact,
        {"en": "assumption: {because}", "zh": "假设：{because}"},
        _example("fact"),
    ),
    Rule(
        "accumulate",
        "F + F → 2F",
        accumulate,
        {"en": "equal contributions are added", "zh": "相同的贡献相加"},
        _example("accumulate"),
    ),
    Rule(
        "group",
        "A(1 − A) · (A − Y)/(A(1 − A)) → A − Y",
        group,
        {
            "en": "factors over the same indices are multiplied, cancelled and factored",
            "zh": "下标相同的因子相乘、约分并因式分解",
        },
        _example("group"),
    ),
    Rule(
        "gather",
        "A + (1 − A) → 1",
        gather,
        {"en": "the terms are added up", "zh": "各项合并"},
        _example("gather"),
    ),
    Rule(
        "fuse",
        "dA → its value, where that makes the gradient no longer",
        fuse,
        {"en": "the value of {because} is inserted", "zh": "代入 {because} 的值"},
        _example("fuse"),
    ),
    Rule(
        "via input",
        "a → g(z), with derivatives in the input",
        via_input,
        {"en": "written in the input", "zh": "用输入表示"},
        _example("via_input"),
    ),
    Rule(
        "matrix form",
        "Σ_k W[k,i] D[k,j] → (Wᵀ D)[i,j]",
        matrix_form,
        {"en": "read as operations on whole arrays", "zh": "写成数组运算"},
        _example("matrix_form"),
    ),
)
