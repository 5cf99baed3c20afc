# ruff: noqa: E501
"""Formulas that are computed in another form, and why the two are equal."""

SENTENCES: dict[str, dict[str, str]] = {
    "numbers": {"en": "Numbers that survive", "zh": "数值稳定的算式"},
    "numbers text": {
        "en": "A double keeps about {digits} digits and ends near {largest}. Computed as they are written, the formulas below overflow or lose their digits long before their values do. `train.py` computes forms that are equal to them and survive.",
        "zh": "双精度数约有 {digits} 位有效数字，最大约为 {largest}。下面的公式如果照原样计算，在结果还很正常时中间量就会溢出或丢失有效数字。`train.py` 用与之相等的稳定形式计算。",
    },
    "numbers letters": {
        "en": "One entry of each array stands for all: {letters}.",
        "zh": "以数组的一个元素代表所有元素：{letters}。",
    },
    "rewritten": {"en": "{arrays}: {name}", "zh": "{arrays}：{name}"},
    "letter of": {"en": "{letter} of {array}", "zh": "{array} 的 {letter}"},
    "numbers safe": {
        "en": "`train.py` computes every formula of this network as it is written: none of them overflows or loses its digits where its value can be held by a double.",
        "zh": "`train.py` 照原样计算这个网络的每个公式：只要结果能用双精度数表示，就不会溢出，也不会丢失有效数字。",
    },
    "not found": {
        "en": "No stable form was found for {names}: `train.py` computes the textbook form there, which may overflow or lose digits for large arguments.",
        "zh": "没有为 {names} 找到稳定形式：`train.py` 在那里照原样计算，自变量很大时可能溢出或丢失有效数字。",
    },
    "not found label": {"en": "Large arguments", "zh": "自变量很大时"},
    "not found formula": {"en": "{array} ({name})", "zh": "{array}（{name}）"},
    # what goes wrong
    "accidents": {"en": "What goes wrong", "zh": "会出什么问题"},
    "accidents text": {
        "en": "The textbook forms in doubles, at the first whole number (or power of ten) where they fail.",
        "zh": "用双精度数计算原公式，最先出问题的整数（或 10 的幂）处的结果。",
    },
    "accidents formula": {"en": "Formula", "zh": "公式"},
    "accidents at": {"en": "At", "zh": "位置"},
    "accidents textbook": {"en": "Textbook form", "zh": "原公式"},
    "accidents stable": {"en": "Stable form", "zh": "稳定形式"},
    "overflow": {"en": "overflows on the way", "zh": "中间量溢出"},
    "undefined": {"en": "divides by 0 or takes the logarithm of 0", "zh": "除以 0 或对 0 取对数"},
    "digits": {"en": "no correct digit", "zh": "没有一位正确数字"},
    "accidents of two": {
        "en": "For a formula over a whole layer {z} is the second unit's, and the rows are about the first one.",
        "zh": "对涉及整层的公式，取两个单元，第二个单元的 {z}，各行说的是第一个单元。",
    },
    # the lines
    "by textbook": {"en": "textbook form", "zh": "原公式"},
    "by inserted": {"en": "with {equations}", "zh": "代入 {equations}"},
    "by difference": {"en": "with {equation}", "zh": "记 {equation}"},
    "by sign": {"en": "{equation} for this sign, with {t}", "zh": "此时 {equation}，其中 {t}"},
    "by form": {"en": "simplified", "zh": "化简"},
    "by held": {"en": "the same in double precision", "zh": "双精度下结果相同"},
    "by same": {"en": "as it stands", "zh": "不变"},
    "by both": {"en": "both signs in one formula", "zh": "两种情形合写"},
    "by series": {"en": "Taylor polynomial at 0, up to {power}", "zh": "0 处的泰勒多项式，到 {power} 为止"},
    "by factor": {
        "en": "divided by {factor} above and below, with {largest} the largest {z} of the sample: no exponential exceeds 1",
        "zh": "分子、分母同除以 {factor}，{largest} 是该样本最大的 {z}：所有指数都不超过 1",
    },
    "by factor out": {
        "en": "{factor} taken out of the sum, with {largest} the largest {z} of the sample: no exponential exceeds 1",
        "zh": "从和中提出 {factor}，{largest} 是该样本最大的 {z}：所有指数都不超过 1",
    },
    "by rest": {
        "en": "the largest term is 1, {rest} is the sum of the others; {equation}",
        "zh": "最大的一项是 1，{rest} 是其余各项之和；{equation}",
    },
    "by identities": {"en": "simplified, with {equations}", "zh": "化简，用到 {equations}"},
    # why the forms are equal
    "identities": {"en": "Why the forms are equal", "zh": "为什么相等"},
    "identity": {"en": "Identity", "zh": "恒等式"},
    "identity why": {"en": "What it is good for", "zh": "作用"},
    "where": {"en": "{equation} for {condition}", "zh": "{condition} 时 {equation}"},
    "identity t": {
        "en": "With {t} every exponential is a power of {letter}, which lies between 0 and 1 and never overflows.",
        "zh": "令 {t}，所有指数都成为 {letter} 的幂；{letter} 在 0 与 1 之间，不会溢出。",
    },
    "identity log": {
        "en": "The logarithm of a power of {letter} is a multiple of {u}: nothing is exponentiated and taken back.",
        "zh": "{letter} 的幂的对数是 {u} 的倍数：不必先取指数再取对数。",
    },
    "identity log1p": {
        "en": "`log1p` keeps the digits of a small {x}, which {sum} loses.",
        "zh": "{x} 很小时 {sum} 会丢失有效数字，`log1p` 不会。",
    },
    "identity expm1": {
        "en": "`expm1` keeps the digits that the subtraction of 1 loses near {zero}.",
        "zh": "在 {zero} 附近减 1 会丢失有效数字，`expm1` 不会。",
    },
    "identity erfc": {
        "en": "`erfc` keeps the digits of the tail, where erf is rounded to −1 or 1.",
        "zh": "erf 在尾部被舍入为 −1 或 1，`erfc` 保留尾部的有效数字。",
    },
    "identity half": {
        "en": "A square keeps the digits that the subtraction from 1 loses near its zero.",
        "zh": "在零点附近，与 1 相减会丢失有效数字，平方式不会。",
    },
    "identity conjugate": {
        "en": "Multiplied by the conjugate, a difference of near numbers becomes a sum.",
        "zh": "乘以共轭式，两个相近的数之差变为和。",
    },
    "identity max": {
        "en": "The two signs differ by this one term.",
        "zh": "两种符号只差这一项。",
    },
    "identity tanh": {
        "en": "The quotient of two numbers that overflow is a number between −1 and 1.",
        "zh": "两个会溢出的数之商是 −1 与 1 之间的数。",
    },
    "name of clip": {"en": "arguments held", "zh": "限制自变量"},
    "name of limit": {"en": "far out", "zh": "远处"},
    "identity limit": {
        "en": "Where an argument is held below some hundreds, the value beyond is the same to the last digit of a double.",
        "zh": "代码把自变量限制在几百以内；再往外，结果的双精度数不再变化。",
    },
    "name of series": {"en": "Taylor polynomial", "zh": "泰勒多项式"},
    "identity clip": {
        "en": "NumPy computes every case for every entry; in the code each case sees only arguments of its own side, held there by `np.minimum` and `np.maximum`.",
        "zh": "NumPy 对每个元素计算所有情形；代码用 `np.minimum` 和 `np.maximum` 让每种情形只遇到自己一侧的自变量。",
    },
    "identity series": {
        "en": "Near 0 the leading terms cancel; the Taylor polynomial has none of them, and its rest is below rounding.",
        "zh": "在 0 附近主项相消；泰勒多项式没有这些项，余项小于舍入误差。",
    },
}
