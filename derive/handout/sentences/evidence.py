# ruff: noqa: E501
"""The evidence, the code, and signs between words."""

SENTENCES: dict[str, dict[str, str]] = {
    # the evidence
    "evidence": {"en": "The evidence", "zh": "正确性检验"},
    "checked": {"en": "What was checked for this handout", "zh": "本讲义做过的检验"},
    "proof": {"en": "Proof", "zh": "证明"},
    "proof none": {
        "en": "Nothing was checked: this derivation was made without its proof.",
        "zh": "没有做检验：这份推导没有附带证明。",
    },
    "proof failed": {
        "en": "Do not use this handout: {failures} of {checks} checks failed, the first of them {first}.",
        "zh": "请勿使用本讲义：{checks} 项检验中有 {failures} 项未通过，第一项为 {first}。",
    },
    "proof passed": {
        "en": "All {checks} checks passed. Each gradient was compared with the derivative of the forward definitions, and both sides of each step with each other, in exact arithmetic modulo a prime above {power}, on random values that follow from seed {seed}, at the sizes {sizes}.",
        "zh": "{checks} 项检验全部通过。检验取由种子 {seed} 决定的随机值，维度为 {sizes}，以大于 {power} 的素数为模做精确运算，比较每个梯度与正向定义的导数，以及每一步推导的两边。",
    },
    "proof carried": {
        "en": "Checks among these that are others under other names, and were not evaluated again: {carried}. That the definitions correspond was verified.",
        "zh": "其中 {carried} 项没有重新计算：它们与其他检验只差变量名，且已验证两者的定义相互对应。",
    },
    "carried": {"en": "Carried over", "zh": "沿用的检验"},
    "bound": {"en": "False pass", "zh": "误判概率"},
    "proof bound": {
        "en": "A wrong identity passes one such check with a probability of at most its degree divided by {power}.",
        "zh": "一个错误的等式通过一次这种检验的概率，不超过该等式的次数除以 {power}。",
    },
    "numeric": {"en": "Gradient check", "zh": "梯度检验"},
    "numeric passed": {
        "en": "The lines of NumPy printed here were run at these sizes and compared with numeric derivatives of the cost: no relative error above {bound}.",
        "zh": "本讲义中的 NumPy 代码已在上述维度下运行，并与成本函数的数值导数比较：相对误差均不超过 {bound}。",
    },
    "numeric rounding": {
        "en": " Some gradients are so small that rounding moves the differences of costs by more than that; it is allowed for.",
        "zh": "部分梯度很小，数值差分的舍入误差超过这一界限，比较时已予以扣除。",
    },
    "numeric failed": {
        "en": "Do not use the lines of NumPy: run on random values, those of {names} differ from numeric derivatives of the cost by a relative error above {bound}.",
        "zh": "请勿使用本讲义中的 NumPy 代码：在随机值上运行时，{names} 与成本函数的数值导数相比，相对误差超过 {bound}。",
    },
    "numeric without": {
        "en": "The lines of NumPy were not run, since {package} is not installed where this handout was made.",
        "zh": "NumPy 代码没有运行：生成本讲义的环境中没有安装 {package}。",
    },
    "numeric open": {
        "en": "The lines of NumPy were not run: a function without a formula has no numbers to run them on.",
        "zh": "NumPy 代码没有运行：其中有未给出公式的函数，无法代入数值计算。",
    },
    "numeric nowhere": {
        "en": "The lines of NumPy were not run: no random values were found away from kinks and undefined values.",
        "zh": "NumPy 代码没有运行：没有找到能避开不可导点和无定义处的随机值。",
    },
    "not checked": {"en": "Not checked", "zh": "未检验"},
    "proof scope": {
        "en": "Other sizes one by one. That the identities hold at every size rests on the rules named beside the lines.",
        "zh": "其他维度没有逐一检验；等式对任意维度成立，依据的是各行旁注明的规则。",
    },
    # the code
    "code": {"en": "The program", "zh": "程序"},
    "code of formulas": {
        "en": "These are the lines of NumPy of all formulas, in the order in which they are computed, with the numbers of their equations.",
        "zh": "以下是全部公式的 NumPy 代码，按计算顺序排列，并注明公式编号。",
    },
    "code text": {
        "en": "These are the lines of the three functions of `train.py` that carry the mathematics. They compute the formulas above in forms that are equal to them and stay accurate for large arguments; the number of the equation stands beside each gradient.",
        "zh": "以下是 `train.py` 中负责数学计算的三个函数（注释为英文）。代码采用的形式与上面的公式相等，并且在自变量很大时仍然精确；每个梯度旁注明公式编号。",
    },
    "stop": {"en": ".", "zh": "。"},
    "comma": {"en": ", ", "zh": "、"},
    "because": {"en": "; ", "zh": "；"},
}
